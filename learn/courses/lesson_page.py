"""
A lesson page in pieces. What is the same for every reader is rendered once per lesson and theme; what
depends on the reader is rendered once per state of a quiz, of an exercise card or of the progress.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from learn.content.model import (
    AnyQuiz,
    Catalog,
    Exercise,
    ExerciseBlock,
    Heading,
    Lesson,
    Prose,
    QuizBlock,
    Step,
    StepKind,
)
from learn.courses.queries import StepMark, prerequisites_of, status_of
from learn.courses.quiz_part import QuizSlot, order_of, quiz_pieces
from learn.progress.http import LearnerRequest
from learn.progress.queries import LessonState
from learn.ui.pieces import CSRF_MARK, Piece, Pieces, TokenHole, pieces_of, response_of
from learn.ui.render import as_seen_now
from learn.ui.theme import COOKIE, theme_of

_PLACES = ("lesson-body-goes-here", "lesson-reading-goes-here", "lesson-progress-goes-here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Card:
    """An exercise in its place on the page."""

    unsolved: Pieces
    solved: Pieces


@dataclass(frozen=True, eq=False, kw_only=True)
class LessonPage:
    """`blocks` are the body in order; `links` say where each step other than reading is done."""

    catalog: Catalog
    lesson: Lesson
    steps: tuple[Step, ...]
    links: Mapping[Step, Link]
    blocks: tuple[Pieces | QuizSlot | Exercise, ...]
    slots: Mapping[str, QuizSlot]
    cards: Mapping[str, Card]


_pages: dict[str, LessonPage] = {}
_pages_lock = Lock()


def lesson_page(catalog: Catalog, lesson: Lesson) -> LessonPage:
    """Return the page of this very lesson; a lesson that was read again gets a new one."""
    page = _pages.get(lesson.id)
    if page is not None and page.lesson is lesson:
        return page
    with _pages_lock:
        page = _pages.get(lesson.id)
        if page is None or page.lesson is not lesson:
            page = _pages[lesson.id] = _build(catalog, lesson)
    return page


def lesson_pieces(
    page: LessonPage,
    state: LessonState,
    learner_id: UUID,
    theme: str,
    refused: Mapping[str, Pieces] | None = None,
) -> Iterator[Piece | TokenHole]:
    """Yield the whole page; `refused` maps the id of a quiz to what is shown in its place."""
    before, after_body, after_reading, after = _shell(page, theme)
    done = tuple(map(state.is_done, page.steps))
    reading, progress = _progress_pieces(page, done, state.is_touched)
    yield from before
    for block in page.blocks:
        match block:
            case QuizSlot(quiz=quiz):
                instead = refused.get(quiz.id) if refused else None
                yield from instead or quiz_pieces(block, state.quiz(quiz.id), order_of(learner_id))
            case Exercise(id=exercise_id):
                card = page.cards[exercise_id]
                yield from card.solved if exercise_id in state.solved_exercises else card.unsolved
            case _:
                yield from block
    yield from after_body
    yield from reading
    yield from after_reading
    yield from progress
    yield from after


def lesson_response(
    request: LearnerRequest,
    page: LessonPage,
    state: LessonState,
    *,
    refused: Mapping[str, Pieces] | None = None,
    status: int = 200,
) -> HttpResponse:
    pieces = lesson_pieces(page, state, request.learner_id, theme_of(request), refused)
    return as_seen_now(response_of(request, pieces, status=status))


def progress_context(page: LessonPage, state: LessonState) -> dict[str, Any]:
    """Return what the boxes and the part about reading print."""
    return _progress_context(page, tuple(map(state.is_done, page.steps)), state.is_touched)


def _progress_context(page: LessonPage, done: tuple[bool, ...], is_touched: bool) -> dict[str, Any]:
    steps = list(zip(page.steps, done, strict=True))
    marks = tuple(StepMark(kind=step.kind, done=is_done) for step, is_done in steps)
    return {
        "lesson": page.lesson,
        "next": page.catalog.next_lesson(page.lesson),
        "is_read": any(is_done for step, is_done in steps if step.kind is StepKind.READING),
        "marks": marks,
        "status": status_of(marks, is_touched=is_touched),
        "todo": [page.links[step] for step, is_done in steps if step in page.links and not is_done],
    }


@lru_cache(maxsize=2048)
def _progress_pieces(page: LessonPage, done: tuple[bool, ...], is_touched: bool) -> tuple[Pieces, Pieces]:
    context = {**_progress_context(page, done, is_touched), "csrf_token": CSRF_MARK}
    reading, progress = (
        render_to_string(f"courses/_{name}.html", context) for name in ("reading", "progress")
    )
    return pieces_of(reading), pieces_of(progress)


@lru_cache(maxsize=512)
def _shell(page: LessonPage, theme: str) -> tuple[Pieces, ...]:
    """Render everything around the body, the part about reading and the boxes."""
    catalog, lesson = page.catalog, page.lesson
    body, reading, progress = _PLACES
    context = {
        "lesson": lesson,
        "course": catalog.courses_by_id[lesson.course_id],
        "prerequisites": prerequisites_of(catalog, lesson),
        "terms": [catalog.terms_by_id[term_id] for term_id in lesson.terms],
        "followups": [(each, catalog.lessons.get(each.lesson_id)) for each in lesson.followups],
        "previous": catalog.previous_lesson(lesson),
        "next": catalog.next_lesson(lesson),
        "body": body,
        "reading": reading,
        "progress": progress,
        "csrf_token": CSRF_MARK,
        "nav": "courses",
    }
    rest: str = render_to_string("courses/lesson.html", context, _request_for(lesson.url, theme))
    parts = []
    for place in _PLACES:
        part, _, rest = rest.partition(place)
        parts.append(part)
    return tuple(map(pieces_of, (*parts, rest)))


def _request_for(path: str, theme: str) -> HttpRequest:
    """Return a request that says what a shared part of a page may know: the path and the theme."""
    request = HttpRequest()
    request.path = path
    request.COOKIES = {COOKIE: theme}
    return request


def _build(catalog: Catalog, lesson: Lesson) -> LessonPage:
    quizzes, exercises = lesson.quizzes, lesson.exercises
    blocks = tuple(_blocks(lesson))
    return LessonPage(
        catalog=catalog,
        lesson=lesson,
        steps=lesson.steps,
        links=_links(quizzes, exercises),
        blocks=blocks,
        slots={block.quiz.id: block for block in blocks if isinstance(block, QuizSlot)},
        cards={exercise.id: _card(exercise) for exercise in exercises},
    )


def _links(quizzes: Iterable[AnyQuiz], exercises: Iterable[Exercise]) -> dict[Step, Link]:
    to_quizzes = {
        Step(kind=StepKind.QUIZ, id=quiz.id): Link(label=f"確認{quiz.number}", url=f"#quiz-{quiz.id}")
        for quiz in quizzes
    }
    to_exercises = {
        Step(kind=StepKind.EXERCISE, id=each.id): Link(label=f"演習{each.number}", url=each.url)
        for each in exercises
    }
    return to_quizzes | to_exercises


def _blocks(lesson: Lesson) -> Iterator[Pieces | QuizSlot | Exercise]:
    section, quiz_count = None, len(lesson.quizzes)
    for block in lesson.blocks:
        match block:
            case Prose(html=html):
                section = _last_heading(lesson.toc, html) or section
                yield pieces_of(f'<div class="prose">{html}</div>')
            case QuizBlock(quiz=quiz):
                yield QuizSlot(quiz=quiz, count=quiz_count, section=section)
            case ExerciseBlock(exercise=exercise):
                yield exercise


def _last_heading(toc: Sequence[Heading], html: str) -> Heading | None:
    return next((heading for heading in reversed(toc) if f'id="{heading.id}"' in html), None)


def _card(exercise: Exercise) -> Card:
    unsolved, solved = (
        pieces_of(
            render_to_string("courses/_exercise_card.html", {"exercise": exercise, "solved": is_solved})
        )
        for is_solved in (False, True)
    )
    return Card(unsolved=unsolved, solved=solved)
