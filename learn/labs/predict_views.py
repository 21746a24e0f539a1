"""Predict, then run: answer with drawn numbers, see what happens, draw again."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from learn.content.model import Catalog, Exercise, ExerciseType
from learn.labs.playback import ANYTHING, Asked
from learn.labs.predict import NOTHING, draw_again, predict, predict_page
from learn.library import get_catalog
from learn.progress.http import LearnerRequest
from learn.ui.render import is_part, render_page

MISSING = "予想していない問いがあります。すべての問いに答えると、動かせます。"


def show(
    request: LearnerRequest, catalog: Catalog, exercise: Exercise, asked: Asked, *, missing: str = ""
) -> HttpResponse:
    """The whole page, or its questions and its run when htmx asks."""
    page = predict_page(
        catalog, exercise, request.learner_id, asked, request.POST.dict() if missing else NOTHING
    )
    context = {
        "page": page,
        "exercise": exercise,
        "playback": page.playback,
        "missing": missing,
        "announcement": missing or page.announcement,
        "nav": "courses",
    }
    template = "labs/_predicted.html" if is_part(request) else "labs/predict.html"
    return render_page(request, template, context, status=422 if missing else 200)


@require_POST
def answer(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    catalog, exercise = _forecast_or_404(exercise_id)
    names = [question.id for question in exercise.forecast.questions] if exercise.forecast else []
    answers = {name: request.POST.get(name, "") for name in names}
    if not predict(exercise, request.learner_id, answers):
        return show(request, catalog, exercise, ANYTHING, missing=MISSING)
    if not is_part(request):
        return redirect(f"{exercise.url}#predictions")
    return show(request, catalog, exercise, ANYTHING)


@require_POST
def again(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """Another round, with other numbers."""
    _, exercise = _forecast_or_404(exercise_id)
    after = request.POST.get("round", "")
    if after.isascii() and after.isdigit() and len(after) < 6:
        draw_again(exercise, request.learner_id, int(after))
    return redirect(exercise.url)


def _forecast_or_404(exercise_id: str) -> tuple[Catalog, Exercise]:
    catalog = get_catalog()
    exercise = catalog.exercises.get(exercise_id)
    if exercise is None or exercise.type is not ExerciseType.PREDICT or exercise.forecast is None:
        raise Http404
    return catalog, exercise
