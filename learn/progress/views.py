"""What a probe asks of the server."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from learn.progress.models import Learner


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Whether learners can be served: 200, or 503 while their rows cannot be read."""
    try:
        Learner.objects.exists()
    except DatabaseError:
        return HttpResponse("database unavailable\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
