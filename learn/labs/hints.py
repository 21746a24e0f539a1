"""The hints of an exercise, from what the learner's manifest does to the smallest edit that makes it pass."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe

from learn.content.model import Exercise, Goal, ScenarioRun
from learn.labs.moments import Moment, moments_of
from learn.labs.outcome import code_html, compiled_goals, tried
from learn.labs.playback import address
from learn.progress.actions import digest
from learn.sandbox.goals import GoalState
from learn.sandbox.repair import changed_lines, find_repair
from learn.sandbox.runs import Trial

logger = logging.getLogger(__name__)

_CONTEXT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What the check or the run showed: a goal that is not met and why, or the first error.

    `event` is what decided in the run, and `url` leads to its instant (empty for a text not yet checked).
    `line` is that of an error, 0 for none.
    """

    told: SafeString
    statement: SafeString = SafeString()
    event: SafeString = SafeString()
    url: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """`kind` is del, ins, gap (lines left out) or "" for a line that stays."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """An edit of the learner's text, or the way to a solution (`is_own` false) where none was found.

    `count` is the number of lines to touch: a line written anew is one.
    """

    is_own: bool
    count: int
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One hint; an author's has `html` alone."""

    html: SafeString = SafeString()
    observed: Observed | None = None
    mending: Mending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The hints that are open, lowest first, of `total`."""

    total: int
    rungs: tuple[Rung, ...]

    @property
    def left(self) -> int:
        return self.total - len(self.rungs)


def rungs_of(exercise: Exercise) -> int:
    """How many hints there are: what was observed, the author's, and the edit that passes."""
    return len(exercise.hints_html) + 2


def ladder_for(exercise: Exercise, opened: int, text: str, *, is_checked: bool) -> Ladder:
    """The open hints, for the text as it is now."""
    total = rungs_of(exercise)
    rungs: list[Rung] = []
    if opened > 0:
        rungs.append(Rung(observed=_observed(exercise, text, is_checked=is_checked)))
    rungs += [Rung(html=mark_safe(html)) for html in exercise.hints_html[: max(0, opened - 1)]]
    if opened >= total:
        rungs.append(Rung(mending=mending_of(exercise, text)))
    return Ladder(total=total, rungs=tuple(rungs))


# -- the first rung --------------------------------------------------------------------------------


def _observed(exercise: Exercise, text: str, *, is_checked: bool) -> Observed:
    try:
        trial = tried(text, exercise.goals, exercise.runs)
        return _told(exercise, trial, digest(text) if is_checked else "")
    except Exception:
        logger.exception("what %s showed cannot be told", exercise.id)
        return Observed(told=code_html("動かした結果を示せませんでした。こちらの不具合です。"))


def _told(exercise: Exercise, trial: Trial, checked: str) -> Observed:
    if errors := trial.report.errors:
        told = f"直すところがあるため、まだ動かしていません。まず{errors[0].span.line}行目です。{errors[0].what}。"
        return Observed(told=code_html(told), line=errors[0].span.line)
    states = {result.id: result for result in trial.report.goals}
    unmet = [goal for goal in exercise.active_goals if states[goal.id].state is not GoalState.MET]
    if not unmet:
        return Observed(told=code_html("いまのマニフェストは、目標をすべて達成しています。"))
    event, url = _decisive(exercise, trial, unmet, checked)
    return Observed(
        statement=mark_safe(unmet[0].statement_html),
        told=code_html(states[unmet[0].id].message),
        event=code_html(event) if event else SafeString(),
        url=url,
    )


def _decisive(exercise: Exercise, trial: Trial, unmet: Sequence[Goal], checked: str) -> tuple[str, str]:
    """The weightiest change of the run that misses a goal, and the address of its instant."""
    run_id = next((goal.run for goal in unmet if goal.run), "")
    played = trial.of(run_id) if run_id else None
    if played is None or played.run is None:
        return "", ""
    moments = moments_of(played.run)
    if not moments:
        return "", ""
    decisive = max(moments, key=lambda each: (each.weight, -each.ms, -each.entry))
    title = next(run.title_html for run in exercise.runs if run.id == run_id)
    second = -(-decisive.ms // 1000)
    url = address(exercise, run_id, checked, second) if checked else ""
    return _sentence(title, decisive, second), url


def _sentence(title: str, moment: Moment, second: int) -> str:
    where = "" if f"`{moment.where}`" in moment.text or not moment.where else f"（`{moment.where}`）"
    return f"「{title}」の{second}秒{where}：{moment.text}。"


# -- the last rung ---------------------------------------------------------------------------------


def mending_of(exercise: Exercise, text: str) -> Mending | None:
    """The edit to show; None for a text that passes as it is."""
    try:
        if tried(text, exercise.goals, exercise.runs).report.passed:
            return None
    except Exception:
        logger.exception("the check of %s broke", exercise.id)
    found = known_repair(exercise, text)
    after = found if found is not None else _nearest_solution(exercise, text)
    lines = diff_of(text, after)
    count = max(sum(line.kind == kind for line in lines) for kind in ("del", "ins"))
    return Mending(is_own=found is not None, count=count, lines=lines)


def repair_for(exercise: Exercise, text: str) -> str | None:
    """The smallest edit of a text that passes, None where none is found within the bounds."""
    solutions = tuple(each.text for each in exercise.solutions)
    return _repaired(text, exercise.goals, exercise.runs, solutions)


def known_repair(exercise: Exercise, text: str) -> str | None:
    """As `repair_for`; a fault of ours counts as nothing found."""
    try:
        return repair_for(exercise, text)
    except Exception:
        logger.exception("the repair of %s broke", exercise.id)
        return None


@lru_cache(maxsize=64)
def _repaired(
    text: str, goals: tuple[Goal, ...], runs: tuple[ScenarioRun, ...], solutions: tuple[str, ...]
) -> str | None:
    return find_repair(text, goals=compiled_goals(goals), runs=runs, solutions=solutions)


def _nearest_solution(exercise: Exercise, text: str) -> str:
    return min((each.text for each in exercise.solutions), key=lambda each: changed_lines(text, each))


def diff_of(before: str, after: str) -> tuple[DiffLine, ...]:
    """The lines that differ, each with up to two lines around it."""
    old, new = before.split("\n"), after.split("\n")
    groups = SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT)
    found: list[DiffLine] = []
    for group in groups:
        if found:
            found.append(DiffLine(kind="gap", text="…"))
        for tag, low, high, new_low, new_high in group:
            if tag == "equal":
                found += [DiffLine(kind="", text=line) for line in old[low:high]]
            else:
                found += [DiffLine(kind="del", text=line) for line in old[low:high]]
                found += [DiffLine(kind="ins", text=line) for line in new[new_low:new_high]]
    while found and found[-1] == DiffLine(kind="", text=""):
        found.pop()
    return tuple(found)
