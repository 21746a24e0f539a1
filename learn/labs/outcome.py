"""An exercise and a text, judged: what the lab page shows beside the editor."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from learn.cluster.api.fielderror import path_text
from learn.content.model import Catalog, Exercise, Goal, ScenarioRun
from learn.sandbox.diagnostics import Diagnostic
from learn.sandbox.goals import CompiledGoal, GoalResult, GoalState, compile_goals
from learn.sandbox.messages import Severity
from learn.sandbox.pipeline import Report
from learn.sandbox.runs import Trial, try_out

logger = logging.getLogger(__name__)

_CODE = re.compile(r"`([^`]+)`")
ADVICE = "info"
_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: ADVICE}
_COUNTED = {Severity.ERROR: "直すところ", Severity.WARNING: "確かめるところ"}
_STATES = {
    GoalState.MET: "met",
    GoalState.UNMET: "unmet",
    GoalState.UNKNOWN: "open",
    GoalState.WAITING: "planned",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow:
    """A goal as the goal list shows it: met, unmet, open (not judged) or planned (not possible yet)."""

    statement_html: str
    state: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    A diagnostic in the words and links of the page; `mark` is `what` without code marks, for the editor.
    `fix_key` names it to whoever asks for its fix, empty if it has none.
    """

    severity: str
    what: str
    line: int
    path: str
    why: str
    fix: str
    original: str
    lesson_url: str
    lesson_title: str
    mark: str
    fix_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`checked` is false before the first check; `marks` are the problems as the editor reads them."""

    checked: bool
    solved: bool
    goals: tuple[GoalRow, ...]
    problems: tuple[Problem, ...] = ()
    summary: str = ""
    announcement: str = ""

    @property
    def met(self) -> int:
        return sum(goal.state == "met" for goal in self.goals)

    @property
    def active(self) -> int:
        return sum(goal.state != "planned" for goal in self.goals)

    @property
    def to_mend(self) -> tuple[Problem, ...]:
        return tuple(each for each in self.problems if each.severity != ADVICE)

    @property
    def advice(self) -> tuple[Problem, ...]:
        """What is no fault; the page folds it, so that the result and the next step are seen first."""
        return tuple(each for each in self.problems if each.severity == ADVICE)

    @property
    def marks(self) -> list[dict[str, Any]]:
        return [
            {"line": each.line, "severity": each.severity, "message": each.mark} for each in self.problems
        ]


def unjudged(exercise: Exercise) -> Outcome:
    """Return the goals before anything was checked."""
    return Outcome(checked=False, solved=False, goals=tuple(_open_goal(goal) for goal in exercise.goals))


def judge(catalog: Catalog, exercise: Exercise, text: str) -> Outcome | None:
    """Check a text against the goals; None is a fault of ours, which the log tells."""
    try:
        trial = tried(text, exercise.goals, exercise.runs)
    except Exception:
        logger.exception("the check of %s broke", exercise.id)
        return None
    return _outcome(catalog, exercise, trial.report)


@lru_cache(maxsize=32)
def tried(text: str, goals: tuple[Goal, ...], runs: tuple[ScenarioRun, ...]) -> Trial:
    """Check and run a text; the answer to a POST, the page after it and every step in time ask for the same."""
    return try_out(text, goals=compiled_goals(goals), runs=runs)


@lru_cache(maxsize=512)
def compiled_goals(goals: tuple[Goal, ...]) -> tuple[CompiledGoal, ...]:
    return compile_goals(goals)


def _outcome(catalog: Catalog, exercise: Exercise, report: Report) -> Outcome:
    goals = goal_rows(exercise, report)
    return Outcome(
        checked=True,
        solved=report.passed,
        goals=goals,
        problems=tuple(problem_of(catalog, each) for each in report.diagnostics),
        summary=counts_of(report.diagnostics),
        announcement=_announcement(goals, report),
    )


def goal_rows(exercise: Exercise, report: Report) -> tuple[GoalRow, ...]:
    """Return every goal of an exercise as a check found it."""
    results = {result.id: result for result in report.goals}
    return tuple(_goal_row(goal, results[goal.id]) for goal in exercise.goals)


def _open_goal(goal: Goal) -> GoalRow:
    state = "open" if goal.waits_for is None else "planned"
    return GoalRow(statement_html=goal.statement_html, state=state)


def _goal_row(goal: Goal, result: GoalResult) -> GoalRow:
    message = code_html(result.message) if result.message else ""
    return GoalRow(statement_html=goal.statement_html, state=_STATES[result.state], message=message)


def problem_of(catalog: Catalog, diagnostic: Diagnostic) -> Problem:
    """Return what the page prints about a finding."""
    lesson = catalog.lessons.get(diagnostic.lesson or "")
    return Problem(
        severity=_SEVERITIES[diagnostic.severity],
        what=code_html(diagnostic.what),
        line=diagnostic.span.line,
        path=path_text(diagnostic.path) if diagnostic.path else "",
        why=code_html(diagnostic.why),
        fix=code_html(diagnostic.cure),
        original=diagnostic.english,
        lesson_url=lesson.url if lesson else "",
        lesson_title=lesson.title if lesson else "",
        mark=diagnostic.what.replace("`", ""),
        fix_key=key_of(diagnostic) if diagnostic.fix else "",
    )


def key_of(diagnostic: Diagnostic) -> str:
    """Return what tells a finding from the others of the same text."""
    return f"{diagnostic.code}:{diagnostic.span.line}:{diagnostic.span.column}"


def counts_of(diagnostics: Sequence[Diagnostic]) -> str:
    """Return how many there are of each severity that matters: 直すところ 1件、確かめるところ 2件."""
    severities = [each.severity for each in diagnostics]
    return "、".join(
        f"{name} {severities.count(each)}件" for each, name in _COUNTED.items() if each in severities
    )


def _announcement(goals: Sequence[GoalRow], report: Report) -> str:
    """Return the one sentence or two that a screen reader says about a check."""
    if report.passed:
        return "目標をすべて達成しました。次のステップに進めます。"
    active = [goal for goal in goals if goal.state != "planned"]
    met = sum(goal.state == "met" for goal in active)
    told = f"達成した目標は{len(active)}つのうち{met}です。"
    if not report.errors:
        return told
    lines = [each.span.line for each in report.errors]
    place = f"{lines[0]}行目です。" if len(lines) == 1 else f"最初は{lines[0]}行目です。"
    return f"{told}直すところが{len(lines)}件、{place}"


def code_html(text: str) -> SafeString:
    """Turn the backticks of a message into code; everything else is text."""
    return mark_safe(_CODE.sub(r'<code translate="no">\1</code>', escape(text)))
