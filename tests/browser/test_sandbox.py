"""Help while somebody types, and the sandbox page: by mouse, by keyboard, with an IME, without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.editing import field, open_editor, write
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

SANDBOX = "/sandbox/"
CHECK = "**/sandbox/check/"
LAB = "/labs/liveness-timing-1/"
TYPO = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      imag: nginx:1.27\n"
SOUND = TYPO.replace("imag:", "image:")


def let_time_pass(page: Page) -> None:
    """Let the timers of a page with its own clock end, without waiting for them."""
    page.clock.run_for(2000)


@pytest.mark.parametrize("path", [SANDBOX, LAB])
def test_a_problem_appears_while_typing_and_goes_when_mended(new_page, path):
    page = new_page()
    open_editor(page, path)
    write(page, TYPO)
    expect(page.locator(".cm-problem-place")).to_have_text("imag")
    expect(page.locator(".cm-problem-mark")).to_have_text("!")
    write(page, SOUND)
    expect(page.locator(".cm-problem[data-severity=error]")).to_have_count(0)
    expect(page.locator(".cm-content")).to_be_focused()


def test_one_click_mends_and_undo_brings_back(new_page):
    page = new_page()
    open_editor(page, SANDBOX)
    write(page, TYPO)
    expect(page.locator("#result .diagnostic").first).to_be_visible()
    page.locator("#result").get_by_role("button", name="直す").first.click()
    expect(page.locator("#announcer")).to_contain_text("8行目を直しました。")
    assert field(page) == SOUND
    expect(page.locator(".cm-content")).to_be_focused()
    page.keyboard.press("Control+z")
    assert field(page) == TYPO


def test_one_click_mends_in_the_result_of_an_exercise(new_page):
    page = new_page()
    open_editor(page, LAB)
    write(page, TYPO)
    page.keyboard.press("Control+Enter")
    page.locator("#result").get_by_role("button", name="直す").first.click()
    expect(page.locator("textarea[name=text]")).to_have_value(SOUND)
    expect(page.locator("#announcer")).to_contain_text("8行目を直しました。")


def test_a_fix_by_keyboard_in_an_exercise(new_page):
    page = new_page()
    open_editor(page, LAB)
    write(page, TYPO)
    expect(page.locator(".cm-problem-mark").first).to_be_visible()
    page.keyboard.press("F8")
    expect(page.locator(".editor-problem")).to_contain_text("image")
    page.keyboard.press("Control+.")
    expect(page.locator("#announcer")).to_contain_text("直しました。")
    assert field(page) == SOUND


def test_a_fix_belongs_to_the_text_as_it_is_now(new_page):
    page = new_page()
    open_editor(page, SANDBOX)
    write(page, TYPO)
    expect(page.locator("#result .diagnostic").first).to_be_visible()
    page.locator(".cm-content").click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("# above\n")
    page.locator(".cm-line", has_text="imag:").click()
    page.get_by_role("button", name="直す").first.click()
    expect(page.locator("#announcer")).not_to_be_empty()
    assert field(page) in ("# above\n" + TYPO, "# above\n" + SOUND)


def test_an_answer_about_an_older_text_is_not_shown(new_page):
    page = new_page()
    open_editor(page, SANDBOX)
    held: list[Route] = []
    page.route(CHECK, lambda route: route.continue_() if held else held.append(route))
    with page.expect_request(CHECK):
        write(page, TYPO)
    with page.expect_event("requestfailed") as given_up, page.expect_response(CHECK):
        write(page, SOUND)
    assert given_up.value == held[0].request
    expect(page.locator(".cm-problem[data-severity=error]")).to_have_count(0)


def test_composing_japanese_is_not_disturbed(new_page):
    page = new_page()
    page.clock.install()
    open_editor(page, SANDBOX)
    with page.expect_response(CHECK):
        write(page, SOUND + "# ")
        let_time_pass(page)
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/sandbox/check/" in request.url else None
    )
    session = page.context.new_cdp_session(page)
    for part in ("さ", "さか", "さかな"):
        session.send(
            "Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)}
        )
        let_time_pass(page)
    assert asked == []
    assert page.locator(".cm-tooltip-autocomplete").count() == 0
    session.send("Input.insertText", {"text": "魚"})
    expect(page.locator("textarea[name=text]")).to_have_value(SOUND + "# 魚")
    with page.expect_response(CHECK):
        let_time_pass(page)
    let_time_pass(page)
    assert len(asked) == 1


def test_completion_writes_a_key_and_a_value(new_page):
    page = new_page()
    page.clock.install()
    open_editor(page, SANDBOX)
    write(page, SOUND + "      ")
    page.keyboard.press("Control+Space")
    choices = page.locator(".cm-tooltip-autocomplete li")
    expect(choices.first).to_be_visible()
    page.keyboard.type("imageP")
    expect(choices.first).to_contain_text("imagePullPolicy")
    expect(page.locator(".cm-completionInfo")).to_contain_text("イメージ")
    let_time_pass(page)
    page.keyboard.press("Enter")
    expect(page.locator("textarea[name=text]")).to_have_value(SOUND + "      imagePullPolicy: ")
    page.keyboard.type("If")
    expect(choices.first).to_contain_text("IfNotPresent")
    let_time_pass(page)
    page.keyboard.press("Enter")
    expect(page.locator("textarea[name=text]")).to_have_value(SOUND + "      imagePullPolicy: IfNotPresent")


def test_enter_after_a_finished_word_is_a_new_line(new_page):
    page = new_page()
    page.clock.install()
    open_editor(page, SANDBOX)
    write(page, SOUND + "      imagePullPolicy:")
    for key in " Always":
        page.keyboard.type(key)
        let_time_pass(page)
    page.wait_for_load_state("networkidle")
    let_time_pass(page)
    page.keyboard.press("Enter")
    assert field(page).startswith(SOUND + "      imagePullPolicy: Always\n")


def test_a_field_is_explained_by_keyboard_and_escape_closes_it(new_page):
    page = new_page()
    open_editor(page, SANDBOX)
    write(page, SOUND)
    page.locator(".cm-line", has_text="image:").click()
    page.keyboard.press("F1")
    expect(page.locator(".cm-card")).to_contain_text("spec.containers[0].image")
    expect(page.locator("#announcer")).to_contain_text("image、文字列。")
    page.keyboard.press("Escape")
    expect(page.locator(".cm-card")).to_have_count(0)


def test_layout_keeps_comments_and_the_difference_is_told(new_page):
    page = new_page()
    open_editor(page, f"{SANDBOX}?example=cron")
    start = field(page)
    write(page, "# kept\na:\n    b: 1\n")
    page.get_by_role("button", name="整形").click()
    expect(page.locator("textarea[name=text]")).to_have_value("# kept\na:\n  b: 1\n")
    page.get_by_role("button", name="差分を見る").click()
    difference = page.get_by_role("region", name="はじめの内容との差分")
    expect(difference.locator("ins").first).to_have_text("# kept")
    expect(difference.locator("del").first).to_have_text(start.split("\n")[0])
    expect(difference).to_contain_text("足した行")
    page.get_by_role("button", name="元に戻す").click()
    assert field(page) == start
    expect(difference).to_contain_text("はじめの内容と同じです。")


def test_a_shared_link_brings_the_text_and_the_version(new_page):
    page = new_page()
    open_editor(page, SANDBOX)
    write(page, "# 共有\n" + TYPO)
    page.get_by_label("Kubernetes").select_option("1.34")
    page.get_by_role("button", name="共有リンクを作る").click()
    expect(page.locator("#share-link")).to_have_value(re.compile("/sandbox/#t="))
    other = new_page()
    open_editor(other, page.locator("#share-link").input_value())
    expect(other.locator("textarea[name=text]")).to_have_value("# 共有\n" + TYPO)
    expect(other.get_by_label("Kubernetes")).to_have_value("1.34")
    expect(other.locator(".cm-problem-mark").first).to_be_visible()
    write(other, SOUND)
    expect(other).to_have_url(re.compile("/sandbox/$"))
    other.reload()
    expect(other.locator("textarea[name=text]")).to_have_value(SOUND)


def test_a_broken_link_says_so_and_loses_nothing(new_page):
    page = new_page()
    open_editor(page, SANDBOX)
    write(page, SOUND)
    page.goto(f"{SANDBOX}#t=abc%25")
    expect(page.locator("#announcer")).to_contain_text("共有リンクが途中で切れている")
    expect(page.locator("[data-part=status]")).to_contain_text("共有リンクが途中で切れている")
    assert field(page) == SOUND


def test_a_text_over_the_limit_is_told_while_typing(new_page):
    page = new_page()
    open_editor(page, SANDBOX)
    write(page, "#" * (64 * 1024 + 1))
    expect(page.locator(".editor-problem")).to_contain_text("マニフェストが長すぎます。")


def test_what_was_written_is_there_after_a_reload(new_page):
    page = new_page()
    open_editor(page, SANDBOX)
    write(page, TYPO)
    expect(page.locator("[data-part=status]")).to_contain_text("このブラウザー")
    page.reload()
    expect(page.locator(".cm-content")).to_be_visible()
    assert field(page) == TYPO
    expect(page.locator("[data-part=offer]")).to_be_hidden()
    expect(page.locator(".cm-problem-mark").first).to_be_visible()
    expect(page.locator("#result .diagnostic").first).to_be_visible()


def test_several_objects_have_an_outline(new_page):
    page = new_page()
    open_editor(page, f"{SANDBOX}?example=web")
    page.get_by_role("navigation", name="マニフェストの中").get_by_role("link", name="Service web").click()
    expect(page.locator(".cm-content")).to_be_focused()
    expect(page.locator(".cm-activeLine")).to_have_text("apiVersion: v1")


def test_everything_works_without_javascript(new_page):
    page = new_page(java_script_enabled=False)
    page.goto(SANDBOX)
    page.locator("textarea[name=text]").fill(TYPO)
    page.get_by_role("button", name="確かめる").click()
    expect(page.locator("#result .diagnostic").first).to_be_visible()
    page.locator("#result").get_by_role("button", name="直す").first.click()
    assert field(page).replace("\r\n", "\n") == SOUND
    page.get_by_role("button", name="整形").click()
    page.get_by_role("button", name="共有リンクを作る").click()
    expect(page).to_have_url(re.compile(r"/sandbox/\?t="))
    assert field(page).replace("\r\n", "\n") == SOUND
    page.get_by_role("link", name="毎朝動くCronJob").click()
    assert field(page).startswith("apiVersion: batch/v1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_has_no_violation_and_no_sideways_scroll(new_page, scheme, width):
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    open_editor(page, f"{SANDBOX}?example=levels")
    expect(page.locator(".cm-problem-mark").first).to_be_visible()
    page.get_by_role("button", name="差分を見る").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_completion_and_documentation_have_no_violation(new_page):
    page = new_page()
    open_editor(page, SANDBOX)
    write(page, SOUND + "      ")
    page.keyboard.press("Control+Space")
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_be_visible()
    scrolled_by_arrow_keys = "scrollable-region-focusable"  # the list; the focus stays in the text
    assert [rule for rule, _ in violations(page) if rule != scrolled_by_arrow_keys] == []
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("F1")
    expect(page.locator(".cm-card")).to_be_visible()
    assert violations(page) == []


def test_nothing_breaks_the_content_security_policy(new_page):
    page = new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    open_editor(page, SANDBOX)
    write(page, TYPO + "      ")
    page.keyboard.press("Control+Space")
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".cm-problem-place").hover()
    expect(page.locator(".cm-card")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("scripted", [True, False], ids=["javascript", "none"])
def test_what_was_written_runs_in_the_simulator(new_page, scripted):
    page = new_page(java_script_enabled=scripted, viewport={"width": 360, "height": 800})
    page.goto(f"{SANDBOX}?example=web")
    page.get_by_role("button", name="シミュレーターで動かす").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("シミュレーターで動かした結果")
    expect(page.locator(".timeline-objects")).to_contain_text("3/3")
    page.get_by_role("link", name="最初").click()
    expect(page.locator(".timeline-sentence")).to_contain_text("0秒。")
    page.get_by_role("link", name="マニフェストを直す").click()
    expect(page).to_have_url(re.compile(r"/sandbox/\?t="))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_run_is_accessible(new_page, scheme):
    page = new_page(color_scheme=scheme, viewport={"width": 360, "height": 800})
    page.goto(f"{SANDBOX}?example=web")
    page.get_by_role("button", name="シミュレーターで動かす").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("シミュレーターで動かした結果")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
