"""The course map: what the home and course pages show about every lesson and its learner."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from learn.content.model import Catalog, Course, Lesson, PlannedLesson, Step, StepKind
from learn.progress.queries import Record, record_of


class Status(StrEnum):
    DONE = "完了"
    UNDER_WAY = "学習中"
    AHEAD = "これから"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMark:
    """A container box: one step, done or not."""

    kind: StepKind
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisite:
    """A lesson to know first; without a url it is not written yet."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Berth:
    """A lesson on the map; `here` marks the one to go on with."""

    lesson: Lesson
    steps: tuple[StepMark, ...]
    status: Status
    here: bool
    prerequisites: tuple[Prerequisite, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quay:
    """A course on the map."""

    course: Course
    berths: tuple[Berth, ...]
    planned: tuple[PlannedLesson, ...]

    @property
    def done(self) -> int:
        return sum(berth.status is Status.DONE for berth in self.berths)

    @property
    def total(self) -> int:
        return len(self.berths)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """Where to go on: the next step that is not done, in the lesson touched last or after it."""

    lesson: Lesson
    url: str
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseMap:
    """`next_step` is empty when everything is done, or nothing is written yet."""

    quays: tuple[Quay, ...]
    next_step: NextStep | None


def course_map(catalog: Catalog, learner_id: UUID) -> CourseMap:
    record = record_of(learner_id)
    next_step = _next_step(catalog, record)
    here = next_step.lesson if next_step else None
    quays = tuple(_quay(catalog, course, record, here) for course in catalog.courses)
    return CourseMap(quays=quays, next_step=next_step)


def course_quay(catalog: Catalog, course: Course, learner_id: UUID) -> Quay:
    record = record_of(learner_id)
    next_step = _next_step(catalog, record)
    return _quay(catalog, course, record, next_step.lesson if next_step else None)


def prerequisites_of(catalog: Catalog, lesson: Lesson) -> tuple[Prerequisite, ...]:
    return tuple(_prerequisite(catalog, lesson_id) for lesson_id in lesson.prerequisites)


def status_of(marks: Iterable[StepMark], *, is_touched: bool) -> Status:
    if all(mark.done for mark in marks):
        return Status.DONE
    return Status.UNDER_WAY if is_touched else Status.AHEAD


def _prerequisite(catalog: Catalog, lesson_id: str) -> Prerequisite:
    if lesson := catalog.lessons.get(lesson_id):
        return Prerequisite(title=lesson.title, url=lesson.url)
    planned = catalog.planned.get(lesson_id)
    return Prerequisite(title=planned.title if planned else lesson_id, url="")


def _quay(catalog: Catalog, course: Course, record: Record, here: Lesson | None) -> Quay:
    touched = frozenset(record.touched)

    def berth(lesson: Lesson) -> Berth:
        steps = lesson.steps
        marks = tuple(StepMark(kind=step.kind, done=step in record.done) for step in steps)
        return Berth(
            lesson=lesson,
            steps=marks,
            status=status_of(marks, is_touched=not touched.isdisjoint(steps)),
            here=lesson is here,
            prerequisites=prerequisites_of(catalog, lesson),
        )

    return Quay(course=course, berths=tuple(map(berth, course.lessons)), planned=course.planned)


def _next_step(catalog: Catalog, record: Record) -> NextStep | None:
    for lesson in _from_the_last_touched(catalog, record.touched):
        undone = [step for step in lesson.steps if step not in record.done]
        if undone:
            untouched = len(undone) == len(lesson.steps)
            url = lesson.url if untouched else _url(catalog, lesson, min(undone, key=_reading_order))
            return NextStep(lesson=lesson, url=url, is_first=not record.touched)
    return None


def _from_the_last_touched(catalog: Catalog, touched: Sequence[Step]) -> Iterator[Lesson]:
    """All lessons in order, beginning with the one touched last and starting over at the end."""
    lessons = list(catalog.all_lessons())
    homes = {step: index for index, lesson in enumerate(lessons) for step in lesson.steps}
    start = next((homes[step] for step in reversed(touched) if step in homes), 0)
    yield from lessons[start:]
    yield from lessons[:start]


_ORDER = (StepKind.QUIZ, StepKind.READING, StepKind.EXERCISE)


def _reading_order(step: Step) -> int:
    """Quizzes stand in the text, 「読み終えた」 at its end; an exercise is a page of its own."""
    return _ORDER.index(step.kind)


def _url(catalog: Catalog, lesson: Lesson, step: Step) -> str:
    match step.kind:
        case StepKind.QUIZ:
            return f"{lesson.url}#quiz-{step.id}"
        case StepKind.READING:
            return f"{lesson.url}#reading"
        case StepKind.EXERCISE:
            return catalog.exercises[step.id].url
