"""A learner fails an exercise about behaviour, reads the timeline, mends the manifest and passes."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.learner import Learner, real_catalog

pytestmark = pytest.mark.browser


def mistake(exercise, name):
    return next(each.text for each in exercise.mistakes if name in each.file)


def sentence(page):
    return page.locator(".timeline-sentence")


def test_a_learner_fails_reads_the_timeline_and_passes(new_page):
    exercise = real_catalog().exercises["liveness-timing-1"]
    page = new_page()
    learner = Learner(page)
    learner.open_exercise(exercise)
    learner.write(mistake(exercise, "initial-delay-90"))
    learner.check()
    expect(page.locator("#goals")).to_contain_text("いま終了処理が始まるのは101秒です。")

    expect(sentence(page)).to_have_text(re.compile("^101秒。appの終了処理が始まりました。"))
    page.get_by_role("link", name="前の変化").click()
    expect(sentence(page)).to_have_text(re.compile("^96秒。appのLiveness Probeが失敗しました"))
    expect(page.get_by_role("link", name="前の変化")).to_be_focused()
    slider = page.get_by_role("slider", name="時刻（秒）")
    expect(slider).to_have_value("96")
    slider.press("ArrowRight")
    expect(sentence(page)).to_have_text(re.compile("^101秒。"))
    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^101秒 appの終了処理が始まりました"))
    expect(page.locator("#moment")).to_contain_text("web    0/1")

    page.get_by_role("link", name=re.compile("^固まらない日")).click()
    expect(sentence(page)).to_have_text(re.compile("^28秒。appが固まり"))

    learner.write(exercise.solutions[0].text)
    learner.check()
    expect(page.locator("#result")).to_contain_text("目標をすべて達成しました。")
    expect(sentence(page)).to_have_text(re.compile("^71秒。appの終了処理が始まりました。"))


def test_time_moves_by_links_without_javascript(new_page):
    exercise = real_catalog().exercises["liveness-timing-1"]
    page = new_page(java_script_enabled=False)
    learner = Learner(page)
    learner.open_exercise(exercise)
    learner.write(exercise.solutions[0].text)
    learner.check()
    page.get_by_role("link", name="次の変化").click()
    expect(sentence(page)).to_have_text(re.compile("^72秒。appが再起動しました"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_timeline_has_no_violation_and_never_widens_the_page(new_page, scheme, width):
    exercise = real_catalog().exercises["readiness-startup-1"]
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    learner = Learner(page)
    learner.open_exercise(exercise)
    learner.write(mistake(exercise, "no-readiness"))
    learner.check()
    expect(sentence(page)).to_be_visible()
    page.locator("#timeline > details summary").click()
    found = Axe().run(page, context="#timeline").response["violations"]
    assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found] == []
    box = page.locator("#timeline").bounding_box()
    assert box["x"] + box["width"] <= width


def test_a_learner_predicts_three_times_with_different_numbers(new_page):
    exercise = real_catalog().exercises["liveness-timing-2"]
    page = new_page()
    learner = Learner(page)
    learner.open_exercise(exercise)
    seen = []
    for right in (False, False, True):
        seen.append(learner.predict(exercise, right=right))
        verdict = "正解です。" if right else "正解ではありません。"
        expect(page.locator("#predictions .verdict").first).to_have_text(verdict)
        expect(page.locator("#predictions .verdict").last).to_have_text(verdict)
        if not right:
            page.get_by_role("button", name="別の数字で予想する").click()
            expect(page.get_by_role("button", name="予想を確定して動かす")).to_be_visible()
    assert seen[0] != seen[1] != seen[2]
    expect(page.locator("#predictions")).to_contain_text("この演習は完了しています。")
    found = Axe().run(page).response["violations"]
    assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found] == []
