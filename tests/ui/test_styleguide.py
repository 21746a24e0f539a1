"""The style guide shows every component, in every state."""

import re

import pytest
from django.template import engines
from django.test import Client

from learn.ui.templatetags import ui


@pytest.fixture
def html() -> str:
    return Client().get("/styleguide/").content.decode()


@pytest.mark.parametrize("tag", sorted(ui.register.tags))
def test_component_is_shown(tag: str) -> None:
    source = engines["django"].get_template("ui/styleguide.html").template.source
    shown = re.sub(r"{% verbatim %}.*?{% endverbatim %}", "", source, flags=re.DOTALL)
    assert re.search(rf"{{% {tag}\b", shown)


@pytest.mark.parametrize("word", ui.STATE_WORDS.values())
def test_state_is_a_word_beside_a_shape(html: str, word: str) -> None:
    assert re.search(rf'<svg class="glyph"[^>]*aria-hidden="true".*?</svg>\s*{word}</span>', html)


@pytest.mark.parametrize("word", [word for _, word in (*ui.SEVERITIES.values(), *ui.GOAL_STATES.values())])
def test_severities_and_goals_are_words(html: str, word: str) -> None:
    assert f">{word}</span>" in html


def test_only_the_first_unmet_goal_is_unfolded(html: str) -> None:
    goals = html[html.index('<ul class="goals">') :]
    goals = goals[: goals.index("</ul>")]
    assert goals.count("<details>") == 1
    assert goals.index('<p class="observed">いまのパス') < goals.index("<details>")


def test_page_is_well_formed(html: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert html.count("<h1") == 1
    assert '<html lang="ja">' in html
