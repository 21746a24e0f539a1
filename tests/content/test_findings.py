"""Each kind of finding, by breaking the sample in one place: code, file and line."""

import json

import pytest

from learn.content.catalog import read_catalog
from tests.content.factories import (
    COURSE,
    EXERCISE,
    LESSON,
    TERMS,
    broken_files,
    findings_of,
    line_of,
    sample_files,
)

NOTE = ":::note\n補足です。\n:::\n"
RUNS = "runs:\n  - id: day\n    title: ふつうの日\n"
QUIZ_END = "    why: kube-proxyは通信を受け持ちます。\n"
BREAKS = [
    # file, old, new, where the finding points, code
    (LESSON, "---\nid: first", "id: first", "id: first", "front-matter"),
    (LESSON, "minutes: 10", "minutes: [", "  - Podを1つ", "yaml"),
    (LESSON, "minutes: 10\n", "", "id: first", "missing-field"),
    (LESSON, "minutes: 10", "minutes: 1.5", "minutes: 1.5", "bad-field"),
    (LESSON, "minutes: 10", "minutes: 0", "minutes: 0", "bad-field"),
    (LESSON, "minutes: 10", "minutes: 10\ncolour: red", "colour: red", "unknown-field"),
    (LESSON, "minutes: 10", "minutes: 10\nminutes: 12", "minutes: 12", "duplicate-key"),
    (LESSON, "id: first", "id: other", "id: other", "bad-id"),
    (LESSON, "id: first", "id: First_1", "id: First_1", "bad-id"),
    (LESSON, 'verified: "1.37"', "verified: new", "verified: new", "bad-field"),
    (LESSON, "url: https://", "url: http://", "url: http://", "broken-link"),
    (LESSON, "[later]", "[lator]", "prerequisites:", "broken-link"),
    (LESSON, "terms: [pod]", "terms: [pot]", "terms:", "unknown-term"),
    (LESSON, "    lesson: later", "    lesson: lator", "    lesson: lator", "broken-link"),
    (LESSON, "{{term:kubelet}}", "{{term:kubelt}}", "{{term:kubelt}}", "unknown-term"),
    (LESSON, "](lesson:later)", "](lesson:lator)", "](lesson:lator)", "broken-link"),
    (LESSON, "](lesson:later)", "](exercise:none)", "](exercise:none)", "broken-link"),
    (LESSON, "](lesson:later)", "](javascript:alert(1))", "](javascript", "broken-link"),
    (LESSON, "## 動かす", "# 動かす", "# 動かす", "heading"),
    (LESSON, "## 動かす", "#### 動かす", "#### 動かす", "heading"),
    (LESSON, "補足です。", "## 補足", "## 補足", "heading"),
    (LESSON, "## 動かす", "![図](pod.png)", "![図]", "image"),
    (LESSON, "## 動かす", "- 親\n     - 子", "     - 子", "list-indent"),
    (LESSON, NOTE, ":::warning\n注意\n:::\n", ":::warning", "unknown-callout"),
    (LESSON, NOTE, ":::\n", ":::\n\n{{exercise", "unknown-callout"),
    (LESSON, NOTE, ":::note\n:::\n", ":::note", "empty-callout"),
    (LESSON, NOTE, ":::deepdive\n詳しく\n:::\n", ":::deepdive", "callout-title"),
    (LESSON, "補足です。", ":::pitfall", ":::pitfall", "nested-callout"),
    (LESSON, "- Podは最小の単位\n:::\n", "- Podは最小の単位\n", ":::summary", "unclosed"),
    (LESSON, QUIZ_END + "```", QUIZ_END + "``", "```quiz", "unclosed"),
    (LESSON, "```yaml file", "  ```yaml file", "  ```yaml file", "indented-fence"),
    (LESSON, "```yaml file=pod.yaml lines=2", "```ruby", "```ruby", "unknown-block"),
    (LESSON, "lines=2", "lines=9", "```yaml", "fence-option"),
    (LESSON, "lines=2", "title=2", "```yaml", "fence-option"),
    (LESSON, "run: kubectl", "run: $ kubectl", "run: $", "command-prompt"),
    (LESSON, "run: kubectl get pods\n", "", "output: |", "missing-field"),
    (LESSON, "kind: flow", "kind: tree", "kind: tree", "bad-field"),
    (LESSON, "to: pod,", "to: pot,", "to: pot,", "unknown-node"),
    (LESSON, "summary: クライアントからPodへ流れます。\n", "", "kind: flow", "missing-field"),
    (LESSON, "id: first-q1", "id: second-q1", "id: second-q1", "bad-id"),
    (LESSON, "type: single", "type: essay", "type: essay", "bad-field"),
    (LESSON, QUIZ_END, "", "text: kube-proxy", "quiz-without-why"),
    (LESSON, "    correct: true\n", "", "choices:", "quiz"),
    (LESSON, "question: Podを動かす", "question: '", "question: '", "yaml"),
    (LESSON, "{{exercise:first-1}}", "{{exercise:first-9}}", "{{exercise:first-9}}", "unknown-exercise"),
    (LESSON, "{{exercise:first-1}}", "", "id: first", "exercise-place"),
    (LESSON, NOTE, "次は{{exercise:first-1}}です。\n", "次は{{exercise", "bad-block"),
    (LESSON, NOTE, NOTE * 4, None, "too-many-callouts"),
    (LESSON, "補足です。", "1つ。2つ。3つ。4つ。", ":::note", "long-callout"),
    (LESSON, ":::summary\n- Podは最小の単位\n:::\n", "", "---", "summary"),
    (LESSON, "- Podは最小の単位", "- 1\n- 2\n- 3\n- 4", ":::summary", "summary"),
    (LESSON, "補足です。", "本当ですか？", "本当ですか", "exclamation"),
    (LESSON, "補足です。", "Pod の補足です。", "Pod の", "space"),
    (LESSON, "    why: kubeletが起動", "    why: 次の `Pod` が起動", "次の `Pod`", "space"),
    (LESSON, "補足です。", "補足(おまけ)です。", "補足(", "parenthesis"),
    (LESSON, "補足です。", "長い" * 51 + "。", "長い", "long-sentence"),
    (LESSON, "補足です。", "マスターノードが選びます。", "マスターノード", "stale-fact"),
    (LESSON, "補足です。", "PodSecurityPolicyで防ぎます。", "PodSecurityPolicy", "stale-fact"),
    (LESSON, "補足です。", "autoscaling/v2beta2を使います。", "autoscaling", "stale-fact"),
    (LESSON, "補足です。", "ポッドです。", "ポッド", "spelling"),
    (LESSON, "NAME   READY", "NAME DESIRED CURRENT UP-TO-DATE AVAILABLE AGE", "NAME DESIRED", "stale-fact"),
    (LESSON, "kind: Pod\n", "kind: Pod\n" + "a: 1\n" * 15, "apiVersion", "long-code"),
    (LESSON, "kind: Pod\n", "image: nginx:latest\n", "image: nginx:latest", "latest-image"),
    (COURSE, "id: demo", "id: other", "id: other", "bad-id"),
    (COURSE, "id: later", "id: first", "planned:", "duplicate-id"),
    (TERMS, "- id: pod", "- id: kubelet", None, "duplicate-id"),
    (TERMS, "{term: pod,", "{term: pot,", "{term: pot,", "unknown-term"),
    (TERMS, "reading: ポッド", "reading: ぽっど", "reading: ぽっど", "bad-field"),
    (TERMS, "{{term:kubelet}}", "{{term:none}}", "{{term:none}}", "unknown-term"),
    (EXERCISE, "id: first-1", "id: first-2", "id: first-2", "bad-id"),
    (EXERCISE, "minutes: 5\n", "", "id: first-1", "missing-field"),
    (EXERCISE, "minutes: 5", "minutes: 5\nlevel: 3", "level: 3", "unknown-field"),
    (EXERCISE, "id: running", "id: has-pod", "goals:", "duplicate-id"),
    (EXERCISE, "waits_for: simulator", "waits_for: magic", "waits_for: magic", "bad-field"),
    (EXERCISE, "solutions/two.yaml", "solutions/three.yaml", "solutions/three.yaml", "missing-file"),
    (EXERCISE, "solutions/two.yaml", "solutions/one.yaml", "ラベルも", "duplicate-file"),
    (EXERCISE, "  - {file: solutions/two.yaml, title: ラベルも付ける}\n", "", "id: first-1", "stray-file"),
    (EXERCISE, "  - kindはPodです。\n", "", "id: first-1", "hints"),
    (EXERCISE, "    message: Pod", "    run: day\n    message: Pod", "  - id: has-pod", "unknown-run"),
    (EXERCISE, "goals:", f"{RUNS}goals:", "  - id: day", "unused-run"),
    (EXERCISE, "goals:", f"{RUNS}{RUNS[6:]}goals:", "runs:", "duplicate-id"),
    (EXERCISE, "goals:", f"{RUNS}    until: 3\ngoals:", "    until: 3", "unknown-field"),
    (EXERCISE, "goals:", f"{RUNS}    events: [{{at: 2026-01-01}}]\ngoals:", "    events", "bad-field"),
    (EXERCISE, "goals:", "scenario: {origin: web}\ngoals:", "scenario:", "missing-field"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "code"), BREAKS)
