"""Run the manifests of an exercise through the check that learners meet, and judge what it says.

The exercise as given must miss a goal, every solution must reach all of them
without an error, and every mistake must raise what it names. Goals that wait
for a part of the software are not run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from learn.cluster.scenario import ScenarioError, scenario_from
from learn.content.model import Exercise, Finding, Goal, Mistake, ScenarioRun, Solution, Source
from learn.sandbox.goals import CompiledGoal, GoalError, GoalState, compile_goals
from learn.sandbox.messages import MESSAGES, Severity
from learn.sandbox.runs import try_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A diagnostic that a run met."""

    code: str
    line: int
    is_error: bool
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an active goal stood after a run; ``error`` is what went wrong inside its expression."""

    goal_id: str
    state: str
    message: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one manifest brought about: plain data, so that it can be kept."""

    problems: tuple[Problem, ...]
    standings: tuple[Standing, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def unmet(self) -> tuple[Standing, ...]:
        return tuple(standing for standing in self.standings if standing.state != GoalState.MET)


Runner = Callable[[str, Sequence[CompiledGoal], Sequence[ScenarioRun]], Outcome]


def run_manifest(text: str, goals: Sequence[CompiledGoal], runs: Sequence[ScenarioRun]) -> Outcome:
    """Check a manifest and run it as the exercise page does."""
    report = try_out(text, goals=goals, runs=runs).report
    return Outcome(
        problems=tuple(
            Problem(code=d.code, line=d.span.line, is_error=d.severity is Severity.ERROR, what=d.what)
            for d in report.diagnostics
        ),
        standings=tuple(
            Standing(goal_id=goal.id, state=goal.state.value, message=goal.message, error=goal.error)
            for goal in report.goals
        ),
    )


def exercise_findings(exercise: Exercise, run: Runner = run_manifest) -> tuple[Finding, ...]:
    """Everything that running the exercise's manifests shows; empty if all is well."""
    goals, broken = _compile(exercise)
    broken += _scenario_findings(exercise)
    if broken:
        return tuple(broken)
    return tuple(_run_all(exercise, goals, run))


def is_waiting(exercise: Exercise, mistake: Mistake) -> bool:
    """Whether a mistake names a goal that waits."""
    return mistake.raises in {goal.id for goal in exercise.waiting_goals}


def _compile(exercise: Exercise) -> tuple[tuple[CompiledGoal, ...], list[Finding]]:
    compiled: list[CompiledGoal] = []
    broken: list[Finding] = []
    for goal in exercise.active_goals:
        try:
            compiled += compile_goals([goal])
        except GoalError as error:
            broken.append(_bad_expression(goal, error))
    return tuple(compiled), broken


def _bad_expression(goal: Goal, error: GoalError) -> Finding:
    source = goal.expression_source
    if error.field == "messageExpression" and goal.message_expression_source:
        source = goal.message_expression_source
    message = (
        f"目標「{goal.id}」の{error.field}を読めません"
        f"（{error.line}行目{error.column}文字目：{error.problem}）。式を直してください。"
    )
    return Finding(
        path=source.path, line=source.line + error.line - 1, code="bad-expression", message=message
    )


def _scenario_findings(exercise: Exercise) -> list[Finding]:
    broken = []
    for each in exercise.runs:
        try:
            scenario_from(json.loads(each.scenario))
        except ScenarioError as error:
            message = f"実行「{each.id}」のシナリオを読めません（{error}）。docs/scenarios.mdの書き方に直してください。"
            broken.append(_finding(each.source, "bad-scenario", message))
    return broken


def _run_all(exercise: Exercise, goals: tuple[CompiledGoal, ...], run: Runner) -> Iterator[Finding]:
    folder = exercise.source.path.rpartition("/")[0]
    start = run(exercise.start, goals, exercise.runs)
    yield from _expression_findings(exercise, start)
    if goals and not start.unmet and not start.errors:
        message = "開始時のマニフェストが、もう目標を満たしています。少なくとも1つ満たさないようにします。"
        yield Finding(path=f"{folder}/start.yaml", line=1, code="start-passes", message=message)
    for solution in exercise.solutions:
        outcome = run(solution.text, goals, exercise.runs)
        yield from _expression_findings(exercise, outcome)
        yield from _solution_findings(f"{folder}/{solution.file}", solution, outcome)
    for mistake in exercise.mistakes:
        if not is_waiting(exercise, mistake):
            outcome = run(mistake.text, goals, exercise.runs)
            yield from _expression_findings(exercise, outcome)
            yield from _mistake_findings(exercise, mistake, outcome)


def _expression_findings(exercise: Exercise, outcome: Outcome) -> Iterator[Finding]:
    """An expression that compiles and yet answers no bool for some manifest."""
    goals = {goal.id: goal for goal in exercise.active_goals}
    for standing in outcome.standings:
        if standing.error and standing.state == GoalState.UNKNOWN:
            message = f"目標「{standing.goal_id}」の式が真偽値になりません（{standing.error}）。"
            yield _finding(goals[standing.goal_id].expression_source, "bad-expression", message)


def _solution_findings(path: str, solution: Solution, outcome: Outcome) -> Iterator[Finding]:
    for problem in outcome.errors:
        message = f"解答例「{solution.title}」にエラーがあります（{problem.code}：{problem.what}）。"
        yield Finding(path=path, line=problem.line, code="solution-error", message=message)
    if outcome.errors:
        return
    for standing in outcome.unmet:
        message = (
            f"解答例「{solution.title}」が目標「{standing.goal_id}」を満たしません（{standing.message}）。"
        )
        yield Finding(path=path, line=1, code="solution-fails", message=message)


def _mistake_findings(exercise: Exercise, mistake: Mistake, outcome: Outcome) -> Iterator[Finding]:
    goals = {goal.id for goal in exercise.goals}
    if mistake.raises in goals:
        raised = [standing.goal_id for standing in outcome.standings if standing.state == GoalState.UNMET]
        if mistake.raises not in raised:
            yield _finding(mistake.source, "mistake-passes", _not_raised(mistake, outcome, raised))
    elif mistake.raises not in MESSAGES:
        message = f"「raises」の「{mistake.raises}」は、この演習の目標のidでも、診断のコードでもありません。"
        yield _finding(mistake.source, "unknown-raises", message)
    elif mistake.raises not in {problem.code for problem in outcome.problems}:
        codes = [problem.code for problem in outcome.problems]
        yield _finding(mistake.source, "mistake-passes", _not_raised(mistake, outcome, codes))


def _not_raised(mistake: Mistake, outcome: Outcome, raised: Sequence[str]) -> str:
    observed = f"実際に起きたのは{'、'.join(raised)}です" if raised else "何も起きません"
    if outcome.errors and not raised:
        observed = f"先に{'、'.join(problem.code for problem in outcome.errors)}が見つかります"
    return f"「{mistake.file}」で「{mistake.raises}」が起きません。{observed}。"


def _finding(source: Source, code: str, message: str) -> Finding:
    return Finding(path=source.path, line=source.line, code=code, message=message)
