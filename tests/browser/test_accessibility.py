"""axe finds nothing on any page type, by day and by night, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.learner import Learner, real_catalog

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/courses/probes/",
    "/courses/probes/liveness-timing/",
    "/labs/liveness-timing-1/",
    "/labs/probes-overview-1/",
    "/glossary/",
    "/glossary/kubelet/",
    "/styleguide/",
    "/no-such-page/",
]


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(item["id"], [node["target"] for node in item["nodes"]]) for item in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_violation(new_page, path, scheme):
    page = new_page(color_scheme=scheme)
    page.goto(path)
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_answers_and_results_have_no_violation(new_page, scheme):
    page = new_page(color_scheme=scheme, viewport={"width": 360, "height": 740})
    learner = Learner(page)
    lesson = real_catalog().lessons["liveness-timing"]
    learner.open_lesson(lesson)
    for number, quiz in enumerate(lesson.quizzes):
        learner.answer(quiz, right=bool(number % 2))
    assert violations(page) == []
    learner.open_exercise(real_catalog().exercises["liveness-timing-1"])
    learner.write("apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  contaners: []\n")
    learner.check()
    page.locator("#result .diagnostic").first.wait_for()
    assert violations(page) == []
