"""One exercise put to the trial: its solutions in other words, and spoilt."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

from learn.sandbox.fairness.judging import Judge, Verdict
from learn.sandbox.fairness.mutants import mutants
from learn.sandbox.fairness.names import Fixed, Object, fixed_by
from learn.sandbox.fairness.styles import PLAIN, written
from learn.sandbox.fairness.variants import variants
from learn.sandbox.pipeline import check

VARIANTS = 100
"""Of each solution."""
ENOUGH_MUTANTS = 100
"""Of all the solutions of an exercise together."""
ENOUGH_KILLED = 0.98


class Solution(Protocol):
    @property
    def file(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One text that was tried: a variant (``name`` tells its forms) or a mutant, of the solution in ``file``."""

    file: str
    name: str
    text: str

    @property
    def id(self) -> str:
        """``period-5.yaml Deployment/web replicas = 0``: the name by which a mutant is excused."""
        return f"{self.file.rpartition('/')[2]} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of it.

    ``rejected`` are variants with the reasons, ``survivors`` mutants that nothing excuses. The excused are
    not among ``mutants``. ``needless`` are the excuses that no tried mutant needed.
    """

    variants: int
    rejected: tuple[tuple[Case, Verdict], ...]
    mutants: int
    survivors: tuple[Case, ...]
    excused: int
    needless: tuple[str, ...]

    @property
    def accepted(self) -> float:
        """A share, 0 to 1."""
        return 1 - len(self.rejected) / max(1, self.variants)

    @property
    def killed(self) -> float:
        """A share, 0 to 1."""
        return 1 - len(self.survivors) / max(1, self.mutants)


def put_to_trial(
    judge: Judge,
    solutions: Sequence[Solution],
    excuses: Sequence[str],
    *,
    seed: str,
    sample: int | None = None,
) -> Trial:
    """Try `VARIANTS` of each solution and every mutant, or a drawn ``sample`` of so many of each in all.

    ``excuses`` are patterns (fnmatch) of the ids of mutants that rightly pass.
    """
    fixed = fixed_by([each.goal.expression for each in judge.goals], [each.scenario for each in judge.runs])
    said = [(each.file, [obj.value for obj in check(each.text).objects]) for each in solutions]
    count = VARIANTS if sample is None else -(-sample // len(said))
    written_otherwise = [case for each in said for case in _variants(*each, fixed, seed, count)]
    verdicts = [(case, judge.verdict(case.text)) for case in written_otherwise]
    spoilt = [case for each in said for case in _mutants(*each, said, fixed)]
    if sample is not None and sample < len(spoilt):
        spoilt = random.Random(f"{seed} mutants").sample(spoilt, sample)
    passed = [case for case in spoilt if judge.verdict(case.text).passed]
    excused = [case for case in passed if any(fnmatchcase(case.id, excuse) for excuse in excuses)]
    return Trial(
        variants=len(verdicts),
        rejected=tuple((case, verdict) for case, verdict in verdicts if not verdict.passed),
        mutants=len(spoilt) - len(excused),
        survivors=tuple(case for case in passed if case not in excused),
        excused=len(excused),
        needless=tuple(each for each in excuses if not any(fnmatchcase(case.id, each) for case in passed)),
    )


def _variants(file: str, objects: Sequence[Object], fixed: Fixed, seed: str, count: int) -> Iterator[Case]:
    for variant in variants(objects, fixed, random.Random(f"{seed} {file}"), count):
        yield Case(file=file, name=" + ".join(variant.forms) or "as it is", text=variant.text)


def _mutants(
    file: str, objects: Sequence[Object], said: Sequence[tuple[str, Sequence[Object]]], fixed: Fixed
) -> Iterator[Case]:
    for mutant in mutants(objects, [each for _, each in said], fixed):
        yield Case(file=file, name=mutant.name, text=written(mutant.objects, PLAIN, random.Random(0)))
