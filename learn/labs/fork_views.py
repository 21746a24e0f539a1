"""Fork a run and compare; take the value that was tried into the manifest. Comparing keeps nothing."""

from dataclasses import replace
from itertools import zip_longest

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from learn.content.model import Catalog, Exercise
from learn.labs.fork import knobs_of, turned
from learn.labs.fork_comparison import BROKEN, Fork, compared
from learn.labs.forms import ForkForm, ManifestForm
from learn.labs.playback import Asked
from learn.labs.queries import lab_for, playback_for
from learn.labs.views import CHECK_AGAIN, exercise_or_404, lab_context, refuse
from learn.progress.actions import save_draft
from learn.progress.http import LearnerRequest
from learn.progress.queries import checked_text
from learn.sandbox.pipeline import check
from learn.ui.render import is_part, render_page

UNKNOWN = "この項目は、動かしたマニフェストにありません。項目を選び直してください。"
SAME = "いまの値と同じです。別の値を入れると、違いを比べられます。"
NOT_THERE = (
    "いまのマニフェストに、この項目は見つかりません。項目の場所が変わったときは、値を直接書き換えます。"
)


@require_POST
def fork(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """Both futures of the run that the form names."""
    catalog, exercise = exercise_or_404(exercise_id)
    asked = Asked(run_id=request.POST.get("run", ""), digest=request.POST.get("of", ""))
    shown = playback_for(exercise, request.learner_id, asked, text=None)
    text = checked_text(request.learner_id, exercise.id, asked.digest)
    if shown and shown.fork and text is not None:
        form = ForkForm(request.POST)
        shown = replace(shown, fork=_answered(catalog, exercise, text, shown.run_id, shown.fork, form))
    told = shown.fork.announcement if shown and shown.fork else ""
    context = {"exercise": exercise, "playback": shown, "announcement": told}
    if is_part(request):
        return render_page(request, "labs/_forked.html", context)
    page = lab_for(catalog, exercise, request.learner_id, asked)
    return render_page(request, "labs/lab.html", lab_context(replace(page, playback=shown)) | context)


def _answered(
    catalog: Catalog, exercise: Exercise, text: str, run_id: str, shown: Fork, form: ForkForm
) -> Fork:
    """The form as it was sent, with the comparison, or with the reason why there is none."""
    chosen = next((knob for knob in shown.knobs if knob.key == form.data.get("field")), None)
    if chosen is None:
        return replace(shown, error=UNKNOWN)
    sent = replace(shown, chosen=chosen, value=form.data.get("value", ""))
    if not form.is_valid():
        return replace(sent, error=" ".join(str(each) for found in form.errors.values() for each in found))
    value = form.cleaned_data["value"]
    if value == chosen.value:
        return replace(sent, error=SAME)
    comparison = compared(catalog, exercise, text, run_id, chosen, value)
    return replace(sent, comparison=comparison, error="" if comparison else BROKEN)


@require_POST
def adopt(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """The sent text with a value taken in: as data for the editor, else kept as the draft."""
    catalog, exercise = exercise_or_404(exercise_id)
    form = ManifestForm(request.POST)
    if not form.is_valid():
        return refuse(request, catalog, exercise, form)
    text = form.cleaned_data["text"]
    adopted = _adopted(text, request.POST.get("adopt", ""))
    if not request.accepts("text/html"):
        return JsonResponse({"text": adopted and adopted[0], "error": "" if adopted else NOT_THERE})
    save_draft(request.learner_id, exercise.id, adopted[0] if adopted else text)
    told = ("done", f"{adopted[1]}行目に取り込みました。{CHECK_AGAIN}") if adopted else ("warn", NOT_THERE)
    context = lab_context(lab_for(catalog, exercise, request.learner_id))
    return render_page(request, "labs/lab.html", context | {"notice": told})


def _adopted(text: str, asked: str) -> tuple[str, int] | None:
    """The text with `KEY=VALUE` taken in, and its line; None where it has no such number."""
    key, _, value = asked.rpartition("=")
    knob = next((each for each in knobs_of(check(text).objects) if each.key == key), None)
    form = ForkForm({"field": key, "value": value})
    adopted = turned(text, knob, form.cleaned_data["value"]) if knob and form.is_valid() else None
    return (adopted, _first_difference(text, adopted)) if adopted is not None else None


def _first_difference(before: str, after: str) -> int:
    """The first line (from 1) that is another one."""
    pairs = zip_longest(before.split("\n"), after.split("\n"))
    return next((number for number, (old, new) in enumerate(pairs, 1) if old != new), 1)
