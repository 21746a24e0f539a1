"""A learner fails, reads why, takes every hint, applies the last one, passes, forks the run, and predicts others."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.editing import field
from tests.browser.learner import Learner, real_catalog

pytestmark = pytest.mark.browser


def wrong_text():
    exercise = real_catalog().exercises["liveness-timing-1"]
    text = next(each.text for each in exercise.mistakes if "period-1-once" in each.file)
    return exercise, text.replace("failureThreshold: 1", "failureThreshold: 1  # まず1回")


def take_every_hint(page, total):
    for number in range(1, total + 1):
        page.locator("#hints").get_by_role("button", name="ヒントを見る").click()
        heading = page.locator(f"#hint-{number}")
        expect(heading).to_contain_text(f"ヒント{number} / {total}")
        expect(heading).to_be_focused()


def test_from_failure_to_a_fork_of_the_run_that_passes(new_page):
    page = new_page()
    exercise, text = wrong_text()
    learner = Learner(page)
    learner.open_exercise(exercise)
    learner.write(text)
    learner.check()
    expect(page.locator("#goals")).to_contain_text("未達成")

    take_every_hint(page, 5)
    expect(page.locator("#hints")).to_contain_text("いま起きていること")
    expect(page.locator("#hints ins")).to_have_text("          failureThreshold: 5  # まず1回")
    found = Axe().run(page).response["violations"]
    assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found] == []
    page.get_by_role("link", name="この時点の様子と理由").click()
    expect(page.locator(".reasons")).to_contain_text("Liveness Probeが失敗しました")

    page.get_by_role("button", name="この直し方を適用して確かめる").click()
    expect(page.locator("#result")).to_contain_text("目標をすべて達成しました。")
    assert field(page) == text.replace("Threshold: 1 ", "Threshold: 5 ")
    expect(page.get_by_role("heading", name="よくある誤りなら、こうなっていた")).to_be_visible()
    expect(page.get_by_role("link", name="をダウンロードする")).to_be_visible()

    fields = page.get_by_label("変える項目")
    option = fields.locator("option", has_text="livenessProbe.failureThreshold")
    fields.select_option(option.get_attribute("value"))
    page.get_by_label("新しい値", exact=True).fill("1")
    page.get_by_role("button", name="比べる").click()
    expect(page.locator(".fork-sentence")).to_contain_text("failureThresholdを5から1にすると")

    page.locator("#undo").get_by_role("button", name="前の内容に戻す").click()
    expect(page.locator("#undo")).to_have_count(0)
    assert field(page) == text


def test_the_ladder_works_without_javascript_on_a_small_screen(new_page):
    page = new_page(java_script_enabled=False, viewport={"width": 360, "height": 740})
    exercise, text = wrong_text()
    page.goto(exercise.url)
    page.locator("textarea[name=text]").fill(text)
    for _ in range(5):
        page.locator("#hints").get_by_role("button", name="ヒントを見る").click()
    page.get_by_role("button", name="この直し方を適用して確かめる").click()
    expect(page.locator("#result")).to_contain_text("目標をすべて達成しました。")


def test_three_predictions_with_different_numbers(new_page):
    page = new_page()
    exercise = real_catalog().exercises["liveness-timing-2"]
    learner = Learner(page)
    learner.open_exercise(exercise)
    seen = []
    for is_right in (False, True, True):
        numbers = learner.predict(exercise, right=is_right)
        assert numbers not in seen
        seen.append(numbers)
        page.get_by_role("button", name="別の数字で予想する").click()
        expect(page.locator(".timeline-sentence")).to_have_count(0)
