"""docs/simulator.md is held to the code: what it names exists, and what exists is named."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| 機能", "|---"))
]
CORE = ROOT / "learn" / "cluster"
TESTS = ROOT / "tests" / "cluster"


def named(cell):
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_names_code_and_tests_that_exist(row):
    feature, degree, meaning, code, tests = row
    assert degree in ("正確", "簡略")
    assert meaning
    assert named(code)
    assert named(tests)
    assert [name for name in named(code) if not (CORE / name).exists()] == []
    assert [name for name in named(tests) if not (TESTS / name).is_file()] == []


def test_every_test_of_the_simulator_stands_behind_a_row():
    """A file of a subfolder may share the rows of its folder."""
    covered = {name for row in ROWS for name in named(row[4])} | {"test_fidelity_page.py"}
    folders = {name.partition("/")[0] for name in covered if "/" in name}
    files = [path.relative_to(TESTS) for path in sorted(TESTS.rglob("test_*.py"))]
    assert [str(f) for f in files if str(f) not in covered and f.parts[0] not in folders] == []


def test_every_part_of_the_simulator_stands_in_a_row():
    covered = {name for row in ROWS for name in named(row[3])}
    folders = {name for name in covered if name.endswith("/")}
    parts = [
        str(path.relative_to(CORE))
        for path in sorted(CORE.rglob("*.py"))
        if path.name != "__init__.py" and not any(str(path.relative_to(CORE)).startswith(f) for f in folders)
    ]
    assert [name for name in parts if name not in covered] == []


DECISIONS = re.findall(r"`(learn\.cluster\.[\w.]+)`", PAGE)


@pytest.mark.parametrize("name", DECISIONS)
def test_every_decision_named_can_be_called_and_says_how(name):
    module, _, attribute = name.rpartition(".")
    found = getattr(import_module(module), attribute)
    assert callable(found)
    assert found.__doc__
