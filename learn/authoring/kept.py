"""Results of runs kept in files, named by everything that they depend on."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

import learn
from learn.authoring.runs import Outcome, Problem, Standing, run_manifest
from learn.content.model import ScenarioRun
from learn.sandbox.goals import CompiledGoal

_CHECKING_CODE = ("sandbox", "cluster")
_CHECKING_LIBRARIES = ("cel-expr-python", "kubernetes-validate", "PyYAML")


class KeptRuns:
    """A runner that looks a result up before it runs; results of older checking code are dropped."""

    def __init__(self, root: Path) -> None:
        self._folder = root / checking_code_hash()
        if root.exists():
            for old in root.iterdir():
                if old != self._folder:
                    shutil.rmtree(old, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, text: str, goals: Sequence[CompiledGoal], runs: Sequence[ScenarioRun]) -> Outcome:
        file = self._folder / f"{_inputs_hash(text, goals, runs)}.json"
        if file.exists():
            return _outcome_from_json(file.read_text())
        outcome = run_manifest(text, goals, runs)
        with NamedTemporaryFile("w", dir=self._folder, suffix=".part", delete=False) as unfinished:
            json.dump(asdict(outcome), unfinished)
        Path(unfinished.name).replace(file)
        return outcome


@cache
def checking_code_hash() -> str:
    """A hash of the code and the libraries that decide what a run says."""
    digest = hashlib.sha256()
    package = Path(learn.__file__).parent
    for name in _CHECKING_CODE:
        for file in sorted((package / name).rglob("*.py")):
            digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    for library in _CHECKING_LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    return digest.hexdigest()[:16]


def _inputs_hash(text: str, goals: Sequence[CompiledGoal], runs: Sequence[ScenarioRun]) -> str:
    parts = [
        [each.goal.id, each.goal.expression, each.goal.message, each.goal.message_expression, each.goal.run]
        for each in goals
    ]
    scenarios = [[each.id, each.scenario] for each in runs]
    return hashlib.sha256(json.dumps([text, parts, scenarios]).encode()).hexdigest()


def _outcome_from_json(text: str) -> Outcome:
    data = json.loads(text)
    return Outcome(
        problems=tuple(Problem(**problem) for problem in data["problems"]),
        standings=tuple(Standing(**standing) for standing in data["standings"]),
    )
