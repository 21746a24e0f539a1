"""check_lessons: what running an exercise's manifests shows, and how it is told."""

import json
import shutil

import pytest
from django.core.management import call_command

from learn.authoring import checks, kept
from learn.authoring.kept import KeptRuns
from learn.authoring.report import check_lessons
from learn.authoring.runs import run_manifest
from tests.content.factories import EXERCISE, LESSON, SAMPLE, line_of

FOLDER = EXERCISE.rpartition("/")[0]
START = f"{FOLDER}/start.yaml"
ONE = f"{FOLDER}/solutions/one.yaml"
TWO = f"{FOLDER}/solutions/two.yaml"
DEPLOYMENT = f"{FOLDER}/mistakes/deployment.yaml"
TYPO = f"{FOLDER}/mistakes/typo.yaml"


@pytest.fixture
def lessons(tmp_path):
    return shutil.copytree(SAMPLE, tmp_path / "lessons")


def replace(lessons, file, old, new):
    text = (lessons / file).read_text(encoding="utf-8")
    assert old in text
    (lessons / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def found(lessons):
    report = check_lessons(lessons, run_manifest)
    return {(finding.path, finding.line, finding.code) for finding in report.findings}


BREAKS = [
    # file, old, new, (file, piece of the line that the finding points at, code)
    (START, "kind: ConfigMap", "kind: Pod\nspec: {containers: [{name: a, image: b:1}]}", (START, "api", "start-passes")),
    (ONE, "kind: Pod", "kind: ConfigMap", (ONE, "spec:", "solution-error")),
    (TWO, "      image:", "      imagee:", (TWO, "      imagee:", "solution-error")),
    (DEPLOYMENT, "kind: Deployment", "kind: ReplicaSet", None),
    (DEPLOYMENT, "apiVersion: apps/v1\nkind: Deployment", "apiVersion: v1\nkind: Pod", (EXERCISE, "mistakes/deployment", "mistake-passes")),
    (TYPO, "      imagee: a\n", "", (EXERCISE, "mistakes/typo", "mistake-passes")),
    (EXERCISE, "raises: schema-undefined-field", "raises: no-such-thing", (EXERCISE, "mistakes/typo", "unknown-raises")),
    (EXERCISE, 'objects.exists(o, o.kind == "Pod")', 'objects.exists(o, o.kind == "Pod"', (EXERCISE, "objects.exists", "bad-expression")),
    (EXERCISE, 'objects.exists(o, o.kind == "Pod")', "manifests.size() > 0", (EXERCISE, "manifests.size", "bad-expression")),
    (EXERCISE, 'objects.exists(o, o.kind == "Pod")', "size(objects)", (EXERCISE, "size(objects)", "bad-expression")),
    (EXERCISE, 'objects.exists(o, o.kind == "Pod")', "objects[0].kind", (EXERCISE, "objects[0].kind", "bad-expression")),
    (EXERCISE, '"オブジェクトは" + string(size(objects))', "size(objects)", (EXERCISE, "size(objects)", "bad-expression")),
    (EXERCISE, "goals:", "runs:\n  - {id: day, title: 日, events: [{at: 1, explode: web}]}\ngoals:\n  - {id: g, statement: 動く, run: day, expression: 'true', message: まだ}", (EXERCISE, "  - {id: day", "bad-scenario")),
    (EXERCISE, 'objects.exists(o, o.kind == "Pod")', "size(facts.kills) == 0", (EXERCISE, "size(facts", "bad-expression")),
    (EXERCISE, 'objects.exists(o, o.kind == "Pod")', "objects.exists(o, o.kind == 'Service')", (ONE, "apiVersion", "solution-fails")),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), BREAKS)
def test_each_break_is_found_at_its_line(lessons, file, old, new, expected):
    replace(lessons, file, old, new)
    if expected is None:
        assert "mistake-passes" not in {code for _, _, code in found(lessons)}
        return
    path, piece, code = expected
    line = line_of((lessons / path).read_text(encoding="utf-8"), piece)
    assert (path, line, code) in found(lessons)


def test_sample_has_no_finding_and_is_counted(lessons):
    report = check_lessons(lessons, run_manifest).as_json()
    assert report == {
        "courses": 1,
        "lessons": 1,
        "quizzes": 1,
        "exercises": 1,
        "solutions": 2,
        "mistakes": 3,
        "terms": 2,
        "waiting": {"exercises": 0, "goals": 1, "mistakes": 1},
        "planned": {"lessons": 1, "links": 3},
        "findings": [],
    }


