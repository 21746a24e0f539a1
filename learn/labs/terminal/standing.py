"""How a learner's terminal stands against the goals of its exercise."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from learn.content.model import Exercise, Goal, Mistake
from learn.kubectl.practice import Ran, judge, values_now
from learn.labs.outcome import GoalRow, code_html
from learn.labs.terminal.session import Session
from learn.progress.models import Terminal, TerminalCommand
from learn.sandbox.goals import CompiledGoal, GoalResult, GoalSpec, GoalState, Scope, compile_goals

logger = logging.getLogger(__name__)

Answers = Mapping[str, str]

MOST_OUTPUT = 20_000
"""So much of a command's output can bring a goal about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    Every goal as the page lists it, the advice on mistakes that were made, and whether all is done.
    A learner who has not asked is told what is met, not what is missing.
    """

    goals: tuple[GoalRow, ...]
    advice_html: tuple[str, ...] = ()
    asked: bool = False
    fault: bool = False

    @property
    def met(self) -> int:
        return sum(goal.state == "met" for goal in self.goals)

    @property
    def solved(self) -> bool:
        return self.met == len(self.goals)

    @property
    def words(self) -> str:
        if self.fault:
            return "目標を確かめられませんでした。"
        if self.solved:
            return "目標をすべて達成しました。"
        return f"達成した目標は{len(self.goals)}つのうち{self.met}です。"

    def news(self, met: int, advised: int) -> tuple[str, ...]:
        """What to say to somebody who heard of so many goals that are met, and mistakes that were named."""
        said = (self.words,) if self.met > met else ()
        return (*said, "目標の下に、気づいたことを示しました。") if len(self.advice_html) > advised else said


def untouched(exercise: Exercise) -> Standing:
    """The goals before anything was done."""
    return Standing(goals=tuple(_row(goal, None, asked=False) for goal in exercise.goals))


def stand(
    exercise: Exercise, session: Session, ran: Iterable[Ran], answers: Answers, *, asked: bool
) -> Standing:
    """Judge every goal now; a fault of ours is told by the log and leaves the goals open."""
    try:
        compiled = _compiled(exercise.goals, exercise.mistakes)
        values = values_now(session.cluster, session.past or {}, ran)
        given = {goal.id: answers.get(goal.id, "") for goal in exercise.goals if goal.question}
        results = {result.id: result for result in judge(compiled.goals, values, given)}
        made = [sign.evaluate({**values, "answer": ""}).met for sign in compiled.signs]
    except Exception:
        logger.exception("the goals of %s could not be judged", exercise.id)
        return Standing(goals=untouched(exercise).goals, asked=asked, fault=True)
    return Standing(
        goals=tuple(_row(goal, results[goal.id], asked=asked) for goal in exercise.goals),
        advice_html=tuple(
            mistake.hint_html
            for mistake, is_made in zip(exercise.mistakes, made, strict=True)
            if is_made and not results[mistake.raises].met
        ),
        asked=asked,
    )


def ran_on(row: Terminal) -> tuple[Ran, ...]:
    """The transcript of a terminal, as far as it is kept."""
    commands = TerminalCommand.objects.filter(terminal=row).order_by("number")
    return tuple(
        Ran(
            line=command.line,
            output="".join(text for stream, text in command.printed if stream in ("out", "err"))[
                :MOST_OUTPUT
            ],
            exit_code=command.exit_code,
            at_ms=command.at_ms,
        )
        for command in commands
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    goals: tuple[CompiledGoal, ...]
    signs: tuple[CompiledGoal, ...]


@lru_cache(maxsize=64)
def _compiled(goals: tuple[Goal, ...], mistakes: tuple[Mistake, ...]) -> _Compiled:
    signs = [GoalSpec(id=mistake.raises, expression=mistake.when) for mistake in mistakes]
    return _Compiled(
        goals=compile_goals(goals, scope=Scope.TERMINAL), signs=compile_goals(signs, scope=Scope.TERMINAL)
    )


def _row(goal: Goal, result: GoalResult | None, *, asked: bool) -> GoalRow:
    if result is not None and result.met:
        return GoalRow(statement_html=goal.statement_html, state="met")
    if result is None or not asked or result.state is not GoalState.UNMET:
        return GoalRow(statement_html=goal.statement_html, state="open")
    return GoalRow(statement_html=goal.statement_html, state="unmet", message=code_html(result.message))
