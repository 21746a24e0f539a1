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


def test_the_present_page_is_told_apart_in_forced_colours(new_page):
    page = new_page(forced_colors="active")
    page.goto("/glossary/")
    line = "a => getComputedStyle(a).borderBottomColor"
    nav = page.get_by_role("navigation", name="主なページ")
    current = nav.locator("[aria-current]").evaluate(line)
    others = nav.locator("a:not([aria-current])").evaluate_all(f"links => links.map({line})")
    assert len(others) == 3 and current not in others


def test_the_header_fits_a_screen_magnified_four_times(new_page):
    page = new_page(viewport={"width": 320, "height": 256})
    page.goto("/")
    brand = page.get_by_role("link", name="波止場").first.bounding_box()
    assert brand is not None and brand["width"] >= 24
    assert page.evaluate("document.documentElement.scrollWidth") == 320
