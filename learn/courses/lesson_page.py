"""
A lesson page in two halves: what is the same for every reader is rendered once per lesson and kept; what
depends on the reader (quizzes, exercise cards, progress) is rendered per state, and kept per state.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string

from learn.content.model import (
    AnyQuiz,
    Catalog,
    Exercise,
    ExerciseBlock,
    Lesson,
    Prose,
    QuizBlock,
    Step,
    StepKind,
)
from learn.courses.queries import StepMark, prerequisites_of, status_of
from learn.courses.quiz_part import QuizSlot, order_of, quiz_html
from learn.progress.queries import LessonState


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, eq=False, kw_only=True)
class LessonPage:
    """`pieces` are the body in order: finished HTML, or what is rendered for each reader."""

    lesson: Lesson
    next_lesson: Lesson | None
    steps: tuple[Step, ...]
    links: Mapping[Step, Link]
    opening_html: str
    aside_html: str
    closing_html: str
    pieces: tuple[str | QuizSlot | Exercise, ...]
    slots: Mapping[str, QuizSlot]
    cards: Mapping[tuple[str, bool], str]


_pages: dict[str, LessonPage] = {}
_pages_lock = Lock()


def lesson_page(catalog: Catalog, lesson: Lesson) -> LessonPage:
    """Return the page of this very lesson; a lesson that was read again gets a new one."""
    page = _pages.get(lesson.id)
    if page is None or page.lesson is not lesson:
        with _pages_lock:
            page = _pages[lesson.id] = _build(catalog, lesson)
    return page


def lesson_context(
    page: LessonPage,
    state: LessonState,
    learner_id: UUID,
    csrf_token: str,
    *,
    refused: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what the lesson's template prints; `refused` maps the id of a quiz to HTML to show instead."""
    order, instead = order_of(learner_id), refused or {}

    def html(piece: str | QuizSlot | Exercise) -> str:
        if isinstance(piece, str):
            return piece
        if isinstance(piece, Exercise):
            return page.cards[piece.id, piece.id in state.solved_exercises]
        return instead.get(piece.quiz.id) or quiz_html(piece, state.quiz(piece.quiz.id), order, csrf_token)

    body_html = "".join(map(html, page.pieces))
    return {"page": page, "body_html": body_html, "nav": "courses", **progress_context(page, state)}


def progress_context(page: LessonPage, state: LessonState) -> dict[str, Any]:
    """Return what the boxes and the part about reading print."""
    marks = tuple(StepMark(kind=step.kind, done=state.is_done(step)) for step in page.steps)
    todo = [page.links[step] for step in page.steps if step in page.links and not state.is_done(step)]
    return {
        "lesson": page.lesson,
        "next": page.next_lesson,
        "is_read": state.read,
        "marks": marks,
        "status": status_of(marks, is_touched=state.is_touched),
        "todo": todo,
    }


def _build(catalog: Catalog, lesson: Lesson) -> LessonPage:
    quizzes, exercises = lesson.quizzes, lesson.exercises
    following = catalog.next_lesson(lesson)
    context = {
        "lesson": lesson,
        "course": catalog.courses_by_id[lesson.course_id],
        "prerequisites": prerequisites_of(catalog, lesson),
        "terms": [catalog.terms_by_id[term_id] for term_id in lesson.terms],
        "followups": [(each, catalog.lessons.get(each.lesson_id)) for each in lesson.followups],
        "previous": catalog.previous_lesson(lesson),
        "next": following,
    }
    pieces = tuple(_piece(block, len(quizzes)) for block in lesson.blocks)
    return LessonPage(
        lesson=lesson,
        next_lesson=following,
        steps=lesson.steps,
        links=_links(quizzes, exercises),
        opening_html=render_to_string("courses/_lesson_opening.html", context),
        aside_html=render_to_string("courses/_lesson_aside.html", context),
        closing_html=render_to_string("courses/_lesson_closing.html", context),
        pieces=pieces,
        slots={piece.quiz.id: piece for piece in pieces if isinstance(piece, QuizSlot)},
        cards={
            (each.id, is_solved): _card_html(each, is_solved)
            for each in exercises
            for is_solved in (True, False)
        },
    )


def _links(quizzes: Iterable[AnyQuiz], exercises: Iterable[Exercise]) -> Mapping[Step, Link]:
    """Where each step other than reading is done."""
    to_quizzes = {
        Step(kind=StepKind.QUIZ, id=quiz.id): Link(label=f"確認{quiz.number}", url=f"#quiz-{quiz.id}")
        for quiz in quizzes
    }
    to_exercises = {
        Step(kind=StepKind.EXERCISE, id=each.id): Link(label=f"演習{each.number}", url=each.url)
        for each in exercises
    }
    return to_quizzes | to_exercises


def _piece(block: Prose | QuizBlock | ExerciseBlock, quiz_count: int) -> str | QuizSlot | Exercise:
    match block:
        case Prose(html=html):
            return f'<div class="prose">{html}</div>'
        case QuizBlock(quiz=quiz):
            return QuizSlot(quiz=quiz, count=quiz_count)
        case ExerciseBlock(exercise=exercise):
            return exercise


def _card_html(exercise: Exercise, is_solved: bool) -> str:
    return render_to_string("courses/_exercise_card.html", {"exercise": exercise, "solved": is_solved})
