"""The smallest edit of a manifest that meets every goal: found by search, proven by running it.

What is tried, the smallest first: the check's own fixes, single fields of the solutions, fields that belong
together, pairs of fields, and at last everything that leads to a solution, less whatever can be left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import NamedTuple

from learn.sandbox.diagnostics import Fix
from learn.sandbox.edits import apply_fix
from learn.sandbox.goals import CompiledGoal
from learn.sandbox.messages import Severity
from learn.sandbox.objects import ManifestObject
from learn.sandbox.pipeline import DEFAULT_LIMITS, Report, check
from learn.sandbox.reading import all_edits
from learn.sandbox.repair_changes import Change, changes_between
from learn.sandbox.repair_edits import changed, objects_in
from learn.sandbox.runs import ScenarioSource, try_out

_ROUNDS = 3
_MOST_PAIRED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a search may cost: characters checked, and entries in the traces of its runs.

    The defaults stay below two seconds of CPU on an ordinary core.
    """

    characters: int = 320_000
    entries: int = 6_000


DEFAULT_BOUNDS = Bounds()


def find_repair(
    text: str,
    *,
    goals: Sequence[CompiledGoal],
    runs: Sequence[ScenarioSource],
    solutions: Sequence[str],
    bounds: Bounds = DEFAULT_BOUNDS,
) -> str | None:
    """A text near `text` that has no error and meets every goal; None where none is found within `bounds`.

    Deterministic, and never raises for any text.
    """
    search = _Search(goals, runs, bounds)
    base = _mended(text)
    if not base.objects:
        return None
    if base.text != text and search.passes(base.text):
        return base.text
    wanted = [objects_in(each, DEFAULT_LIMITS) for each in solutions]
    ways = sorted((list(changes_between(base.objects, each)) for each in wanted), key=len)
    for candidates in _candidates(base, ways):
        for each in _smallest_first(text, candidates):
            if search.is_spent:
                return None
            if search.passes(each):
                return each
    return _towards_a_solution(search, text, base.text, ways)


class _Search:
    """Tries texts as long as there is something left to spend."""

    def __init__(self, goals: Sequence[CompiledGoal], runs: Sequence[ScenarioSource], bounds: Bounds) -> None:
        self._goals, self._runs = goals, runs
        self._alone = [goal for goal in goals if not goal.goal.run]
        self._characters, self._entries = bounds.characters, bounds.entries
        self._known: dict[str, bool] = {}

    @property
    def is_spent(self) -> bool:
        return self._characters <= 0 or self._entries <= 0

    def passes(self, text: str) -> bool:
        """Whether a text meets every goal; False for one that can no longer be tried."""
        if text not in self._known:
            self._known[text] = not self.is_spent and self._passes(text)
        return self._known[text]

    def _passes(self, text: str) -> bool:
        self._characters -= len(text)
        if not check(text, goals=self._alone).passed:
            return False
        trial = try_out(text, goals=self._goals, runs=self._runs)
        self._entries -= sum(
            len(each.run.cluster.trace.entries) if each.run else 500 for each in trial.played
        )
        return trial.report.passed


class _Base(NamedTuple):
    """The text from which a search starts, its objects, and the fixes offered for what is no error."""

    text: str
    objects: Sequence[ManifestObject]
    fixes: Sequence[Fix]


def _mended(text: str) -> _Base:
    """The text with the fixes made that the check offers for its errors, as long as they lead somewhere."""
    report = check(text)
    for _ in range(_ROUNDS):
        fix = all_edits(report.errors)
        if not fix.edits:
            break
        mended = apply_fix(text, fix)
        after = check(mended)
        if len(after.errors) >= len(report.errors):
            break
        text, report = mended, after
    is_readable = not any(each.code.startswith(("text-", "yaml-")) for each in report.errors)
    return _Base(text, report.objects if is_readable else (), tuple(_offered(report)))


def _candidates(base: _Base, ways: Sequence[Sequence[Change]]) -> Iterator[Iterable[str]]:
    """Texts to try, in groups of growing size."""
    singles = _distinct(change for way in ways for change in way)
    yield [
        *(apply_fix(base.text, fix) for fix in base.fixes),
        *_written(base.text, ([change] for change in singles)),
    ]
    families = [family for way in ways for family in _families(way)]
    short = [way for way in ways if len(way) <= _MOST_PAIRED]
    pairs = [pair for way in short for pair in combinations(way, 2)]
    yield _written(base.text, [*families, *pairs])


def _offered(report: Report) -> Iterator[Fix]:
    """The fixes for what is no error but may be the reason all the same."""
    for each in report.diagnostics:
        if each.fix and each.severity is not Severity.ERROR:
            yield each.fix


def _distinct(changes: Iterable[Change]) -> list[Change]:
    found: list[Change] = []
    for change in changes:
        if change not in found:
            found.append(change)
    return found


def _families(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Changes of one map and below it: a whole probe, a whole container."""
    places = {(c.kind, c.name, c.path[:depth]) for c in changes for depth in range(1, len(c.path))}
    for kind, name, place in sorted(places, key=lambda each: (-len(each[2]), str(each))):
        family = [c for c in changes if (c.kind, c.name) == (kind, name) and c.path[: len(place)] == place]
        if 2 < len(family) < len(changes):
            yield family


def _written(base: str, sets: Iterable[Sequence[Change]]) -> Iterator[str]:
    for changes in sets:
        text = changed(base, changes, DEFAULT_LIMITS)
        if text is not None:
            yield text


def _smallest_first(text: str, candidates: Iterable[str]) -> list[str]:
    """Each candidate once, by the number of its lines that differ."""
    return sorted(dict.fromkeys(candidates), key=lambda each: changed_lines(text, each))


def changed_lines(before: str, after: str) -> int:
    """How many lines are taken away or added."""
    matcher = SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False)
    return sum(
        (high - low) + (new_high - new_low)
        for tag, low, high, new_low, new_high in matcher.get_opcodes()
        if tag != "equal"
    )


def _towards_a_solution(
    search: _Search, text: str, base: str, ways: Sequence[Sequence[Change]]
) -> str | None:
    """The whole way to a solution, less each change that can be left out; the smallest of these."""
    found: list[str] = []
    for way in ways:
        whole = changed(base, way, DEFAULT_LIMITS)
        if whole is not None and search.passes(whole):
            found.append(_less(search, base, whole, way))
    return min(found, key=lambda each: changed_lines(text, each), default=None)


def _less(search: _Search, base: str, whole: str, way: Sequence[Change]) -> str:
    kept, best = list(way), whole
    for change in way:
        fewer = [each for each in kept if each is not change]
        written = changed(base, fewer, DEFAULT_LIMITS)
        if written is not None and search.passes(written):
            kept, best = fewer, written
    return best
