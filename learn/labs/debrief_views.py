"""The manifest to take along to a real cluster."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from learn.labs.real_cluster import real_manifest
from learn.labs.views import exercise_or_404
from learn.progress.http import LearnerRequest
from learn.progress.queries import checked_text


@require_safe
def manifest(request: LearnerRequest, exercise_id: str) -> HttpResponse:
    """A text that this learner has checked, as a file."""
    _, exercise = exercise_or_404(exercise_id)
    text = checked_text(request.learner_id, exercise.id, request.GET.get("of", ""))
    if text is None:
        raise Http404
    response = HttpResponse(real_manifest(text)[0], content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{exercise.file}"'
    return response
