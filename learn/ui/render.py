"""One URL, two answers: a whole page for a browser, one part of it for htmx."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers


def render_page_or_part(
    request: HttpRequest, page: str, part: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """
    Render template `part` when htmx asks, else template `page`, with the same context.

    The answer is one learner's at one moment: nothing keeps it, so that the back button shows what is true now.
    """
    is_part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, part if is_part else page, dict(context), status=status)
    patch_vary_headers(response, ("HX-Request", "Cookie"))
    patch_cache_control(response, private=True, no_store=True)
    return response
