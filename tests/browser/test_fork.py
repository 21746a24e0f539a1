"""A learner forks a run with another failureThreshold, compares, and takes the value in; with and without JavaScript."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.editing import field
from tests.browser.learner import Learner, real_catalog

pytestmark = pytest.mark.browser

SENTENCE = "livenessProbe.failureThresholdを3から6にすると、最初の再起動が71秒から86秒へ遅くなります。"


def checked(page):
    """The page of an exercise with a manifest that was run, and that manifest."""
    exercise = real_catalog().exercises["liveness-timing-1"]
    text = next(each.text for each in exercise.solutions if "period-5" in each.file)
    learner = Learner(page)
    learner.open_exercise(exercise)
    learner.write(text)
    learner.check()
    return text


def choose_threshold(page):
    fields = page.get_by_label("変える項目")
    option = fields.locator("option", has_text="livenessProbe.failureThreshold")
    fields.select_option(option.get_attribute("value"))


def test_both_futures_are_compared_and_the_value_taken_in(new_page):
    page = new_page()
    text = checked(page)
    choose_threshold(page)
    value = page.get_by_label("新しい値", exact=True)
    expect(value).to_have_value("3")
    slider = page.get_by_label("新しい値のスライダー")
    for _ in range(3):
        slider.press("ArrowRight")
    expect(value).to_have_value("6")
    page.get_by_role("button", name="比べる").click()
    expect(page.locator(".fork-sentence")).to_have_text(SENTENCE)
    expect(page.locator("#announcer")).to_have_text(SENTENCE)
    expect(page.get_by_role("button", name="比べる")).to_be_focused()
    expect(page.get_by_role("img", name="変えた値 6")).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found] == []

    page.get_by_role("button", name="この値を自分のマニフェストに取り込む").click()
    expect(page.locator("#announcer")).to_contain_text("行目に取り込みました。")
    assert field(page) == text.replace("failureThreshold: 3", "failureThreshold: 6")
    page.keyboard.press("ControlOrMeta+z")
    assert field(page) == text


def test_a_value_is_compared_and_taken_in_without_javascript(new_page):
    page = new_page(java_script_enabled=False)
    text = checked(page)
    choose_threshold(page)
    page.get_by_label("新しい値", exact=True).fill("6")
    page.get_by_role("button", name="比べる").click()
    expect(page.locator(".fork-sentence")).to_have_text(SENTENCE)
    page.get_by_role("button", name="この値を自分のマニフェストに取り込む").click()
    assert field(page) == text.replace("failureThreshold: 3", "failureThreshold: 6")


def test_both_drawings_scroll_together_to_the_restart_on_a_small_screen(new_page):
    page = new_page(viewport={"width": 360, "height": 740})
    checked(page)
    choose_threshold(page)
    page.get_by_label("新しい値", exact=True).fill("6")
    page.get_by_role("button", name="比べる").click()
    expect(page.locator(".fork-drawing .cut").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    edges = page.locator(".fork-drawing .lane-chart").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().left)"
    )
    assert len(edges) == 2 and edges[0] == edges[1]


def test_a_result_says_when_the_text_has_changed_since(new_page):
    page = new_page()
    text = checked(page)
    told = page.locator("#result").get_by_text("目標をすべて達成しました。")
    note = page.get_by_text("書き換える前の結果です。")
    expect(told).to_be_visible()
    expect(note).to_be_hidden()
    page.get_by_role("button", name="元に戻す").click()
    expect(told).to_be_hidden()
    expect(note).to_be_visible()
    Learner(page).write(text)
    expect(told).to_be_visible()
    expect(note).to_be_hidden()
    Learner(page).write(f"# 書き足した行\n{text}")
    expect(note).to_be_visible()
    Learner(page).check()
    expect(told).to_be_visible()
    expect(note).to_be_hidden()


def test_a_problem_is_mended_without_javascript(new_page):
    page = new_page(java_script_enabled=False)
    exercise = real_catalog().exercises["liveness-timing-1"]
    learner = Learner(page)
    learner.open_exercise(exercise)
    learner.write(exercise.start.replace("containers:", "contianers:"))
    learner.check()
    page.get_by_role("button", name=re.compile("^直す：")).first.click()
    assert field(page) == exercise.start
    expect(page.locator("#notice")).to_contain_text("行目を直しました。")
