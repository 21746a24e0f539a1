"""The page of a terminal exercise: task, goals and answers beside the terminal."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from learn.content.model import Catalog, Exercise
from learn.labs.terminal.place import Place
from learn.labs.terminal.practice import (
    Practice,
    answers_in,
    judge_answers,
    keep_answers,
    practice_for,
)
from learn.labs.terminal.queries import terminal_for
from learn.labs.terminal.standing import Standing
from learn.labs.terminal.turns import Refused
from learn.labs.terminal.views import MAX_LINKED, place_of, practice_context, terminal_context
from learn.library import get_catalog
from learn.progress.actions import open_hint
from learn.progress.http import LearnerRequest
from learn.progress.queries import exercise_state
from learn.ui.render import is_part, render_page


def show(request: LearnerRequest, catalog: Catalog, exercise: Exercise) -> HttpResponse:
    place = Place(learner_id=request.learner_id, exercise=exercise)
    return _page(request, place, practice_for(catalog, place, asked="judged" in request.GET))


def _page(request: LearnerRequest, place: Place, practice: Practice, *, problem: str = "") -> HttpResponse:
    line = request.GET.get("run", "")[:MAX_LINKED]
    context = terminal_context(place, terminal_for(place), line=line) | practice_context(practice)
    context |= {"problem": problem, "announcement": problem}
    response = render_page(request, "terminal/practice.html", context, status=409 if problem else 200)
    response["Cache-Control"] = "private, no-cache"  # the back button brings back what was typed
    return response


@require_POST
def judge(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """Judge the goals, with the answers of the form, and say what is missing."""
    place = place_of(request, exercise_id)
    assert place.exercise is not None
    problem, standing = "", None
    try:
        standing = judge_answers(place, answers_in(place.exercise, request.POST.dict()), timezone.now())
    except Refused as refused:
        problem = str(refused)
    if not is_part(request) and not problem:
        return redirect(f"{place.url}?judged=1#goals")
    practice = practice_for(get_catalog(), place, standing)
    if not is_part(request):
        return _page(request, place, practice, problem=problem)
    context = practice_context(practice)
    context |= {"problem": problem, "announcement": problem or practice.standing.words}
    return render_page(request, "terminal/_judged.html", context)


@require_POST
def answers(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """Keep the answers as they are being typed."""
    place = place_of(request, exercise_id)
    assert place.exercise is not None
    keep_answers(place, answers_in(place.exercise, request.POST.dict()))
    return HttpResponse(status=204)


@require_POST
def hint(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """Open the hint whose number the form names: the next one, however often it is sent."""
    place = place_of(request, exercise_id)
    exercise = place.exercise
    assert exercise is not None
    number = exercise_state(request.learner_id, exercise_id).hints_opened + 1
    if number <= len(exercise.hints_html) and request.POST.get("hint") == str(number):
        open_hint(request.learner_id, exercise_id, number)
    if not is_part(request):
        return redirect(f"{exercise.url}#hints")
    context = practice_context(practice_for(get_catalog(), place, Standing(goals=())))
    return render_page(request, "terminal/_hinted.html", context)