def test_broken_lesson_does_not_hide_the_others_findings(lessons):
    shutil.copytree(lessons / "01-demo", lessons / "02-more")
    (lessons / "02-more/course.yaml").write_text("id: more\ntitle: 次\nsummary: 次のコースです。\n")
    replace(lessons, LESSON, "minutes: 10", "minutes: 十")
    assert {path.partition("/")[0] for path, _, _ in found(lessons)} == {"01-demo", "02-more"}


def test_command_prints_file_and_line_and_fails(lessons, settings, tmp_path, capsys):
    settings.HATOBA_LESSONS_DIR, settings.HATOBA_VAR_DIR = lessons, tmp_path
    replace(lessons, LESSON, "{{term:kubelet}}", "{{term:kubelt}}")
    with pytest.raises(SystemExit) as stopped:
        call_command("check_lessons")
    assert stopped.value.code == 1
    output = capsys.readouterr().out
    assert (
        f"lessons/{LESSON}:19: 用語「kubelt」がありません。lessons/glossary/terms.yamlに加えてください。"
        in output
    )
    assert "直すところが1件あります。" in output


def test_command_succeeds_when_there_is_nothing_to_mend(lessons, settings, tmp_path, capsys):
    settings.HATOBA_LESSONS_DIR, settings.HATOBA_VAR_DIR = lessons, tmp_path
    call_command("check_lessons")
    assert "直すところはありません。" in capsys.readouterr().out


def test_command_prints_json(lessons, settings, tmp_path, capsys):
    settings.HATOBA_LESSONS_DIR, settings.HATOBA_VAR_DIR = lessons, tmp_path
    replace(lessons, TYPO, "      imagee: a\n", "      imagee: a # 注\n")
    replace(lessons, EXERCISE, "raises: schema-undefined-field", "raises: yaml-syntax-nonsense")
    with pytest.raises(SystemExit):
        call_command("check_lessons", "--json")
    report = json.loads(capsys.readouterr().out)
    (finding,) = report["findings"]
    assert finding["file"] == f"lessons/{EXERCISE}"
    assert finding["line"] == 28
    assert finding["code"] == "unknown-raises"


def test_second_check_runs_nothing(lessons, tmp_path, monkeypatch):
    first = check_lessons(lessons, KeptRuns(tmp_path / "kept"))
    monkeypatch.setattr(kept, "run_manifest", lambda text, goals, runs: pytest.fail("ran again"))
    assert check_lessons(lessons, KeptRuns(tmp_path / "kept")) == first


def test_changed_manifest_and_changed_goal_run_again(lessons, tmp_path):
    assert check_lessons(lessons, KeptRuns(tmp_path / "kept")).findings == ()
    replace(lessons, EXERCISE, 'o.kind == "Pod"', 'o.kind == "Node"')
    assert check_lessons(lessons, KeptRuns(tmp_path / "kept")).findings != ()


def test_changed_checking_code_forgets_what_was_kept(lessons, tmp_path, monkeypatch):
    check_lessons(lessons, KeptRuns(tmp_path / "kept"))
    monkeypatch.setattr(kept, "checking_code_hash", lambda: "newer")
    KeptRuns(tmp_path / "kept")
    assert [folder.name for folder in (tmp_path / "kept").iterdir()] == ["newer"]


def test_server_start_is_stopped_by_a_broken_lesson(lessons, settings):
    settings.HATOBA_LESSONS_DIR = lessons
    replace(lessons, LESSON, "](lesson:later)", "](lesson:lator)")
    (message,) = checks.check_lesson_files(None)
    assert message.is_serious()
    assert f"lessons/{LESSON}:20:" in message.msg


def test_server_start_is_only_warned_of_words(lessons, settings):
    settings.HATOBA_LESSONS_DIR = lessons
    replace(lessons, LESSON, "補足です。", "本当ですか？")
    (message,) = checks.check_lesson_files(None)
    assert not message.is_serious()


def test_server_start_is_quiet_when_all_is_well(lessons, settings):
    settings.HATOBA_LESSONS_DIR = lessons
    assert checks.check_lesson_files(None) == []
