"""The scaling tutorial in a real browser, and what may happen to a browser meanwhile."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
FIRST, SECOND, THIRD = (f"/labs/kubectl-scale-{number}/" for number in (1, 2, 3))
SCALE = "kubectl scale deployments/kubernetes-bootcamp --replicas=4"
NODE_PORT = (
    "export NODE_PORT=\"$(kubectl get services/kubernetes-bootcamp -o go-template='"
    "{{(index .spec.ports 0).nodePort}}')\""
)


class Hands:
    """A learner at a terminal, who types commands or clicks those of the task."""

    def __init__(self, page, *, clicks):
        self.page = page
        self.clicks = clicks

    def run(self, line, *, lasts=False):
        """Run a line to its end, unless it `lasts`, and give what it printed."""
        count = self.page.locator("#log .entry").count()
        if self.clicks:
            command = self.page.locator("figure.terminal").filter(has_text=line).first
            command.get_by_role("link", name="ターミナルで試す").click()
            expect(self.page.locator("#command")).to_have_value(line)
            assert self.page.locator("#log .entry").count() == count
            self.page.get_by_role("button", name="実行").click()
        else:
            self.page.locator("#command").click()
            self.page.keyboard.type(line)
            self.page.keyboard.press("Enter")
        expect(self.page.locator("#log .entry")).to_have_count(count + 1)
        entry = self.page.locator("#log .entry").last
        expect(entry.locator("kbd")).to_have_text(line)
        if not lasts:
            expect(self.page.locator("#log .entry[data-waiting]")).to_have_count(0)
        return entry.inner_text()

    def wait_ten_seconds(self):
        before = self.page.locator(".terminal-clock").inner_text()
        self.page.get_by_role("button", name="+10秒").click()
        expect(self.page.locator(".terminal-clock")).not_to_have_text(before)

    def finish(self):
        self.page.get_by_role("button", name="確かめる", exact=True).click()
        expect(self.page.locator("#next")).to_contain_text("この演習は完了しています。")

    def go_on(self, url):
        self.page.locator("#next").get_by_role("link", name=re.compile("次の")).click()
        expect(self.page).to_have_url(re.compile(f"{url}$"))


def scale_up(hands):
    page = hands.page
    assert "1/1" in hands.run("kubectl get deployments")
    assert "deployment.apps/kubernetes-bootcamp scaled" in hands.run(SCALE)
    hands.wait_ten_seconds()
    assert re.search(r"4/4 +4 +4", hands.run("kubectl get deployments"))
    pods = hands.run("kubectl get pods -o wide")
    assert len(set(re.findall(r"10\.244\.\d+\.\d+", pods))) == 4
    events = hands.run("kubectl describe deployments/kubernetes-bootcamp")
    assert re.search(r"Scaled up replica set \S+ from 1 to 4", events)
    expect(page.locator("#picture .pod[data-state=ready]")).to_have_count(4)
    page.get_by_label("手順1のREADYは").fill("1/1")
    page.get_by_label("UP-TO-DATEはいくつ").fill("4")
    page.get_by_label("最も多くのPod").fill("node-1")
    hands.finish()


def call_from_outside(hands):
    page = hands.page
    service = hands.run("kubectl describe services/kubernetes-bootcamp")
    assert "+ 1 more..." in service
    port = re.search(r"NodePort: +<unset> +(\d+)/TCP", service)[1]
    assert 30000 <= int(port) <= 32767
    hands.run(NODE_PORT)
    assert f"NODE_PORT={port}" in hands.run("echo NODE_PORT=$NODE_PORT")
    many = hands.run("for i in 1 2 3 4 5 6 7 8 9 10; do curl http://node-1:$NODE_PORT; done")
    assert len(set(re.findall(r"Running on: (\S+)", many))) >= 3
    assert "Running on:" in hands.run("curl http://node-3:$NODE_PORT")
    page.get_by_label("手順1で、宛先").fill("4")
    page.get_by_label("故障ではない").check()
    page.get_by_label("応えた", exact=True).check()
    hands.finish()


def scale_down(hands):
    page = hands.page
    assert hands.run("kubectl get pods -o wide").count("Running") == 4
    hands.run("kubectl scale deployments/kubernetes-bootcamp --replicas=2")
    both = hands.run("kubectl get deployments; kubectl get pods -o wide")
    assert "2/2" in both and both.count("Terminating") == 2
    hands.wait_ten_seconds()
    after = hands.run("kubectl get deployments; kubectl get pods -o wide")
    assert after.count("Running") == 2 and "Terminating" not in after
    page.get_by_label("消えた2つのPodは").fill("node-1")
    page.get_by_label("2/2になったとき").fill("4")
    hands.finish()


@pytest.mark.parametrize("clicks", [True, False], ids=["clicking", "typing"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_whole_tutorial_is_done_without_a_websocket(new_page, viewport, clicks):
    page = new_page(viewport=viewport)
    opened = []
    page.route_web_socket("**", lambda socket: opened.append(socket.url) or socket.close())
    page.goto("/courses/scaling/kubectl-scale/")
    page.locator("#exercise-kubectl-scale-1").get_by_role("link", name="演習を始める").click()
    hands = Hands(page, clicks=clicks)
    scale_up(hands)
    hands.go_on(SECOND)
    call_from_outside(hands)
    hands.go_on(THIRD)
    scale_down(hands)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert opened == []
    page.goto("/courses/scaling/kubectl-scale/")
    for number in (1, 2, 3):
        expect(page.locator(f"#exercise-kubectl-scale-{number}")).to_contain_text("完了")


def test_the_tutorial_needs_no_javascript(new_page):
    page = new_page(java_script_enabled=False)
    page.goto(FIRST)
    scale_up(Hands(page, clicks=True))


def test_a_command_of_the_lesson_fills_the_terminal_of_its_exercise(new_page):
    page = new_page()
    page.goto("/courses/scaling/kubectl-scale/")
    page.locator("figure.terminal").filter(has_text=SCALE).first.get_by_role(
        "link", name="ターミナルで試す"
    ).click()
    expect(page).to_have_url(re.compile(FIRST))
    expect(page.locator("#command")).to_have_value(SCALE)
    expect(page.locator("#log .entry")).to_have_count(0)


def test_clicking_twice_never_runs_twice(new_page):
    page = new_page()
    page.goto(FIRST)
    link = page.locator("figure.terminal").filter(has_text=SCALE).get_by_role("link")
    link.dblclick()
    expect(page.locator("#command")).to_have_value(SCALE)
    expect(page.locator("#log .entry")).to_have_count(0)
    page.get_by_role("button", name="実行").dblclick()
    expect(page.locator("#log .entry")).to_have_count(1)
    link.dblclick()
    page.locator("#command").press("Enter")
    page.locator("#command").press("Enter")
    expect(page.locator("#log .entry")).to_have_count(2)
    page.reload()
    expect(page.locator("#log .entry")).to_have_count(2)


def test_two_tabs_show_one_cluster_and_one_log(new_page):
    one = new_page()
    one.goto(FIRST)
    two = one.context.new_page()
    two.goto(FIRST)
    Hands(one, clicks=False).run(SCALE)
    two.locator("#command").fill("kubectl get deployments")
    two.locator("#command").press("Enter")
    expect(two.locator("#log .entry")).to_have_count(2)
    assert two.locator("#log kbd").all_text_contents() == [SCALE, "kubectl get deployments"]
    expect(two.locator("#log .entry").last).to_contain_text("/4")
    for page in (one, two):
        page.reload()
        expect(page.locator("#log .entry")).to_have_count(2)
        assert page.locator("#log").inner_text().count("scaled") == 1


def test_an_answer_lost_on_the_way_does_not_run_the_command_again(new_page):
    page = new_page()
    page.goto(FIRST)
    lost = []

    def lose_the_first(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page.route("**/terminal/run/", lose_the_first)
    page.locator("#command").fill(SCALE)
    page.locator("#command").press("Enter")
    expect(page.locator("#terminal-form .notice")).to_contain_text("結果を受け取れませんでした。")
    expect(page.locator("#command")).to_have_value(SCALE)
    page.get_by_role("button", name="もう一度").click()
    expect(page.locator("#log .entry")).to_have_count(1)
    assert lost == [200]
    page.reload()
    expect(page.locator("#log .entry")).to_have_count(1)


def test_a_killed_server_loses_nothing(new_page, server):
    page = new_page()
    page.goto(FIRST)
    hands = Hands(page, clicks=False)
    hands.run(SCALE)
    hands.wait_ten_seconds()
    page.get_by_label("手順1のREADYは").fill("1/1")
    server.kill()
    try:
        page.locator("#command").fill("kubectl get pods -o wide")
        page.locator("#command").press("Enter")
        expect(page.locator("#terminal-form .notice")).to_contain_text("結果を受け取れませんでした。")
    finally:
        server.start()
    page.get_by_role("button", name="もう一度").click()
    expect(page.locator("#log .entry")).to_have_count(2)
    assert page.locator("#log .entry").last.inner_text().count("Running") == 4
    expect(page.get_by_label("手順1のREADYは")).to_have_value("1/1")
    page.reload()
    assert page.locator("#log kbd").all_text_contents() == [SCALE, "kubectl get pods -o wide"]


def test_a_laptop_that_slept_finds_cluster_and_log_as_they_were(new_page, server):
    page = new_page()
    page.clock.install()
    page.goto(FIRST)
    hands = Hands(page, clicks=False)
    hands.run(SCALE)
    hands.run("kubectl get pods -w", lasts=True)
    server.manage(
        "shell",
        "--verbosity=0",
        "--command",
        "from datetime import timedelta; from django.db.models import F;"
        "from learn.progress.models import Terminal;"
        "Terminal.objects.update(seen_at=F('seen_at') - timedelta(hours=8))",
    )
    page.clock.fast_forward("08:00:00")
    page.clock.resume()
    page.locator("#command").press("Control+c")
    expect(page.locator("#log .entry").last).to_contain_text("^C")
    expect(page.locator(".terminal-clock")).to_contain_text("5分")
    assert page.locator("#log kbd").all_text_contents() == [SCALE, "kubectl get pods -w"]
    assert page.locator("#log").inner_text().count("scaled") == 1


def test_a_typed_answer_survives_a_reload(new_page):
    page = new_page()
    page.goto(SECOND)
    page.get_by_label("手順1で、宛先").fill("4")
    with page.expect_response(lambda response: "answer-random" in (response.request.post_data or "")):
        page.get_by_label("故障ではない").check()
    page.reload()
    expect(page.get_by_label("手順1で、宛先")).to_have_value("4")
    expect(page.get_by_label("故障ではない")).to_be_checked()


def test_a_state_that_cannot_be_read_leaves_the_log_and_a_way_on(new_page, server):
    page = new_page()
    faults = []
    page.on("pageerror", lambda fault: faults.append(fault))
    page.goto(FIRST)
    Hands(page, clicks=False).run(SCALE)
    server.manage(
        "shell",
        "--verbosity=0",
        "--command",
        "from learn.progress.models import Terminal; Terminal.objects.update(state=b'broken')",
    )
    page.locator("#command").fill("kubectl get pods")
    page.locator("#command").press("Enter")
    expect(page.locator("#terminal-problem")).to_contain_text("「最初からやり直す」")
    expect(page.locator("#command")).to_have_value("kubectl get pods")
    page.reload()
    expect(page.locator("#log")).to_contain_text("deployment.apps/kubernetes-bootcamp scaled")
    page.locator("#unreadable").get_by_role("link", name="最初からやり直す").click()
    page.get_by_role("button", name="最初からやり直す").click()
    assert "1/1" in Hands(page, clicks=False).run("kubectl get deployments")
    assert faults == []


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(item["id"], [node["target"] for node in item["nodes"]]) for item in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_terminal_exercise_has_no_violation(new_page, scheme, viewport):
    page = new_page(color_scheme=scheme, viewport=viewport)
    page.goto(SECOND)
    assert violations(page) == []
    Hands(page, clicks=False).run("curl http://host01:30000")
    page.get_by_role("button", name="確かめる", exact=True).click()
    expect(page.locator("#goals")).to_contain_text("未達成")
    page.get_by_role("button", name="ヒントを見る").click()
    expect(page.locator("#hints")).to_contain_text("ヒント1 / 3")
    page.locator("#log .reading summary").click()
    assert violations(page) == []
    page.get_by_role("link", name="すべての記録").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("すべての記録")
    page.get_by_text("終了コード6").click()
    assert violations(page) == []
