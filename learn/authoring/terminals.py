"""
Play the scripts of a terminal exercise on the cluster it begins with, and judge what they bring about.

The untouched cluster must miss a goal, every solution must reach all of them, and every mistake must leave
the goal that it names unmet and be known by its `when`.  Questions are answered by their examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from learn.cluster.cluster import Cluster
from learn.cluster.scenario import ScenarioError
from learn.content.model import Exercise, Finding, Goal, Mistake, Solution, Source
from learn.kubectl.practice import judge, opened, play, values_now
from learn.sandbox.goals import CompiledGoal, GoalError, GoalSpec, GoalState, Scope, compile_goals


def terminal_findings(exercise: Exercise) -> Iterator[Finding]:
    """Everything that playing the exercise's scripts shows; none if all is well."""
    try:
        begun = opened(exercise.scenario)
    except ScenarioError as error:
        message = f"「scenario」でクラスターを始められません（{error}）。docs/scenarios.mdの書き方に直してください。"
        yield _finding(exercise.source, "bad-scenario", message)
        return
    broken = list(_expression_findings(exercise))
    yield from broken
    if not broken:
        yield from _Check(exercise, begun).findings()


def _expression_findings(exercise: Exercise) -> Iterator[Finding]:
    for goal in exercise.goals:
        try:
            compile_goals([goal], scope=Scope.TERMINAL)
        except GoalError as error:
            yield _unreadable(_place(goal, error), f"目標「{goal.id}」の{error.field}", error)
    for mistake in exercise.mistakes:
        try:
            compile_goals([_sign(mistake)], scope=Scope.TERMINAL)
        except GoalError as error:
            yield _unreadable(mistake.source, f"誤り「{mistake.raises}」の「when」", error)


def _place(goal: Goal, error: GoalError) -> Source:
    source = goal.expression_source
    if error.field == "messageExpression" and goal.message_expression_source:
        source = goal.message_expression_source
    return Source(path=source.path, line=source.line + error.line - 1)


def _unreadable(source: Source, what: str, error: GoalError) -> Finding:
    message = (
        f"{what}を読めません（{error.line}行目{error.column}文字目：{error.problem}）。式を直してください。"
    )
    return _finding(source, "bad-expression", message)


def _sign(mistake: Mistake) -> GoalSpec:
    return GoalSpec(id=mistake.raises, expression=mistake.when)


class _Check:
    """The scripts of one exercise, each on a cluster of its own."""

    def __init__(self, exercise: Exercise, begun: Cluster) -> None:
        self._exercise = exercise
        self._begun = begun
        self._goals = compile_goals(exercise.goals, scope=Scope.TERMINAL)
        self._signs = compile_goals(map(_sign, exercise.mistakes), scope=Scope.TERMINAL)
        self._examples = {goal.id: goal.question.example for goal in exercise.goals if goal.question}

    def findings(self) -> Iterator[Finding]:
        nothing = dict.fromkeys(self._examples, "")
        start = judge(self._goals, self._after(""), nothing)
        if all(result.met for result in start):
            message = "はじめのクラスターが、もう目標を満たしています。少なくとも1つ満たさないようにします。"
            yield _finding(self._exercise.source, "start-passes", message)
        for solution in self._exercise.solutions:
            yield from self._solution_findings(solution)
        for mistake, sign in zip(self._exercise.mistakes, self._signs, strict=True):
            yield from self._mistake_findings(mistake, sign)

    def _after(self, script: str) -> Mapping[str, Any]:
        cluster = self._begun.fork()
        return values_now(cluster, {}, play(cluster, script))

    def _solution_findings(self, solution: Solution) -> Iterator[Finding]:
        values = self._after(solution.text)
        for result in judge(self._goals, values, self._examples):
            if not result.met:
                message = (
                    f"解答例「{solution.title}」が目標「{result.id}」を満たしません"
                    f"（{result.message}{result.error}）。"
                )
                yield _finding(solution.source, "solution-fails", message)
        for sign in self._signs:
            if _holds(sign, values):
                message = f"解答例「{solution.title}」が、「{sign.goal.id}」の誤りとみなされます。「when」を絞ってください。"
                yield _finding(solution.source, "solution-fails", message)

    def _mistake_findings(self, mistake: Mistake, sign: CompiledGoal) -> Iterator[Finding]:
        if mistake.raises not in {goal.id for goal in self._exercise.goals}:
            message = f"「raises」の「{mistake.raises}」は、この演習の目標のidではありません。"
            yield _finding(mistake.source, "unknown-raises", message)
            return
        values = self._after(mistake.text)
        results = {result.id: result for result in judge(self._goals, values, self._examples)}
        if results[mistake.raises].state is not GoalState.UNMET:
            message = f"誤りのコマンドを実行しても、目標「{mistake.raises}」が満たされます。"
            yield _finding(mistake.source, "mistake-passes", message)
        if not _holds(sign, values):
            message = (
                "誤りのコマンドを実行しても、「when」が成り立ちません。ヒントが表示されないままになります。"
            )
            yield _finding(mistake.source, "mistake-unseen", message)
        for result in results.values():
            if result.state is GoalState.UNKNOWN:
                goal = next(each for each in self._exercise.goals if each.id == result.id)
                message = f"目標「{goal.id}」の式が真偽値になりません（{result.error}）。"
                yield _finding(goal.expression_source, "bad-expression", message)


def _holds(sign: CompiledGoal, values: Mapping[str, Any]) -> bool:
    return sign.evaluate({**values, "answer": ""}).met


def _finding(source: Source, code: str, message: str) -> Finding:
    return Finding(path=source.path, line=source.line, code=code, message=message)
