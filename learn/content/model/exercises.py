"""Exercises: what to do, what is judged, and how an author has tried it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from learn.content.model.findings import Source


class WaitsFor(StrEnum):
    """A part of the software that an exercise or a goal cannot do without."""

    SIMULATOR = "simulator"
    TERMINAL = "terminal"


class ExerciseType(StrEnum):
    MANIFEST = "manifest"
    TERMINAL = "terminal"
    PREDICT = "predict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a learner reads off the screen and types in.

    ``choices`` are empty for a free text; ``example`` is an answer that meets the goal.
    """

    html: str
    text: str
    choices: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """An observable fact that a manifest, or a learner at a terminal, brings about.

    ``expression`` (CEL) gives a bool; ``message`` explains an unmet goal, unless
    ``message_expression`` (CEL, empty if none) gives a string. ``run`` names the
    run whose outcome the expression sees; empty if the manifest alone decides.
    ``question`` asks for an answer that the expression judges (terminals only). A
    goal that waits has no expression and never blocks completion.
    """

    id: str
    statement_html: str
    statement: str
    expression: str
    message: str
    message_expression: str
    run: str
    question: Question | None
    waits_for: WaitsFor | None
    source: Source
    expression_source: Source
    message_expression_source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """What the learner's manifest is run against.

    ``scenario`` is JSON text of the data that docs/scenarios.md describes, so that
    it cannot change and can be hashed.
    """

    id: str
    title_html: str
    title: str
    scenario: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A manifest, or a script of commands for a terminal (``file`` is empty then)."""

    file: str
    title_html: str
    title: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A typical wrong manifest, or script of commands; ``raises`` is a goal it leaves unmet or a diagnostic's code.

    ``when`` (CEL, terminals only) tells that a learner has made this mistake: the hint is shown then.
    """

    file: str
    text: str
    raises: str
    when: str
    hint_html: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivors:
    """Solutions with a field changed that rightly reach the goals too; ``mutants`` are patterns (fnmatch) of their names."""

    mutants: tuple[str, ...]
    reason: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """A wrong answer that a known misunderstanding gives; ``expression`` (CEL) is its value."""

    expression: str
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One question about a run; ``expression`` (CEL over the run) is its key.

    ``question_html`` and the reasons may hold ``%{name}`` for a drawn number.
    """

    id: str
    question_html: str
    unit: str
    expression: str
    why_html: str
    misconceptions: tuple[Misconception, ...]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A number that is drawn for each learner, from these values."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a predict exercise runs and asks; ``manifest`` and the run's scenario hold ``%{name}``."""

    draws: tuple[Draw, ...]
    manifest: str
    run: ScenarioRun
    questions: tuple[Prediction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """A task.

    The types manifest and terminal have goals, hints, solutions and mistakes; manifest has runs, a start and
    survivors, terminal a ``scenario`` (JSON text of docs/scenarios.md: the cluster it begins with), predict a forecast.
    """

    id: str
    lesson_id: str
    number: int
    type: ExerciseType
    title_html: str
    title: str
    minutes: int
    waits_for: WaitsFor | None
    file: str
    task_html: str
    runs: tuple[ScenarioRun, ...]
    goals: tuple[Goal, ...]
    hints_html: tuple[str, ...]
    start: str
    scenario: str
    solutions: tuple[Solution, ...]
    mistakes: tuple[Mistake, ...]
    survivors: tuple[Survivors, ...]
    debrief_html: str
    forecast: Forecast | None
    source: Source

    @property
    def url(self) -> str:
        return f"/labs/{self.id}/"

    @property
    def active_goals(self) -> tuple[Goal, ...]:
        return tuple(goal for goal in self.goals if goal.waits_for is None)

    @property
    def waiting_goals(self) -> tuple[Goal, ...]:
        return tuple(goal for goal in self.goals if goal.waits_for is not None)

    @property
    def is_available(self) -> bool:
        """Whether a learner can solve it today; waiting goals do not matter."""
        return self.waits_for is None and bool(self.active_goals or self.forecast)
