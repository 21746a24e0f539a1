"""The page of an exercise: write, check, take a hint, go back to the start."""

import re
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, retarget

from learn.cluster.api.versions import NEWEST
from learn.content.model import Catalog, Exercise, ExerciseType, WaitsFor
from learn.labs import predict_views
from learn.labs.actions import check_text
from learn.labs.forms import ManifestForm
from learn.labs.playback import Asked
from learn.labs.predict import predict_playback
from learn.labs.queries import Lab, lab_for, playback_for
from learn.labs.sandbox_report import fixed
from learn.labs.terminal import practice_views
from learn.library import get_catalog
from learn.progress.actions import replace_draft, save_draft
from learn.progress.http import LearnerRequest
from learn.progress.queries import exercise_state
from learn.ui.render import is_part, render_page

WAITS_FOR_NAMES = {WaitsFor.SIMULATOR: "シミュレーター", WaitsFor.TERMINAL: "ターミナル"}
CHECK_AGAIN = "「適用して確かめる」を押すと、もう一度確かめます。"
MENDED = "そこは、もう直っています。"
ACTIONS = ("check", "draft", "hint", "repair", "reset", "undo")


@require_safe
def lab(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    catalog = get_catalog()
    exercise = catalog.exercises.get(exercise_id)
    if exercise is None:
        raise Http404
    asked = _asked(request)
    if exercise.forecast is not None and not is_part(request):
        return predict_views.show(request, catalog, exercise, asked)
    if not exercise.is_available:
        return _planned(request, catalog, exercise)
    if exercise.type is ExerciseType.TERMINAL:
        return practice_views.show(request, catalog, exercise)
    if is_part(request):
        return _timeline_part(request, exercise, asked)
    page = lab_for(catalog, exercise, request.learner_id, asked)
    response = render_page(request, "labs/lab.html", lab_context(page))
    response["Cache-Control"] = "private, no-cache"  # the back button brings back what was typed
    return response


def _asked(request: LearnerRequest) -> Asked:
    """The run and the instant of the address; nonsense counts as absent."""
    second = request.GET.get("t", "")
    return Asked(
        run_id=request.GET.get("run", ""),
        second=int(second) if re.fullmatch(r"[0-9]{1,6}", second) else None,
        digest=request.GET.get("of", ""),
    )


def _timeline_part(request: LearnerRequest, exercise: Exercise, asked: Asked) -> HttpResponse:
    """Another run, or another instant of the run that is on the page."""
    if exercise.forecast is None:
        shown = playback_for(exercise, request.learner_id, asked, text=None)
    else:
        shown = predict_playback(exercise, request.learner_id, asked)
    is_whole = request.headers.get("HX-Target") == "timeline"
    is_slider = request.headers.get("HX-Trigger") == "timeline-slider"
    context = {
        "exercise": exercise,
        "playback": shown,
        "announcement": ""
        if is_slider or shown is None or shown.timeline is None
        else shown.timeline.sentence,
    }
    return render_page(request, "labs/_timeline.html" if is_whole else "labs/_moment.html", context)


@require_POST
def check(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    catalog, exercise = exercise_or_404(exercise_id)
    form = ManifestForm(request.POST)
    if not form.is_valid():
        return refuse(request, catalog, exercise, form)
    if key := request.POST.get("fix"):
        return _mend(request, catalog, exercise, form.cleaned_data["text"], key)
    check_text(catalog, exercise, request.learner_id, form.cleaned_data["text"])
    if not is_part(request):
        return redirect(f"{exercise.url}#result")
    page = lab_for(catalog, exercise, request.learner_id)
    return render_page(request, "labs/_checked.html", lab_context(page))


def _mend(request: LearnerRequest, catalog: Catalog, exercise: Exercise, text: str, key: str) -> HttpResponse:
    """Keep the text with the fix of a finding made; whether that was enough, the next check tells."""
    mended = fixed(text, NEWEST, key)
    save_draft(request.learner_id, exercise.id, mended[0] if mended else text)
    if is_part(request):
        return HttpResponseClientRedirect(exercise.url)
    told = ("done", f"{mended[1]}行目を直しました。{CHECK_AGAIN}") if mended else ("info", MENDED)
    context = lab_context(lab_for(catalog, exercise, request.learner_id))
    return render_page(request, "labs/lab.html", context | {"notice": told})


@require_POST
def draft(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """Keep what is being written; the start, untouched, is nothing worth keeping."""
    _, exercise = exercise_or_404(exercise_id)
    form = ManifestForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_error_of(form), status=422, content_type="text/plain; charset=utf-8")
    keep_draft(request, exercise, form.cleaned_data["text"])
    return HttpResponse(status=204)


@require_POST
def reset(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """Go back to the start; the text that it replaces can be brought back."""
    catalog, exercise = exercise_or_404(exercise_id)
    form = ManifestForm(request.POST)
    if not form.is_valid():
        return refuse(request, catalog, exercise, form)
    text = form.cleaned_data["text"]
    if text != exercise.start:
        replace_draft(request.learner_id, exercise_id, text=exercise.start, replaced_text=text)
    return _go(request, exercise)


@require_POST
def undo(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """Bring back the text that going to the start replaced."""
    _, exercise = exercise_or_404(exercise_id)
    kept = exercise_state(request.learner_id, exercise_id).draft
    if kept and kept.replaced_text:
        replace_draft(request.learner_id, exercise_id, text=kept.replaced_text, replaced_text="")
    return _go(request, exercise)


def exercise_or_404(exercise_id: str) -> tuple[Catalog, Exercise]:
    """The exercise of that id, if it is one whose text can be checked."""
    catalog = get_catalog()
    exercise = catalog.exercises.get(exercise_id)
    if exercise is None or not _can_be_solved(exercise):
        raise Http404
    return catalog, exercise


def _can_be_solved(exercise: Exercise) -> bool:
    return exercise.type is ExerciseType.MANIFEST and exercise.is_available


def keep_draft(request: LearnerRequest, exercise: Exercise, text: str) -> None:
    if text != exercise.start or exercise_state(request.learner_id, exercise.id).draft:
        save_draft(request.learner_id, exercise.id, text)


def _go(request: LearnerRequest, exercise: Exercise) -> HttpResponse:
    """Open the page anew: the editor's text has changed."""
    if is_part(request):
        return HttpResponseClientRedirect(exercise.url)
    return redirect(f"{exercise.url}#manifest")


def refuse(request: LearnerRequest, catalog: Catalog, exercise: Exercise, form: ManifestForm) -> HttpResponse:
    """Say why a text cannot be taken, on the page that still holds it."""
    context = lab_context(lab_for(catalog, exercise, request.learner_id))
    context |= {"text_error": _error_of(form), "announcement": _error_of(form)}
    if is_part(request):
        return retarget(render_page(request, "labs/_checked.html", context, status=422), "#result")
    context["text"] = request.POST.get("text", context["text"])
    return render_page(request, "labs/lab.html", context, status=422)


def _error_of(form: ManifestForm) -> str:
    return " ".join(map(str, form.errors["text"]))


def lab_context(page: Lab) -> dict[str, Any]:
    """What the templates of the page and of its parts print."""
    return {
        "lab": page,
        "exercise": page.exercise,
        "playback": page.playback,
        "text": page.text,
        "urls": {name: reverse(f"labs:{name}", args=[page.exercise.id]) for name in ACTIONS},
        "announcement": page.outcome.announcement if page.outcome else "目標を確かめられませんでした。",
        "nav": "courses",
    }


def _planned(request: LearnerRequest, catalog: Catalog, exercise: Exercise) -> HttpResponse:
    lesson = catalog.lessons[exercise.lesson_id]
    context = {
        "exercise": exercise,
        "lesson": lesson,
        "course": catalog.courses_by_id[lesson.course_id],
        "waits_for": WAITS_FOR_NAMES[exercise.waits_for] if exercise.waits_for else "目標の検査",
        "nav": "courses",
    }
    return render_page(request, "labs/planned.html", context)