def test_each_break_is_found_at_its_line(file, old, new, at, code):
    files = broken_files(file, old, new)
    found = {(finding.path, finding.line, finding.code) for finding in findings_of(files)}
    if at is None:
        assert (file, code) in {(path, kind) for path, _, kind in found}
    else:
        assert (file, line_of(files[file], at), code) in found


def test_sample_has_no_finding():
    assert findings_of(sample_files()) == ()


def test_duplicate_quiz_id_is_found_where_it_is_repeated():
    files = sample_files()
    quiz = files[LESSON][files[LESSON].index("```quiz") : files[LESSON].index(":::note")]
    files[LESSON] = files[LESSON].replace(":::note", quiz + ":::note", 1)
    (finding,) = findings_of(files)
    second = files[LESSON].rindex("id: first-q1")
    assert (finding.code, finding.line) == ("duplicate-id", files[LESSON][:second].count("\n") + 1)


def test_ids_are_unique_across_courses():
    files = sample_files()
    for path, text in sample_files().items():
        if path.startswith("01-demo/"):
            files[path.replace("01-demo", "02-demo")] = text
    found = {(finding.path, finding.code) for finding in findings_of(files)}
    repeated = {path.replace("01-demo", "02-demo") for path in (COURSE, LESSON, EXERCISE)}
    assert {(path, "duplicate-id") for path in repeated} <= found


