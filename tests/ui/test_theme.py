"""昼・夜・自動, chosen without JavaScript."""

import pytest
from django.test import Client

from learn.ui.theme import COOKIE


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chosen_theme_is_written_by_the_server(theme: str) -> None:
    client = Client()
    response = client.post("/theme/", {"theme": theme, "next": "/styleguide/"})
    assert response.status_code == 302
    assert response["Location"] == "/styleguide/"
    page = client.get("/styleguide/").content.decode()
    assert f'<html lang="ja" data-theme="{theme}">' in page
    assert f'value="{theme}" aria-pressed="true"' in page


def test_auto_follows_the_system_again() -> None:
    client = Client()
    client.post("/theme/", {"theme": "dark", "next": "/styleguide/"})
    client.post("/theme/", {"theme": "auto", "next": "/styleguide/"})
    assert "data-theme" not in client.get("/styleguide/").content.decode()


def test_unknown_theme_is_auto() -> None:
    client = Client()
    client.post("/theme/", {"theme": "sepia", "next": "/styleguide/"})
    client.cookies[COOKIE] = '"><script>'
    assert '<html lang="ja">' in client.get("/styleguide/").content.decode()


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""]
)
def test_switch_never_leads_to_another_site(target: str) -> None:
    response = Client().post("/theme/", {"theme": "dark", "next": target})
    assert response["Location"] == "/"


def test_switch_needs_a_post() -> None:
    assert Client().get("/theme/").status_code == 405
