"""check_lessons plays the scripts of terminal exercises, and says which of them do not do what they say."""

import pytest

from learn.authoring.terminals import terminal_findings
from learn.content.catalog import read_catalog
from learn.content.lint import lint
from tests.content.factories import LESSON, line_of, sample_files

TERMINAL = "01-demo/01-first/first-2/exercise.yaml"
TEXT = """\
id: first-2
type: terminal
title: 1つを2つにする
minutes: 3
task: |
  増やしてください。

  ```command
  run: kubectl scale deployment/web --replicas=2
  ```
scenario:
  duration: 20
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: app, image: "example.com/web:1.0"}]}
goals:
  - id: two
    statement: 準備完了が2つある
    expression: >-
      cluster.exists(o, o.kind == "Deployment" && o.status.?readyReplicas.orValue(0) == 2)
    message: まだです。
    messageExpression: string(size(commands)) + "回の操作をしました。"
  - id: ready
    statement: 読み取る
    question: READYはいくつですか。
    example: 2/2
    expression: answer == "2/2"
    message: 見直します。
hints:
  - 数を変えます。
  - 期待する数を変えます。
solutions:
  - title: 命令する
    commands: |
      kubectl scale deployment/web --replicas=2
      sleep 5
  - title: 宣言する
    commands: |
      kubectl patch deployment web -p '{"spec":{"replicas":2}}'
      kubectl rollout status deployment/web
mistakes:
  - commands: kubectl scale deployment --replicas=2
    raises: two
    when: commands.exists(c, c.exitCode != 0)
    hint: 名前を書きます。
  - commands: kubectl get pods
    raises: two
    when: commands.all(c, c.line.contains(" get "))
    hint: 変えます。
  - commands: kubectl scale deployment/web --replicas=3
    raises: two
    when: facts.replicas["web"].exists(r, r.count == 3)
    hint: 多すぎます。
"""


def files_with(old="", new=""):
    assert old in TEXT
    files = sample_files()
    files[LESSON] = files[LESSON].replace(
        "{{exercise:first-1}}", "{{exercise:first-1}}\n\n{{exercise:first-2}}"
    )
    files[TERMINAL] = TEXT.replace(old, new, 1)
    return files


def findings(old="", new=""):
    files = files_with(old, new)
    catalog, broken = read_catalog(files)
    found = [*broken, *lint(files, catalog)]
    if exercise := catalog.exercises.get("first-2"):
        found += terminal_findings(exercise)
    return [each for each in found if each.path == TERMINAL]


def test_a_good_exercise_has_no_finding():
    assert findings() == []


def test_it_can_be_solved_and_its_commands_lead_to_its_own_terminal():
    catalog, _ = read_catalog(files_with())
    exercise = catalog.exercises["first-2"]
    assert exercise.is_available
    assert 'href="/labs/first-2/?run=kubectl' in exercise.task_html


@pytest.mark.parametrize(
    ("old", "new", "piece", "code"),
    [
        ("scenario:", "scenery:", "scenery:", "unknown-field"),
        ("duration: 20", "duration: long", "id: first-2", "bad-scenario"),
        ("matchLabels: {app: web}", "matchLabels: {app: wep}", "id: first-2", "bad-scenario"),
        ("goals:", "goal:", "id: first-2", "missing-field"),
        ("    example: 2/2\n", "", "  - id: ready", "missing-field"),
        ("    example: 2/2\n", "    choices: [1/1, 1/2]\n    example: 2/2\n", "    example", "bad-field"),
        ('answer == "2/2"', 'answr == "2/2"', 'answr == "2/2"', "bad-expression"),
        ('answer == "2/2"', 'objects == "2/2"', 'objects == "2/2"', "bad-expression"),
        ("string(size(commands))", "size(commands)", "size(commands)", "bad-expression"),
        ("exitCode != 0)", "exitCode != 0", "  - commands: kubectl scale deployment -", "bad-expression"),
        ("example: 2/2", "example: 1/2", "  - title: 命令", "solution-fails"),
        ("      sleep 5\n", "", "  - title: 命令", "solution-fails"),
        ("c.exitCode != 0", "c.exitCode == 0", "  - title: 命令", "solution-fails"),
        ("c.exitCode != 0", "c.exitCode == 7", "  - commands: kubectl scale deployment -", "mistake-unseen"),
        ("raises: two", "raises: three", "  - commands: kubectl scale deployment -", "unknown-raises"),
        ("  - commands: kubectl get pods", "  - commands: kubectl scale deployment/web --replicas=2; sleep 9", "  - commands: kubectl scale deployment/web --replicas=2;", "mistake-passes"),
        ("kubectl get pods", "kubectl scale deployment --replicas=2", "  - commands: kubectl scale deployment --replicas=2\n    raises: two\n    when: commands.all", "same-manifest"),
        ("  - 期待する数を変えます。\n", "", "id: first-2", "hints"),
    ],
)  # fmt: skip
def test_each_break_is_found_at_its_line(old, new, piece, code):
    line = line_of(TEXT.replace(old, new, 1), piece)
    assert (line, code) in {(each.line, each.code) for each in findings(old, new)}


def test_a_cluster_that_meets_every_goal_at_once_is_found():
    goals = TEXT[TEXT.index("  - id: ready") : TEXT.index("hints:")]
    files = files_with(goals)
    files[TERMINAL] = files[TERMINAL].replace("orValue(0) == 2", "orValue(0) >= 1")
    exercise = read_catalog(files)[0].exercises["first-2"]
    assert "start-passes" in {each.code for each in terminal_findings(exercise)}
