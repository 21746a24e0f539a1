"""The whole check of the lessons: what there is, what waits, what is planned, what to mend."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from learn.authoring.forecasts import forecast_findings
from learn.authoring.lessons import read_lessons
from learn.authoring.runs import Runner, exercise_findings, is_waiting
from learn.authoring.terminals import terminal_findings
from learn.content.model import Catalog, ExerciseType, Finding, Lesson, Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What cannot run before a part of the software exists."""

    exercises: int
    goals: int
    mistakes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Lessons that are announced, and the places that lead to them."""

    lessons: int
    links: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonReport:
    courses: int
    lessons: int
    quizzes: int
    exercises: int
    solutions: int
    mistakes: int
    terms: int
    waiting: Waiting
    planned: Planned
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data; a finding's file is relative to the project."""
        data = asdict(self)
        data["findings"] = [
            {"file": f"lessons/{each.path}", "line": each.line, "code": each.code, "message": each.message}
            for each in self.findings
        ]
        return data


def check_lessons(root: Path, run: Runner) -> LessonReport:
    """Read the lessons below ``root``, run every manifest, and report."""
    lessons = read_lessons(root)
    catalog = lessons.catalog
    found = {*lessons.broken, *lessons.untidy}
    for exercise in catalog.exercises.values():
        if exercise.type is ExerciseType.MANIFEST:
            found.update(exercise_findings(exercise, run))
        elif exercise.type is ExerciseType.TERMINAL and exercise.is_available:
            found.update(terminal_findings(exercise))
        elif exercise.forecast is not None:
            found.update(forecast_findings(exercise, exercise.forecast))
    exercises = catalog.exercises.values()
    return LessonReport(
        courses=len(catalog.courses),
        lessons=len(catalog.lessons),
        quizzes=len(catalog.quizzes),
        exercises=len(exercises),
        solutions=sum(len(exercise.solutions) for exercise in exercises),
        mistakes=sum(len(exercise.mistakes) for exercise in exercises),
        terms=len(catalog.terms),
        waiting=_waiting(catalog),
        planned=_planned(catalog),
        findings=tuple(sorted(found, key=lambda finding: (finding.path, finding.line, finding.code))),
    )


def _waiting(catalog: Catalog) -> Waiting:
    exercises = catalog.exercises.values()
    return Waiting(
        exercises=sum(exercise.waits_for is not None for exercise in exercises),
        goals=sum(len(exercise.waiting_goals) for exercise in exercises),
        mistakes=sum(
            is_waiting(exercise, mistake) for exercise in exercises for mistake in exercise.mistakes
        ),
    )


def _planned(catalog: Catalog) -> Planned:
    return Planned(
        lessons=len(catalog.planned),
        links=sum(_planned_links(lesson, catalog) for lesson in catalog.all_lessons()),
    )


def _planned_links(lesson: Lesson, catalog: Catalog) -> int:
    named = [*lesson.prerequisites, *(followup.lesson_id for followup in lesson.followups)]
    in_prose = sum(block.html.count('class="planned"') for block in lesson.blocks if isinstance(block, Prose))
    return sum(name in catalog.planned for name in named) + in_prose
