"""The terminal in a real browser: typing, going back, waiting, without JavaScript, on a phone, after a restart."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
CREATE = "kubectl create deployment web --image=example.com/web:1.0 --replicas=2"


def open_terminal(page, path="/terminal/"):
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("ターミナル")
    return page.locator("#command")


def enter(page, line):
    command = page.locator("#command")
    count = page.locator("#log .entry").count()
    command.fill(line)
    command.press("Enter")
    expect(page.locator("#log .entry")).to_have_count(count + 1)
    expect(command).to_have_value("")


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(item["id"], [node["target"] for node in item["nodes"]]) for item in found]


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["wide", "phone"])
def test_typing_runs_a_command_and_stays_in_the_input(new_page, viewport):
    page = new_page(viewport=viewport)
    page.route_web_socket("**", lambda socket: socket.close())
    open_terminal(page)
    enter(page, CREATE)
    expect(page.locator("#log")).to_contain_text("deployment.apps/web created")
    expect(page.locator("#announcer")).to_have_text("deployment.apps/web created")
    expect(page.locator("#command")).to_be_focused()
    page.get_by_role("button", name="+10秒").click()
    expect(page.locator("#picture .pod[data-state=ready]")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_arrows_bring_earlier_lines_and_the_unfinished_one_back(new_page):
    page = new_page()
    command = open_terminal(page)
    enter(page, "kubectl get nodes")
    enter(page, "kubectl get pods")
    command.fill("kubectl de")
    for expected in ("kubectl get pods", "kubectl get nodes", "kubectl get nodes"):
        command.press("ArrowUp")
        expect(command).to_have_value(expected)
    for expected in ("kubectl get pods", "kubectl de"):
        command.press("ArrowDown")
        expect(command).to_have_value(expected)


def test_tab_completes_what_is_written_and_leaves_an_empty_input(new_page):
    page = new_page()
    command = open_terminal(page)
    command.fill("kubectl desc")
    command.press("Tab")
    expect(command).to_have_value("kubectl describe ")
    command.fill("")
    command.press("Tab")
    expect(command).not_to_be_focused()


def test_nothing_happens_while_a_word_is_being_composed(new_page):
    page = new_page()
    command = open_terminal(page)
    command.fill("kubectl get pods")
    command.evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    expect(page.locator("#log .entry")).to_have_count(0)
    expect(command).to_have_value("kubectl get pods")


def test_pasted_lines_run_one_by_one_once_sent(new_page):
    page = new_page()
    command = open_terminal(page)
    command.fill("kubectl get nodes\nkubectl get pods\nkubectl get services")
    expect(page.locator("#log .entry")).to_have_count(0)
    command.press("Enter")
    expect(page.locator("#log .entry")).to_have_count(3)
    assert page.locator("#log kbd").all_text_contents() == [
        "kubectl get nodes",
        "kubectl get pods",
        "kubectl get services",
    ]


def test_a_watch_goes_on_by_itself_until_ctrl_c(new_page):
    page = new_page()
    command = open_terminal(page)
    enter(page, CREATE)
    enter(page, "kubectl get pods -w")
    expect(page.locator("#command-2")).to_contain_text("Running")
    command.press("Control+c")
    expect(page.locator("#command-2")).to_contain_text("^C")
    expect(page.locator("#terminal-status[data-waiting]")).to_have_count(0)
    enter(page, "kubectl get pods")


def test_a_link_fills_the_input_and_runs_nothing(new_page):
    page = new_page()
    command = open_terminal(page, "/terminal/?run=kubectl+get+nodes")
    expect(command).to_have_value("kubectl get nodes")
    page.get_by_role("link", name="get services").click()
    expect(command).to_have_value("kubectl get services")
    expect(command).to_be_focused()
    expect(page.locator("#log .entry")).to_have_count(0)


def test_a_double_click_runs_once(new_page):
    page = new_page()
    open_terminal(page).fill(CREATE)
    page.get_by_role("button", name="実行").dblclick()
    expect(page.locator("#log")).to_contain_text("created")
    enter(page, "kubectl get deployments")
    expect(page.locator("#log")).not_to_contain_text("already exists")


def test_everything_works_without_javascript(new_page):
    page = new_page(java_script_enabled=False)
    page.goto("/terminal/")
    page.locator("#command").fill(CREATE)
    page.get_by_role("button", name="実行").click()
    expect(page.locator("#log")).to_contain_text("deployment.apps/web created")
    page.get_by_role("button", name="+10秒").click()
    expect(page.locator("#picture .pod[data-state=ready]")).to_have_count(2)
    page.locator("#command").fill("kubectl get pods -w")
    page.get_by_role("button", name="実行").click()
    page.get_by_role("button", name="続きを見る").click()
    page.get_by_role("button", name="中断").click()
    expect(page.locator("#log")).to_contain_text("^C")
    page.get_by_role("link", name="最初からやり直す").click()
    page.get_by_role("button", name="最初からやり直す").click()
    expect(page.locator("#log")).not_to_contain_text("created")
    page.get_by_role("button", name="前のクラスターに入れ替える").click()
    expect(page.locator("#log")).to_contain_text("deployment.apps/web created")


def test_a_reload_and_a_restart_keep_cluster_and_log(new_page, server):
    page = new_page()
    open_terminal(page)
    enter(page, CREATE)
    page.reload()
    server.restart()
    page.reload()
    expect(page.locator("#log .entry")).to_have_count(1)
    enter(page, "kubectl get deployments")
    expect(page.locator("#command-2")).to_contain_text("web    ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["wide", "phone"])
def test_the_terminal_has_no_violation(new_page, scheme, viewport):
    page = new_page(color_scheme=scheme, viewport=viewport)
    open_terminal(page)
    assert violations(page) == []
    enter(page, CREATE)
    enter(page, "kubectl get pod nope")
    enter(page, "kubectl　get pods -w")
    page.get_by_text("表で見る").click()
    assert violations(page) == []
    page.goto("/terminal/start-over/")
    assert violations(page) == []


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["wide", "phone"])
def test_a_long_output_scrolls_in_the_log_and_the_page_ends_with_its_footer(new_page, viewport):
    page = new_page(viewport=viewport)
    open_terminal(page)
    enter(page, "kubectl describe nodes")
    enter(page, "kubectl get nodes")
    below_footer = """
        document.documentElement.scrollHeight
          - Math.ceil(document.querySelector("footer").getBoundingClientRect().bottom + scrollY)
    """
    assert page.evaluate(below_footer) <= 1
