"""Requests that cannot be answered get a Japanese page with one thing to do next."""

import re

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest
from django.test import Client, RequestFactory

from learn.ui import views

PAGES = [
    (lambda request: views.bad_request(request, SuspiciousOperation()), 400, "要求を読み取れませんでした"),
    (lambda request: views.permission_denied(request, PermissionDenied()), 403, "この操作はできません"),
    (lambda request: views.csrf_failure(request), 403, "送信を確かめられませんでした"),
    (lambda request: views.page_not_found(request, Exception()), 404, "見つかりませんでした"),
    (lambda request: views.server_error(request), 500, "こちらの不具合です"),
]


@pytest.mark.parametrize(("view", "status", "title"), PAGES, ids=[title for _, _, title in PAGES])
def test_page_says_what_happened_and_offers_one_action(
    view, status: int, title: str, rf: RequestFactory
) -> None:
    response = view(rf.get("/somewhere/"))
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    assert response.status_code == status
    assert re.search(rf"<h1>{title}</h1>", main)
    assert main.count('class="button"') == 1


def test_unknown_address_gets_the_page() -> None:
    response = Client().get("/no-such-page/")
    assert response.status_code == 404
    assert "見つかりませんでした" in response.content.decode()


def test_stale_form_gets_the_page() -> None:
    response = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})
    assert response.status_code == 403
    assert "読み込み直し" in response.content.decode()


def test_500_needs_neither_database_nor_context_processors(settings) -> None:
    template = {**settings.TEMPLATES[0], "OPTIONS": {**settings.TEMPLATES[0]["OPTIONS"]}}
    template["OPTIONS"]["context_processors"] = ["tests.ui.test_errors.broken_processor"]
    settings.TEMPLATES = [template]
    response = views.server_error(HttpRequest())
    assert response.status_code == 500
    assert "こちらの不具合です" in response.content.decode()


def broken_processor(request: HttpRequest) -> dict[str, str]:
    raise RuntimeError("a context processor broke")