def test_exercise_with_too_few_manifests_is_found():
    files = sample_files()
    folder = EXERCISE.rpartition("/")[0]
    del files[f"{folder}/solutions/two.yaml"], files[f"{folder}/mistakes/typo.yaml"]
    text = files[EXERCISE].replace("  - {file: solutions/two.yaml, title: ラベルも付ける}\n", "")
    start, end = text.index("  - file: mistakes/typo.yaml"), text.index("  - file: mistakes/stopped.yaml")
    files[EXERCISE] = text[:start] + text[end:]
    assert {finding.code for finding in findings_of(files)} == {"few-solutions", "few-mistakes"}


def test_twin_manifests_are_found_whatever_their_comments():
    files = sample_files()
    folder = EXERCISE.rpartition("/")[0]
    files[f"{folder}/solutions/two.yaml"] = "# 別の書き方\n" + files[f"{folder}/solutions/one.yaml"]
    (finding,) = findings_of(files)
    assert (finding.code, finding.line) == ("same-manifest", line_of(files[EXERCISE], "solutions/two.yaml"))


def test_exercise_whose_goals_all_wait_is_found():
    start, end = "    expression: >-", '"個です。"\n'
    files = sample_files()
    text = files[EXERCISE]
    cut = text[text.index(start) : text.index(end) + len(end)]
    files[EXERCISE] = text.replace(cut, "    waits_for: simulator\n")
    found = findings_of(files)
    assert ("no-active-goal", line_of(files[EXERCISE], "goals:")) in {(f.code, f.line) for f in found}


def test_missing_files_are_found():
    files = sample_files()
    folder = EXERCISE.rpartition("/")[0]
    del files[f"{folder}/start.yaml"]
    files["02-empty/note.md"] = "x"
    files["03-Bad/course.yaml"] = "id: bad"
    files["01-demo/02-second/notes.md"] = "x"
    codes = {(finding.path, finding.code) for finding in findings_of(files)}
    assert codes == {
        (EXERCISE, "missing-file"),
        ("02-empty/course.yaml", "missing-file"),
        ("03-Bad/course.yaml", "bad-folder"),
        ("01-demo/02-second/lesson.md", "missing-file"),
    }


ALLOWED = [
    ("補足です。", "`Pod の 例`を**使う**と、`kubectl get?`が動きます。"),
    ("補足です。", "昔はマスターノードと呼びました。"),
    ("補足です。", "PodSecurityPolicyはv1.25で削除されました。"),
    ("補足です。", "クラスタリングとロードバランサーとユーザビリティです。"),
    ("補足です。", "[表示](https://example.com/?a=1)です。"),
    ("## 動かす", "誤りの例です。\n\n```yaml\nimage: nginx:latest\n```\n"),
]


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_good_words_raise_nothing(old, new):
    files = broken_files(LESSON, old, new)
    assert findings_of(files) == ()


def test_run_takes_what_all_runs_share_and_overrides_it():
    files = sample_files()
    shared = "scenario: {origin: web, duration: 60}\n" + RUNS + "    duration: 90\n"
    text = (
        files[EXERCISE]
        .replace("goals:", shared + "goals:")
        .replace("    message: Pod", "    run: day\n    message: Pod")
    )
    catalog, findings = read_catalog({**files, EXERCISE: text})
    (run,) = catalog.exercises["first-1"].runs
    assert (findings, json.loads(run.scenario)) == ((), {"origin": "web", "duration": 90})
    assert hash(catalog.exercises["first-1"].goals[0])
