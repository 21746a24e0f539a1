"""Goals of an exercise: CEL expressions over the objects of a manifest, and over what happens when it runs.

They are shaped like the validations of Kubernetes' ValidatingAdmissionPolicy. This module is the only
door to the CEL library (Google's cel-expr): expressions are compiled once, and only a BOOL is an answer.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Protocol

from cel_expr_python import cel

_ENV = """
name: goals
extensions:
- name: optional
- name: strings
- name: sets
- name: lists
- name: math
- name: regex
- name: two-var-comprehensions
"""
_POSITION = re.compile(r"<input>:(\d+):(\d+): (.+)")
_MAX_DEPTH = 200


class Goal(Protocol):
    """What `check` needs to know of a goal. The lessons' own goals have this shape."""

    @property
    def id(self) -> str: ...
    @property
    def expression(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def message_expression(self) -> str: ...
    @property
    def run(self) -> str: ...
    @property
    def waits_for(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalSpec:
    """A goal written in code.

    `run` names the run whose outcome the expression may speak of, as `cluster` and `facts`. `waits_for` names
    what has to exist before the goal can be evaluated; such a goal has no expression.
    """

    id: str
    expression: str = ""
    message: str = ""
    message_expression: str = ""
    run: str = ""
    waits_for: str | None = None


class GoalState(StrEnum):
    MET = "met"
    UNMET = "unmet"
    WAITING = "waiting"
    """Nothing can evaluate this goal yet."""
    UNKNOWN = "unknown"
    """The text has errors, or the expression could not be answered for these objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalResult:
    """How one goal stands. `message` says what was observed, for a goal that is not met."""

    id: str
    state: GoalState
    message: str = ""
    error: str = ""
    """The library's own words when the evaluation failed; for authors, never for learners."""

    @property
    def met(self) -> bool:
        return self.state is GoalState.MET


class GoalError(ValueError):
    """An author's mistake in an expression: where (1-based) and what."""

    def __init__(self, goal: str, field: str, line: int, column: int, problem: str) -> None:
        super().__init__(f"{goal}: {field}: {line}:{column}: {problem}")
        self.goal, self.field, self.line, self.column, self.problem = goal, field, line, column, problem


class NotPlainData(ValueError):
    """Data that cannot be bound: a cycle, nesting without end, or a value JSON does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledGoal:
    """A goal ready to be evaluated against any number of manifests and runs."""

    goal: Goal
    program: Any
    message_program: Any

    def evaluate(self, values: Mapping[str, Any]) -> GoalResult:
        """How the goal stands for plain `values` of the variables that its expression may name."""
        if self.program is None:
            return GoalResult(id=self.goal.id, state=GoalState.WAITING)
        answer = self.program.eval(data=values)
        if answer.type() != cel.Type.BOOL:
            return self._unanswered(answer, values)
        if answer.plain_value():
            return GoalResult(id=self.goal.id, state=GoalState.MET)
        return GoalResult(id=self.goal.id, state=GoalState.UNMET, message=self._observed(values))

    def _unanswered(self, answer: Any, values: Mapping[str, Any]) -> GoalResult:
        """An expression that meets a missing field is not met: the goal asked for that field."""
        is_error = answer.type() == cel.Type.ERROR
        problem = str(answer.plain_value()) if is_error else f"the result is {answer.type()}, not BOOL"
        state = GoalState.UNMET if is_error and problem.startswith("NOT_FOUND") else GoalState.UNKNOWN
        return GoalResult(id=self.goal.id, state=state, message=self._observed(values), error=problem)

    def _observed(self, values: Mapping[str, Any]) -> str:
        fallback = self.goal.message
        if self.message_program is None:
            return fallback
        try:
            text = self.message_program.eval(data=values)
        except TypeError:
            return fallback
        if text.type() != cel.Type.STRING:
            return fallback
        return str(text.plain_value()).strip() or fallback


class Scope(StrEnum):
    """What an expression may speak of."""

    MANIFEST = "manifest"
    """`objects` and `templates`: the manifest alone."""
    RUN = "run"
    """Also `cluster` and `facts` of a run, and the `draws` of a forecast."""
    TERMINAL = "terminal"
    """`cluster` and `facts` as they are now, the `commands` that were run, and the learner's `answer`."""


@cache
def _environment(scope: Scope) -> Any:
    dyn_list = cel.Type.List(cel.Type.DYN)
    manifest = {"objects": dyn_list, "templates": dyn_list}
    run = {"cluster": dyn_list, "facts": cel.Type.DYN}
    variables = {
        Scope.MANIFEST: manifest,
        Scope.RUN: {**manifest, **run, "draws": cel.Type.DYN},
        Scope.TERMINAL: {**run, "commands": dyn_list, "answer": cel.Type.STRING},
    }[scope]
    return cel.NewEnv(config=cel.NewEnvConfigFromYaml(_ENV), variables=variables)


def compile_goals(goals: Iterable[Goal], *, scope: Scope | None = None) -> tuple[CompiledGoal, ...]:
    """The goals with their expressions compiled; without a `scope`, a goal that names a run speaks of it.

    Raises `GoalError` with line and column for an author's mistake: bad syntax, an unknown name,
    an expression that cannot be a BOOL, a message that cannot be a string.
    """
    return tuple(_compiled(goal, scope or (Scope.RUN if goal.run else Scope.MANIFEST)) for goal in goals)


def _compiled(goal: Goal, scope: Scope) -> CompiledGoal:
    return CompiledGoal(
        goal=goal,
        program=_compile(goal, scope, "expression", goal.expression, cel.Type.BOOL),
        message_program=_compile(goal, scope, "messageExpression", goal.message_expression, cel.Type.STRING),
    )


def _compile(goal: Goal, scope: Scope, field: str, expression: str, wanted: Any) -> Any:
    if not expression:
        return None
    try:
        program = _environment(scope).compile(expression)
    except RuntimeError as error:
        match = _POSITION.search(str(error))
        if not match:
            raise GoalError(goal.id, field, 1, 1, str(error)) from error
        raise GoalError(goal.id, field, int(match[1]), int(match[2]), match[3]) from error
    kind = program.return_type()
    if kind not in (wanted, cel.Type.DYN):
        raise GoalError(goal.id, field, 1, 1, f"the result is {kind}, not {wanted}")
    return program


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A compiled expression whose answer is a number or a text, over the variables of a run and `draws`."""

    program: Any

    def evaluate(self, values: Mapping[str, Any]) -> int | str:
        """Raises ValueError when the answer is neither an INT nor a STRING."""
        answer = self.program.eval(data=values)
        if answer.type() not in (cel.Type.INT, cel.Type.STRING):
            raise ValueError(f"the result is {answer.type()}: {answer.plain_value()}")
        found: int | str = answer.plain_value()
        return found


def compile_value(name: str, expression: str) -> Value:
    """Raises `GoalError` for an author's mistake; `name` is that of the question."""
    try:
        return Value(program=_environment(Scope.RUN).compile(expression))
    except RuntimeError as error:
        raise GoalError(name, "expression", 1, 1, str(error)) from error


def evaluate_goals(
    goals: Sequence[CompiledGoal], objects: Sequence[Any], templates: Sequence[Any]
) -> tuple[GoalResult, ...]:
    """How each goal stands for the defaulted `objects` and their Pod `templates`.

    Raises `NotPlainData` for data with cycles or values that JSON does not have; such data would
    crash the CEL library.
    """
    for value in (*objects, *templates):
        require_plain(value)
    values = {"objects": list(objects), "templates": list(templates)}
    return tuple(goal.evaluate(values) for goal in goals)


def require_plain(value: Any, depth: int = _MAX_DEPTH) -> None:
    """Raise `NotPlainData` unless `value` is plain, acyclic JSON data."""
    if depth == 0:
        raise NotPlainData("nesting without end")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotPlainData(f"key {key!r} is not a string")
            require_plain(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            require_plain(item, depth - 1)
    elif value is not None and not isinstance(value, (str, int, float, bool)):
        raise NotPlainData(f"{type(value).__name__} is no JSON type")
