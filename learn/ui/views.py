"""The style guide, the theme switch, and the pages for requests that cannot be answered."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from learn.ui.samples import samples
from learn.ui.theme import COOKIE, MAX_AGE_S, THEMES, theme_of


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/styleguide.html", samples())


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie and go back to the page it was chosen on."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    response = HttpResponseRedirect(target if is_ours else "/")
    chosen = request.POST.get("theme", "")
    if chosen == "auto" or chosen not in THEMES:
        response.delete_cookie(COOKIE)
    else:
        response.set_cookie(
            COOKIE, chosen, max_age=MAX_AGE_S, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long, or cookies that are switched off."""
    return render(request, "csrf_failure.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something of ours broke, so nothing but the template is used: no context processor, no database."""
    return HttpResponse(render_to_string("500.html", {"theme": theme_of(request)}), status=500)
