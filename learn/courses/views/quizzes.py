"""Answering a quiz, and being shown its answer."""

from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from learn.content.quiz import Grade
from learn.courses.forms import STALE, read_submission, refused
from learn.courses.lesson_page import LessonPage, lesson_page, lesson_response, progress_context
from learn.courses.quiz_part import QuizSlot, announcement, order_of, quiz_pieces, refused_pieces
from learn.library import get_catalog
from learn.progress.actions import record_attempt, reveal_quiz
from learn.progress.http import LearnerRequest
from learn.progress.queries import lesson_state, quiz_state
from learn.ui.pieces import html_of
from learn.ui.render import is_part, render_page


@require_POST
def answer(request: LearnerRequest, quiz_id: str) -> HttpResponse:
    page, slot = _slot_or_404(quiz_id)
    submission = read_submission(slot.quiz, request.POST)
    if submission.question != slot.fingerprint:
        return _refuse(request, page, slot, None, refused(STALE))
    if not submission.grade.readable:
        return _refuse(request, page, slot, submission.answer, submission.grade)
    record_attempt(
        request.learner_id,
        quiz_id=quiz_id,
        question=submission.question,
        answer=submission.answer,
        correct=submission.grade.correct,
        seen=submission.seen,
    )
    said = announcement(slot.quiz, submission.grade)
    return _answered(request, page, slot, said)


@require_POST
def reveal(request: LearnerRequest, quiz_id: str) -> HttpResponse:
    """Show the answer, which takes the focus; before two misses the quiz just stays as it is."""
    page, slot = _slot_or_404(quiz_id)
    if quiz_state(request.learner_id, quiz_id).may_reveal:
        reveal_quiz(request.learner_id, quiz_id)
    return _answered(request, page, slot, said="")


def _slot_or_404(quiz_id: str) -> tuple[LessonPage, QuizSlot]:
    catalog = get_catalog()
    quiz = catalog.quizzes.get(quiz_id)
    if quiz is None:
        raise Http404
    page = lesson_page(catalog, catalog.lessons[quiz.lesson_id])
    return page, page.slots[quiz_id]


def _answered(request: LearnerRequest, page: LessonPage, slot: QuizSlot, said: str) -> HttpResponse:
    """Answer with the quiz as it stands now; without htmx, by way of the lesson."""
    quiz_id = slot.quiz.id
    if not is_part(request):
        return redirect(f"{page.lesson.url}#quiz-{quiz_id}")
    state = lesson_state(request.learner_id, page.lesson)
    order = order_of(request.learner_id)
    context = {
        "quiz_html": html_of(quiz_pieces(slot, state.quiz(quiz_id), order), get_token(request)),
        "announcement": said,
        **progress_context(page, state),
    }
    return render_page(request, "courses/_answered.html", context)


def _refuse(
    request: LearnerRequest, page: LessonPage, slot: QuizSlot, given: object, grade: Grade
) -> HttpResponse:
    """Show an answer that was not recorded as it was sent, with what to do about it."""
    quiz_id = slot.quiz.id
    state = lesson_state(request.learner_id, page.lesson)
    order = order_of(request.learner_id)
    pieces = refused_pieces(slot, state.quiz(quiz_id), order, given=given, refused=grade)
    if not is_part(request):
        return lesson_response(request, page, state, refused={quiz_id: pieces}, status=422)
    context = {
        "quiz_html": html_of(pieces, get_token(request)),
        "announcement": grade.message,
        **progress_context(page, state),
    }
    return render_page(request, "courses/_answered.html", context, status=422)
