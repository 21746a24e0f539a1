"""One URL, two answers: a whole page for a browser, one part of it for htmx."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page of one learner at one moment; see `as_seen_now`."""
    return as_seen_now(render(request, template, dict(context), status=status))


def as_seen_now(response: HttpResponse) -> HttpResponse:
    """
    Let nothing on the way keep a response that speaks of a learner's progress, so that the back button never
    shows an answer that is no longer the last one.
    """
    patch_vary_headers(response, ("HX-Request", "Cookie"))
    patch_cache_control(response, private=True, no_store=True)
    return response


def render_page_or_part(
    request: HttpRequest, page: str, part: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the template `part` when htmx asks for it, else the template `page`, with the same context."""
    return render_page(request, part if is_part(request) else page, context, status=status)


def is_part(request: HttpRequest) -> bool:
    """Whether htmx wants a part; a page that it restores from its history is a whole one."""
    htmx = request.htmx  # type: ignore[attr-defined]  # set by django-htmx's middleware
    return bool(htmx) and not htmx.history_restore_request
