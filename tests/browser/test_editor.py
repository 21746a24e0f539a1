"""The editor adds comfort and loses nothing; without JavaScript it is a textarea."""

import pytest
from playwright.sync_api import expect

from tests.browser.editing import field, open_editor, write

pytestmark = pytest.mark.browser

LAB = "/labs/liveness-timing-1/"
TYPO = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  contaners: []\n"


def test_the_form_field_follows_the_editor(new_page):
    page = new_page()
    open_editor(page, LAB)
    write(page, TYPO)
    assert field(page) == TYPO


def test_a_check_by_keyboard_marks_the_line_and_f8_goes_there(new_page):
    page = new_page()
    open_editor(page, LAB)
    write(page, TYPO)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#announcer")).to_contain_text("行目")
    expect(page.locator(".cm-problem-mark")).to_have_text("!")
    expect(page.locator(".cm-content")).to_be_focused()
    page.keyboard.press("F8")
    expect(page.locator("#announcer")).to_contain_text("行目。")
    page.locator("#result .diagnostic a[href^='#L']").first.click()
    expect(page.locator(".cm-content")).to_be_focused()


def test_tab_leaves_until_it_is_asked_to_indent(new_page):
    page = new_page()
    open_editor(page, LAB)
    page.locator(".cm-content").click()
    before = field(page)
    page.keyboard.press("Tab")
    expect(page.locator(".cm-content")).not_to_be_focused()
    assert field(page) == before
    page.get_by_label("Tabで字下げする").check()
    page.locator(".cm-content").click()
    page.keyboard.press("Tab")
    expect(page.locator(".cm-content")).to_be_focused()
    assert field(page) != before
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator(".cm-content")).not_to_be_focused()


def test_what_was_typed_offline_is_there_again(new_page):
    page = new_page()
    open_editor(page, LAB)
    page.route("**/draft/", lambda route: route.abort())
    write(page, TYPO)
    expect(page.locator("[data-part=status]")).to_contain_text("このブラウザー")
    page.reload()
    expect(page.locator(".cm-content")).to_be_visible()
    assert field(page) == TYPO
    expect(page.locator("[data-part=offer]")).to_be_visible()


def test_going_back_to_the_start_offers_the_text_again(new_page):
    page = new_page()
    open_editor(page, LAB)
    start = field(page)
    write(page, TYPO)
    page.get_by_role("button", name="元に戻す").click()
    assert field(page) == start
    page.get_by_role("button", name="その内容に切り替える").click()
    assert field(page) == TYPO


def test_a_lost_connection_is_said_and_the_check_can_be_repeated(new_page):
    page = new_page()
    open_editor(page, LAB)
    write(page, TYPO)
    page.route("**/check/", lambda route: route.abort())
    page.get_by_role("button", name="適用して確かめる").click()
    expect(page.get_by_text("結果を受け取れませんでした。書いた内容は残っています。").first).to_be_visible()
    page.unroute("**/check/")
    page.get_by_role("button", name="もう一度確かめる").click()
    expect(page.locator("#result .diagnostic").first).to_be_visible()
    assert field(page) == TYPO


def test_nothing_breaks_the_content_security_policy(new_page):
    page = new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    open_editor(page, LAB)
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nstatuss: {}\n")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result .diagnostic").first).to_be_visible()
    assert complaints == []


def test_without_javascript_the_textarea_is_the_editor(new_page):
    page = new_page(java_script_enabled=False)
    page.goto(LAB)
    page.locator("textarea[name=text]").fill(TYPO)
    page.get_by_role("button", name="適用して確かめる").click()
    expect(page.locator("#result .diagnostic").first).to_be_visible()
    assert field(page).replace("\r\n", "\n") == TYPO


def test_a_term_opens_in_place_and_closes_with_escape(new_page):
    page = new_page()
    page.goto("/courses/probes/liveness-timing/")
    term = page.locator(".prose a.term").first
    term.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(term).to_be_focused()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/courses/probes/liveness-timing/",
        LAB,
        "/labs/deployment-replicaset-1/",
        "/glossary/",
        "/styleguide/",
    ],
)
def test_no_page_scrolls_sideways_at_360_px(new_page, path):
    page = new_page(viewport={"width": 360, "height": 740})
    page.goto(path)
    page.locator("details").evaluate_all("found => found.forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
