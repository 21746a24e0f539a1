"""The terminal's page: what is typed runs once, is kept for its learner alone, and can be taken back."""

import re
import zlib
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from learn.progress.models import Terminal, TerminalCommand
from tests.web.pages import HTMX, hidden_fields, nothing_is_kept, part_of, text_of

pytestmark = pytest.mark.django_db

PAGE = "/terminal/"
RUN = "/terminal/run/"
CREATE = "kubectl create deployment web --image=example.com/web:1.0 --replicas=2"


def form_of(client):
    return hidden_fields(part_of(text_of(client.get(PAGE)), "terminal-form", "form"))


def press(client, do, line="", form=None, **headers):
    fields = {**(form or form_of(client)), "do": do, "line": line}
    return client.post(RUN, fields, headers=headers or None)


def run(client, line, form=None, **headers):
    return press(client, "run", line, form, **headers)


def log_of(client):
    return part_of(text_of(client.get(PAGE)), "log", "div")


def lines_run():
    return list(TerminalCommand.objects.order_by("pk").values_list("line", flat=True))


def later(**gap):
    """Let the learner's clock go on."""
    for row in Terminal.objects.all():
        Terminal.objects.filter(pk=row.pk).update(seen_at=row.seen_at - timedelta(**gap))


def now_ms(client):
    from learn.labs.terminal.session import unpack

    return unpack(bytes(Terminal.objects.order_by("-number")[0].state)).cluster.now


def test_looking_at_the_page_keeps_nothing(learner):
    html = text_of(learner.get(PAGE))
    assert len(re.findall(r"<h1\b", html)) == 1
    assert "まだコマンドはありません。" in html
    assert [f"node-{n}" in part_of(html, "picture") for n in (1, 2, 3)] == [True] * 3
    assert nothing_is_kept()


def test_a_link_fills_the_input_and_runs_nothing(learner):
    html = text_of(learner.get(PAGE, {"run": "kubectl get pods"}))
    assert re.search(r'<textarea id="command"[^>]*>\nkubectl get pods</textarea>', html)
    assert nothing_is_kept()


def test_a_command_without_htmx_shows_the_log_and_the_picture_again(learner):
    assert run(learner, "kubectl get nodes").status_code == 302
    assert "node-1   Ready" in log_of(learner)
    run(learner, CREATE)
    assert "deployment.apps/web created" in log_of(learner)
    later(seconds=30)
    press(learner, "follow")
    picture = part_of(text_of(learner.get(PAGE)), "picture")
    assert picture.count('class="pod" data-state="ready"') == 2


def test_htmx_gets_the_new_entry_alone_and_a_new_token(learner):
    form = form_of(learner)
    html = text_of(run(learner, "kubectl get nodes", form, **HTMX))
    assert "<html" not in html and "<textarea" not in html
    assert html.count('class="entry"') == 1
    token = hidden_fields(part_of(html, "terminal-keys", "span"))["token"]
    assert token != form["token"]
    assert re.search(r'id="announcer"[^>]*>NAME', html)


def test_one_form_runs_one_command_however_often_it_is_sent(learner):
    form = form_of(learner)
    for _ in range(3):
        run(learner, CREATE, form)
    assert lines_run() == [CREATE]
    assert "AlreadyExists" not in log_of(learner)


def test_the_same_form_with_another_line_is_another_command(learner):
    form = form_of(learner)
    run(learner, "kubectl get nodes", form)
    run(learner, "kubectl get pods", form)
    assert lines_run() == ["kubectl get nodes", "kubectl get pods"]


def test_two_tabs_share_one_cluster_and_each_sees_what_the_other_did(learner):
    one, two = form_of(learner), form_of(learner)
    run(learner, CREATE, one)
    html = text_of(run(learner, "kubectl get deployments", two, **HTMX))
    assert "deployment.apps/web created" in html and "web    " in html


def test_a_write_in_between_makes_the_request_begin_again(learner, monkeypatch):
    from learn.labs.terminal import turns

    run(learner, "kubectl get nodes")
    calls = []

    def unpack(state):
        if not calls:
            Terminal.objects.update(revision=99)
        calls.append(1)
        return original(state)

    original = turns.unpack
    monkeypatch.setattr(turns, "unpack", unpack)
    form = form_of(learner)
    run(learner, CREATE, form)
    assert len(calls) == 2
    assert lines_run().count(CREATE) == 1
    assert Terminal.objects.get().revision == 100


