"""The smallest edit that passes: fields changed in the text as it was written, found by search, proven by running."""

import pytest

from learn.library import get_catalog
from learn.sandbox.document import Limits
from learn.sandbox.goals import GoalSpec, compile_goals
from learn.sandbox.pipeline import check
from learn.sandbox.repair import Bounds, changed_lines, find_repair
from learn.sandbox.repair_changes import Change, Named
from learn.sandbox.repair_edits import changed
from learn.sandbox.runs import try_out

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}   # 名前
spec:
  containers:
  - name: app
    image: "example.com/web:1.0"  # イメージ
    livenessProbe:
      periodSeconds: 5   # 間隔
      httpGet: {path: /healthz, port: 80}
    # ここまで
  - image: example.com/side:1.0
    name: side
"""
APP = ("spec", "containers", Named("app"))
SIDE = ("spec", "containers", Named("side"))
EDITS = {
    "a number keeps its comment": ((*APP, "livenessProbe", "periodSeconds"), 10, "periodSeconds: 5", "periodSeconds: 10"),
    "a text keeps its quotes": ((*APP, "image"), "x:2", '"example.com/web:1.0"', '"x:2"'),
    "a field in flow style": (
        (*APP, "livenessProbe", "httpGet", "port"), "http", "port: 80}", "port: http}",
    ),
    "a new field in flow style": (
        (*APP, "livenessProbe", "httpGet", "host"), "h", "port: 80}", "port: 80, host: h}",
    ),
    "a new field of a map": (
        (*APP, "livenessProbe", "failureThreshold"), 2,
        "port: 80}\n", "port: 80}\n      failureThreshold: 2\n",
    ),
    "a new map": (
        (*SIDE, "env"), [{"name": "A", "value": "1"}], "    name: side\n",
        "    name: side\n    env:\n    - {name: A, value: '1'}\n",
    ),
    "a new item": (
        ("spec", "containers", Named("c")), {"name": "c", "image": "c"}, "    name: side\n",
        "    name: side\n  - {name: c, image: c}\n",
    ),
    "a map for a map": (
        (*APP, "livenessProbe", "httpGet"), {"port": 1}, "httpGet: {path: /healthz, port: 80}", "httpGet: {port: 1}",
    ),
    "a map for a number": (
        (*APP, "livenessProbe", "periodSeconds"), {"a": 1}, "periodSeconds: 5   # 間隔", "periodSeconds: {a: 1}",
    ),
    "a text that looks like a number": ((*APP, "name"), "8080", "name: app", "name: '8080'"),
}  # fmt: skip
REMOVALS = {
    "a line": ((*APP, "livenessProbe", "periodSeconds"), "      periodSeconds: 5   # 間隔\n", ""),
    "a map": (
        (*APP, "livenessProbe"),
        "    livenessProbe:\n      periodSeconds: 5   # 間隔\n      httpGet: {path: /healthz, port: 80}\n",
        "",
    ),
    "the first field of a flow map": ((*APP, "livenessProbe", "httpGet", "path"), "path: /healthz, ", ""),
    "the last field of a flow map": ((*APP, "livenessProbe", "httpGet", "port"), ", port: 80", ""),
    "the field beside a dash": ((*SIDE, "image"), "image: example.com/side:1.0\n    ", ""),
    "an item": (SIDE, "  - image: example.com/side:1.0\n    name: side\n", ""),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_field_is_changed_where_it_stands(name):
    path, value, before, after = EDITS[name]
    assert POD.count(before) == 1
    change = Change(kind="Pod", name="web", path=path, value=value)
    assert changed(POD, [change], Limits()) == POD.replace(before, after)


@pytest.mark.parametrize("name", REMOVALS)
def test_a_field_is_taken_away_with_its_lines_only(name):
    path, before, after = REMOVALS[name]
    assert POD.count(before) == 1
    change = Change(kind="Pod", name="web", path=path, is_removal=True)
    assert changed(POD, [change], Limits()) == POD.replace(before, after)


@pytest.mark.parametrize(
    "path", [("metadata", "name"), ("spec", "nope"), ("spec", "nope", "deeper"), ("spec", "containers", 7)]
)
def test_what_cannot_be_taken_away_is_told(path):
    assert changed(POD, [Change(kind="Pod", name="web", path=path, is_removal=True)], Limits()) is None


def goal(expression):
    return compile_goals([GoalSpec(id="g", expression=expression, message="m")])


PERIOD = "templates.exists(t, t.spec.containers.exists(c, has(c.livenessProbe) && c.livenessProbe.periodSeconds == 7))"


def repaired(text, expression, *solutions, **options):
    return find_repair(text, goals=goal(expression), runs=[], solutions=solutions, **options)


def test_only_the_field_that_matters_changes():
    solution = POD.replace("periodSeconds: 5", "periodSeconds: 7").replace("/healthz", "/other")
    assert repaired(POD, PERIOD, solution) == POD.replace("periodSeconds: 5", "periodSeconds: 7")


def test_an_error_is_mended_on_the_way():
    broken = POD.replace("port: 80}", 'port: "80"}').replace("image: ex", "imgae: ex")
    solution = POD.replace("periodSeconds: 5", "periodSeconds: 7")
    found = repaired(broken, PERIOD, solution)
    assert found is not None
    assert not check(found).errors
    assert "periodSeconds: 7" in found


def test_wide_spaces_are_mended_on_the_way():
    solution = POD.replace("periodSeconds: 5", "periodSeconds: 7")
    found = repaired(POD.replace("      ", "　　　"), PERIOD, solution)
    assert found is not None
    assert changed_lines(found, solution) == 0


def test_what_no_solution_meets_has_no_repair():
    assert repaired(POD, "false", POD) is None
    assert repaired("a: [", "true") is None


def test_a_search_ends_with_its_bounds():
    solution = POD.replace("periodSeconds: 5", "periodSeconds: 7")
    assert repaired(POD, PERIOD, solution, bounds=Bounds(characters=0)) is None


WRONG = [
    (exercise.id, name, text)
    for exercise in get_catalog().exercises.values()
    if exercise.type == "manifest"
    for name, text in [("start", exercise.start), *((each.file, each.text) for each in exercise.mistakes)]
]


@pytest.mark.parametrize(("exercise_id", "name", "text"), WRONG, ids=[f"{a}-{b}" for a, b, _ in WRONG])
def test_every_named_mistake_of_the_lessons_has_a_repair_that_passes(exercise_id, name, text):
    exercise = get_catalog().exercises[exercise_id]
    goals = compile_goals(exercise.goals)
    solutions = [each.text for each in exercise.solutions]
    found = find_repair(text, goals=goals, runs=exercise.runs, solutions=solutions)
    assert found is not None
    assert try_out(found, goals=goals, runs=exercise.runs).report.passed
    assert changed_lines(text, found) <= min(changed_lines(text, each) for each in solutions) + 2
