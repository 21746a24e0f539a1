"""Take a hint; take the edit of the last one into the manifest."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, retarget

from learn.labs.actions import check_text
from learn.labs.forms import ManifestForm
from learn.labs.hints import repair_for, rungs_of
from learn.labs.queries import lab_for
from learn.labs.views import exercise_or_404, keep_draft, lab_context, refuse
from learn.progress.actions import open_hint, replace_draft
from learn.progress.http import LearnerRequest
from learn.progress.queries import exercise_state
from learn.ui.render import is_part, render_page

NO_REPAIR = "いまのマニフェストに合う直し方は見つかりませんでした。書いた内容はそのままです。"


@require_POST
def hint(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """Open the hint whose number the form names: the next one, however often it is sent."""
    catalog, exercise = exercise_or_404(exercise_id)
    form = ManifestForm(request.POST)
    if not form.is_valid():
        return refuse(request, catalog, exercise, form)
    keep_draft(request, exercise, form.cleaned_data["text"])
    opened = exercise_state(request.learner_id, exercise_id).hints_opened
    number = opened + 1
    if number <= rungs_of(exercise) and request.POST.get("hint") == str(number):
        open_hint(request.learner_id, exercise_id, number)
    if not is_part(request):
        return redirect(f"{exercise.url}#hints")
    page = lab_for(catalog, exercise, request.learner_id)
    return retarget(render_page(request, "labs/_hinted.html", lab_context(page)), "#hints")


@require_POST
def repair(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """Check the sent text with the edit of the last hint made; what it replaces can be brought back."""
    catalog, exercise = exercise_or_404(exercise_id)
    form = ManifestForm(request.POST)
    if not form.is_valid():
        return refuse(request, catalog, exercise, form)
    text = form.cleaned_data["text"]
    keep_draft(request, exercise, text)
    if exercise_state(request.learner_id, exercise_id).hints_opened < rungs_of(exercise):
        return redirect(f"{exercise.url}#hints")
    mended = repair_for(exercise, text)
    if mended is None:
        context = lab_context(lab_for(catalog, exercise, request.learner_id))
        return render_page(request, "labs/lab.html", context | {"notice": ("warn", NO_REPAIR)})
    replace_draft(request.learner_id, exercise_id, text=mended, replaced_text=text)
    check_text(catalog, exercise, request.learner_id, mended)
    if is_part(request):  # a fragment alone would not load the page again
        return HttpResponseClientRedirect(exercise.url)
    return redirect(f"{exercise.url}#result")