def test_a_stranger_has_a_terminal_of_their_own(learner, other_learner):
    run(learner, CREATE)
    form = form_of(learner)
    assert "web" not in log_of(other_learner)
    run(other_learner, "kubectl get deployments", {**form})
    assert "No resources found" in log_of(other_learner)
    assert press(other_learner, "clear", form=form).status_code == 302
    other_learner.post("/terminal/start-over/", {"number": form["number"]})
    assert "deployment.apps/web created" in log_of(learner)


def test_time_follows_the_learners_clock_unless_paused_or_away(learner):
    run(learner, "kubectl get nodes")
    start = now_ms(learner)
    later(seconds=20)
    press(learner, "follow")
    assert 20_000 <= now_ms(learner) - start < 25_000
    later(hours=5)
    press(learner, "pause")
    assert now_ms(learner) - start < 25_000
    paused = now_ms(learner)
    later(seconds=20)
    press(learner, "follow")
    assert now_ms(learner) == paused
    press(learner, "resume")
    later(seconds=20)
    press(learner, "follow")
    assert now_ms(learner) >= paused + 20_000


@pytest.mark.parametrize(
    ("button", "ms"), [("advance-1", 1_000), ("advance-10", 10_000), ("advance-60", 60_000)]
)
def test_a_button_lets_time_pass_once(learner, button, ms):
    press(learner, "pause")
    start, form = now_ms(learner), form_of(learner)
    press(learner, button, form=form)
    press(learner, button, form=form)
    assert now_ms(learner) == start + ms


def test_the_next_change_is_when_a_pod_changes(learner):
    press(learner, "pause")
    run(learner, CREATE)
    press(learner, "advance-next")
    assert 'class="pod"' in part_of(text_of(learner.get(PAGE)), "picture")


def test_time_keeps_what_was_typed(learner):
    response = press(learner, "advance-1", "kubectl get po")
    assert response["Location"] == "/terminal/?run=kubectl+get+po#command"


def test_a_watch_goes_on_by_short_requests_and_ends_at_ctrl_c(learner):
    press(learner, "pause")
    run(learner, "kubectl get pods -w")
    page = text_of(learner.get(PAGE))
    assert "続きを見る" in page
    refused = run(learner, "kubectl get nodes", **HTMX)
    assert refused.status_code == 422 and "「中断」" in text_of(refused)
    press(learner, "stop")
    run(learner, CREATE)
    run(learner, "kubectl get pods -w")
    form = form_of(learner)
    html = text_of(press(learner, "advance-10", form=form, **HTMX))
    assert re.search(r'id="command-3" hx-swap-oob="true" data-waiting', html)
    assert "Running" in html
    announced = re.search(r'id="announcer"[^>]*>(.*?)</div>', html, re.DOTALL)[1]
    assert "Running" in announced or "行の出力" in announced
    press(learner, "stop")
    assert "^C" in log_of(learner)
    assert TerminalCommand.objects.filter(exit_code=None).count() == 0


def test_what_is_soon_over_is_there_with_the_first_answer(learner):
    press(learner, "pause")
    run(learner, CREATE)
    run(learner, "kubectl expose deployment web --port=80 --target-port=8080 --type=NodePort")
    press(learner, "advance-10")
    start = now_ms(learner)
    run(
        learner,
        "for i in 1 2 3; do curl node-1:$(kubectl get svc web -o jsonpath='{.spec.ports[0].nodePort}'); done",
    )
    assert TerminalCommand.objects.filter(exit_code=0).count() == 3
    assert log_of(learner).count("web-") >= 3
    assert now_ms(learner) - start < 100
    run(learner, "sleep 30")
    assert TerminalCommand.objects.filter(exit_code=None).count() == 1
    assert now_ms(learner) - start < 1_200


def test_the_shell_keeps_files_and_variables_between_commands(learner):
    run(learner, "export NAME=web; echo replicas > note.txt")
    run(learner, 'echo "$NAME" $(cat note.txt) | wc -w')
    assert re.search(r"<samp>\s*2\n", log_of(learner))


def test_a_here_document_is_one_command(learner):
    run(learner, "cat <<EOF | kubectl apply -f -\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\nEOF")
    assert "configmap/c created" in log_of(learner)
    assert len(lines_run()) == 1


def test_the_shell_of_a_node_shows_its_prompt(learner):
    run(learner, "ssh node-1")
    run(learner, "hostname")
    assert "root@node-1:~# " in log_of(learner)


def test_a_kubectl_edit_opens_a_text_and_takes_it_back(learner):
    press(learner, "pause")
    run(learner, CREATE)
    press(learner, "advance-10")
    run(learner, "kubectl edit deployment web")
    html = text_of(learner.get(PAGE))
    text = re.search(r'<textarea id="edit-text"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)[1]
    assert "replicas: 2" in text
    form = form_of(learner)
    fields = {**form, "do": "save", "line": "", "text": unescape(text).replace("replicas: 2", "replicas: 5")}
    for _ in range(2):
        learner.post(RUN, fields)
    assert log_of(learner).count("deployment.apps/web edited") == 1
    press(learner, "advance-10")
    assert part_of(text_of(learner.get(PAGE)), "picture").count('class="pod"') == 5


def test_full_width_letters_are_read_as_half_width_and_said_so(learner):
    run(learner, "kubectl　ｇｅｔ nodes")
    log = log_of(learner)
    assert "全角の「ｇｅｔ」を半角として読み取りました。" in log
    assert "node-1   Ready" in log


def test_starting_over_asks_and_can_be_undone(learner):
    run(learner, CREATE)
    asked = text_of(learner.get("/terminal/start-over/"))
    form = hidden_fields(part_of(asked, "main", "main"))
    assert "deployment.apps/web created" in log_of(learner)
    for _ in range(2):
        learner.post("/terminal/start-over/", form)
    assert "まだコマンドはありません。" in log_of(learner) and "created" not in log_of(learner)
    assert Terminal.objects.count() == 2
    run(learner, "kubectl get deployments")
    assert "No resources found" in log_of(learner)
    back = hidden_fields(part_of(text_of(learner.get(PAGE)), "main", "main"))
    for _ in range(2):
        learner.post("/terminal/bring-back/", {"number": back["number"]})
    assert "deployment.apps/web created" in log_of(learner)


def test_clearing_hides_the_log_and_keeps_the_cluster(learner):
    run(learner, CREATE)
    html = text_of(press(learner, "clear", **HTMX))
    assert 'class="entry"' not in html
    assert "created" not in log_of(learner)
    run(learner, "kubectl get deployments")
    assert "web    " in log_of(learner)


def test_the_journal_has_every_command_and_every_stretch_of_time(learner):
    assert "まだ記録はありません。" in text_of(learner.get("/terminal/journal/"))
    press(learner, "pause")
    run(learner, CREATE)
    press(learner, "advance-10")
    press(learner, "advance-60")
    press(learner, "clear")
    run(learner, "kubectl get pod <b>nope")
    press(learner, "advance-next")
    html = text_of(learner.get("/terminal/journal/"))
    found = re.findall(r"<kbd>(.*?)</kbd>|時間を(\S+?)進めました", html)
    assert [line or time for line, time in found][:4] == [
        CREATE,
        "10秒",
        "1分00秒",
        "kubectl get pod &lt;b&gt;nope",
    ]
    assert "deployment.apps/web created" in html and "終了コード1" in html
    assert re.findall(r'journal-clock">(.*?)<', html)[:4] == ["1分00秒", "1分00秒", "1分10秒", "2分10秒"]


def test_the_journal_keeps_the_last_stretches_of_time(learner, monkeypatch):
    from learn.labs.terminal import turns

    monkeypatch.setattr(turns, "KEPT_COMMANDS", 3)
    press(learner, "pause")
    for _ in range(5):
        press(learner, "advance-1")
    html = text_of(learner.get("/terminal/journal/"))
    assert re.findall(r'journal-clock">(.*?)<', html) == ["1分02秒", "1分03秒", "1分04秒"]


def test_completion_knows_verbs_kinds_names_and_flags(learner):
    run(learner, CREATE)

    def words(line):
        return learner.post("/terminal/complete/", {"line": line}).json()["words"]

    assert words("kubectl desc") == ["describe"]
    assert "deployments" in words("kubectl get dep")
    assert words("kubectl get deployments w") == ["web"]
    assert "--show-labels" in words("kubectl get pods --sh")
    assert words("") == [] and words("rm -") == []


HOSTILE = {
    "fork bomb": ":(){ :|:& };:",
    "open quote": 'kubectl get "pods',
    "deep substitution": "$(" * 5_000 + ")" * 5_000,
    "endless loop": "while true; do echo x; done",
    "endless words": "for a in 1 2 3 4 5 6 7 8 9; do for b in 1 2 3 4 5 6 7 8 9; do kubectl get pods; done; done",
    "markup": "<script>alert(1)</script>",
    "format": "%s%n{{7*7}}{% load x %}",
    "long word": "kubectl " + "a" * 60_000,
    "path": "cat /etc/passwd ../../../etc/passwd",
    "surrogate": "kubectl get \ud800".encode("utf-8", "replace").decode(),
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_ends_in_a_message(learner, line):
    response = run(learner, line, **HTMX)
    assert response.status_code == 200
    assert "<script>alert" not in text_of(response)
    assert TerminalCommand.objects.get().exit_code != 0
    assert "root:" not in log_of(learner)


@pytest.mark.parametrize("line", ["x" * 1_000_000, "kubectl\x00", "\x1b[31mred", "\x01\x02\x7f"])
def test_what_cannot_be_a_line_is_refused_and_stays(learner, line):
    refused = run(learner, line, **HTMX)
    assert refused.status_code == 422
    assert refused["HX-Retarget"] == "#terminal-problem"
    assert "ください。" in text_of(refused)
    assert nothing_is_kept()


def test_nonsense_in_the_form_is_refused(learner):
    for fields in (
        {},
        {"do": "rm", "token": "x"},
        {"do": "run", "line": "ls"},
        {"do": "run", "token": "x", "seen": "-1"},
    ):
        assert learner.post(RUN, fields).status_code == 422
    assert learner.get(RUN).status_code == 405
    for path in ("start-over", "bring-back"):
        assert learner.post(f"/terminal/{path}/", {"number": "x"}).status_code == 302
        assert learner.get("/terminal/bring-back/").status_code == 405
    assert nothing_is_kept()


def test_a_long_output_is_cut_and_says_so(learner, monkeypatch):
    from learn.labs.terminal import console

    monkeypatch.setattr(console, "MAX_OUTPUT", 50)
    run(learner, "kubectl get nodes")
    assert "50文字までを表示しています。" in log_of(learner)


def test_the_log_keeps_the_last_commands_and_says_so(learner, monkeypatch):
    from learn.labs.terminal import turns

    monkeypatch.setattr(turns, "KEPT_COMMANDS", 2)
    for number in range(4):
        run(learner, f"kubectl get nodes node-{number}")
    assert "古い2件のコマンドは、記録から外しました。" in log_of(learner)
    assert TerminalCommand.objects.count() == 2


def test_a_state_that_grows_too_large_undoes_the_command(learner, monkeypatch):
    from learn.labs.terminal import session

    run(learner, "kubectl get nodes")
    monkeypatch.setattr(session, "MAX_STATE_BYTES", 100)
    refused = run(learner, CREATE, **HTMX)
    assert refused.status_code == 422 and "大きくなりすぎる" in text_of(refused)
    assert lines_run() == ["kubectl get nodes"]


def test_too_many_pods_stop_the_cluster_with_a_reason(learner):
    run(learner, "kubectl create deployment web --image=example.com/web:1.0 --replicas=2000")
    later(seconds=30)
    press(learner, "follow")
    html = text_of(learner.get(PAGE))
    assert "Podの数（300個）を超えました。" in html and "最初からやり直す" in html
    assert run(learner, "kubectl get nodes").status_code == 302


UNREADABLE_STATES = {
    "not compressed": b"broken",
    "cut short": None,
    "not a state": zlib.compress(b"[]"),
    "another version": zlib.compress(b'{"cluster": {"snapshot": 0}}'),
}


@pytest.mark.parametrize("state", UNREADABLE_STATES.values(), ids=UNREADABLE_STATES)
def test_an_unreadable_state_keeps_the_log_and_offers_a_new_cluster(learner, state):
    run(learner, CREATE)
    form = form_of(learner)
    kept = bytes(Terminal.objects.get().state)
    Terminal.objects.update(state=kept[:2_000] if state is None else state)
    html = text_of(learner.get(PAGE))
    assert "保存内容を読み取れませんでした。" in part_of(html, "unreadable")
    assert 'href="/terminal/start-over/"' in part_of(html, "unreadable")
    assert "deployment.apps/web created" in text_of(learner.get("/terminal/journal/"))
    assert "deployment.apps/web created" in log_of(learner)
    for do in ("run", "advance-10", "stop", "clear", "pause"):
        refused = press(learner, do, "kubectl get nodes", form, **HTMX)
        assert refused.status_code == 422 and "「最初からやり直す」" in text_of(refused)
    assert learner.post("/terminal/complete/", {"line": "kubectl get no"}).json()["words"] == ["nodes"]
    asked = text_of(learner.get("/terminal/start-over/"))
    learner.post("/terminal/start-over/", hidden_fields(part_of(asked, "main", "main")))
    run(learner, "kubectl get nodes")
    assert "node-1   Ready" in log_of(learner)
    learner.post("/terminal/bring-back/", {"number": Terminal.objects.order_by("-number")[0].number})
    assert "deployment.apps/web created" in log_of(learner)


def test_a_fault_of_ours_ends_in_a_message(learner, monkeypatch):
    from learn.labs.terminal import console

    def fails(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(console.kubectl, "start", fails)
    run(learner, "kubectl get nodes")
    assert "こちらの不具合" in log_of(learner)
    assert timezone.now() - Terminal.objects.get().seen_at < timedelta(minutes=1)
