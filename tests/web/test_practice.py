"""The page of a terminal exercise: any way that brings the goals about passes, and is kept for its learner alone."""

import re
from datetime import timedelta
from html import unescape
from itertools import count

import pytest

from learn.kubectl.practice import script_lines
from learn.library import get_catalog
from learn.progress.models import ExerciseCheck, ExerciseDraft, Terminal, TerminalCommand
from tests.web.pages import HTMX, hidden_fields, nothing_is_kept, part_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_lessons")]

PAGE = "/labs/kubectl-scale-1/"
SCALE = "kubectl scale deployments/kubernetes-bootcamp --replicas=4"
ANSWERS = {"answer-first-ready": "1/1", "answer-up-to-date": "4", "answer-busiest-node": "node-1"}
LOOK = ("kubectl get pods -o wide", "kubectl describe deployments/kubernetes-bootcamp")


def form_of(client, page=PAGE):
    return hidden_fields(part_of(text_of(client.get(page)), "terminal-form", "form"))


def press(client, do, line="", form=None, page=PAGE, **headers):
    fields = {**(form or form_of(client, page)), "do": do, "line": line}
    return client.post(f"{page}terminal/run/", fields, headers=headers or None)


def run(client, *lines, page=PAGE):
    for line in lines:
        assert press(client, "run", line, page=page).status_code == 302


def judge(client, answers=ANSWERS, page=PAGE):
    response = client.post(f"{page}terminal/judge/", answers, headers=HTMX)
    return text_of(response)


def goals(html):
    """The states of the goals, in their order."""
    return re.findall(r'<li class="goal" data-state="(\w+)"', part_of(html, "goals", "section"))


def announced(html):
    return re.search(r'id="announcer"[^>]*>(.*?)</div>', html, re.DOTALL)[1]


def solved():
    return ExerciseCheck.objects.filter(exercise_id="kubectl-scale-1", solved=True).exists()


def test_looking_keeps_nothing_and_shows_the_cluster_of_the_exercise(learner):
    html = text_of(learner.get(PAGE))
    assert len(re.findall(r"<h1\b", html)) == 1
    assert goals(html) == ["unready"] * 6
    assert "kubernetes-bootcamp-677cd7d7b5-zd26n" in part_of(html, "picture")
    assert "5分" in part_of(html, "terminal-status")
    assert nothing_is_kept()


def test_the_tutorial_is_solved_and_kept(learner):
    run(learner, "kubectl get deployments", SCALE)
    press(learner, "advance-10")
    run(learner, "kubectl get deployments", *LOOK)
    assert goals(text_of(learner.get(PAGE))).count("ready") == 3
    assert not solved()
    html = judge(learner)
    assert goals(html) == ["ready"] * 6
    assert "目標をすべて達成しました。" in html
    assert 'href="/labs/kubectl-scale-2/"' in part_of(html, "next", "section")
    assert solved()
    assert 'id="solutions"' in text_of(learner.get(PAGE))


WAYS = {
    "patch": ['kubectl patch deploy/kubernetes-bootcamp -p \'{"spec":{"replicas":4}}\''],
    "patch the scale": [
        'kubectl patch deploy/kubernetes-bootcamp --subresource=scale --type=merge -p \'{"spec":{"replicas":4}}\''
    ],
    "apply": [
        "kubectl get deploy kubernetes-bootcamp -o yaml | sed 's/replicas: 1/replicas: 4/' | kubectl apply -f -"
    ],
    "replace": [
        "kubectl get deploy kubernetes-bootcamp -o yaml | sed 's/replicas: 1/replicas: 4/' | kubectl replace -f -"
    ],
    "step by step": ["kubectl scale deploy kubernetes-bootcamp --replicas=2", SCALE],
    "autoscale": ["kubectl autoscale deploy kubernetes-bootcamp --min=4 --max=6"],
}


@pytest.mark.parametrize("lines", WAYS.values(), ids=WAYS)
def test_several_ways_pass(learner, lines):
    run(learner, *lines)
    press(learner, "advance-60")
    run(learner, "kubectl get po -owide", "kubectl events")
    assert goals(judge(learner)) == ["ready"] * 6


EXERCISES = (
    "deployment-replicaset-2",
    "service-clusterip-2",
    "probes-overview-2",
    *(f"kubectl-scale-{n}" for n in (1, 2, 3)),
)


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_every_solution_passes_request_by_request(learner, exercise_id):
    """As a learner does it: the cluster is put away and taken up again between any two commands."""
    exercise = get_catalog().exercises[exercise_id]
    answers = {f"answer-{goal.id}": goal.question.example for goal in exercise.goals if goal.question}
    tokens = ({"token": f"form-{number}"} for number in count())
    for solution in exercise.solutions:
        for line in script_lines(solution.text):
            press(learner, "run", line, next(tokens), exercise.url)
            while TerminalCommand.objects.filter(exit_code=None).exists():
                press(learner, "advance-1", form=next(tokens), page=exercise.url)
            press(learner, "advance-1", form=next(tokens), page=exercise.url)
        html = judge(learner, answers, exercise.url)
        assert set(goals(html)) == {"ready"}, solution.title
        number = Terminal.objects.filter(exercise_id=exercise_id).latest("number").number
        learner.post(f"{exercise.url}terminal/start-over/", {"number": str(number)})


def test_an_edited_object_passes(learner):
    run(learner, "kubectl edit deployment kubernetes-bootcamp")
    html = text_of(learner.get(PAGE))
    text = unescape(re.search(r'<textarea id="edit-text"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)[1])
    fields = {
        **form_of(learner),
        "do": "save",
        "line": "",
        "text": text.replace("replicas: 1", "replicas: 4"),
    }
    learner.post(f"{PAGE}terminal/run/", fields)
    press(learner, "advance-10")
    run(learner, *LOOK)
    assert goals(judge(learner)) == ["ready"] * 6


def test_the_last_command_solves_once_the_answers_are_there(learner):
    run(learner, SCALE)
    press(learner, "advance-10")
    run(learner, "kubectl get pods -o wide")
    judge(learner)
    assert not solved()
    html = text_of(press(learner, "run", LOOK[1], **HTMX))
    assert goals(html) == ["ready"] * 6
    assert "目標をすべて達成しました。" in announced(html)
    assert solved()


def test_success_is_kept_when_things_change_later(learner):
    test_the_tutorial_is_solved_and_kept(learner)
    judge(learner, {**ANSWERS, "answer-up-to-date": "3"})
    learner.post(f"{PAGE}terminal/start-over/", {"number": "1"})
    html = text_of(learner.get(PAGE))
    assert "この演習は完了しています。" in html
    assert "完了" in text_of(learner.get("/courses/scaling/kubectl-scale/"))


def test_what_is_missing_is_told_only_to_who_asks(learner):
    html = text_of(press(learner, "run", "kubectl get deployments", **HTMX))
    assert goals(html) == ["unready"] * 6
    html = judge(learner, {"answer-first-ready": "１／１"})
    assert goals(html) == ["ready", "fail", "fail", "fail", "fail", "fail"]
    assert "同時に準備完了になったPodは、いままでで最も多くて1つです。" in html
    assert "まだ答えていません。" in html
    assert re.search(r'id="announcer"[^>]*>達成した目標は6つのうち1です。', html)


def test_a_known_mistake_is_named(learner):
    hint = "種類と名前の両方を書きます。"
    assert hint not in text_of(press(learner, "run", "kubectl get pods", **HTMX))
    html = text_of(press(learner, "run", "kubectl scale deployment --replicas=4", **HTMX))
    assert hint in html
    assert "気づいたことを示しました。" in announced(html)
    assert "気づいたこと" not in announced(text_of(press(learner, "run", "kubectl get pods", **HTMX)))
    run(learner, SCALE)
    press(learner, "advance-10")
    assert hint not in text_of(learner.get(PAGE))


def test_answers_stay_for_the_next_visit_and_are_shown_as_text(learner):
    judge(learner, {"answer-first-ready": '"><script>alert(1)</script>', "answer-up-to-date": "x" * 9_999})
    html = text_of(learner.get(PAGE))
    assert "<script>alert" not in html
    assert 'value="&quot;&gt;&lt;script&gt;' in html
    assert len(ExerciseDraft.objects.get().text) < 1_000


def test_answers_are_kept_while_they_are_typed(learner):
    response = learner.post(f"{PAGE}terminal/answers/", {"answer-first-ready": "1/1"}, headers=HTMX)
    assert response.status_code == 204
    assert 'value="1/1"' in text_of(learner.get(PAGE))
    assert goals(text_of(press(learner, "run", "kubectl get pods", **HTMX)))[0] == "ready"


def test_it_works_without_htmx(learner):
    run(learner, SCALE)
    response = learner.post(f"{PAGE}terminal/judge/", ANSWERS)
    assert response["Location"] == f"{PAGE}?judged=1#goals"
    assert "fail" in goals(text_of(learner.get(response["Location"])))
    assert "fail" not in goals(text_of(learner.get(PAGE)))
    assert learner.post(f"{PAGE}terminal/hint/", {"hint": "1"}).status_code == 302
    html = text_of(learner.get(PAGE))
    assert "ヒント1 / 3" in html and "ヒント2 / 3" not in html


def test_hints_open_one_by_one_and_then_the_solutions(learner):
    for number in (1, 1, 2, 3, 4):
        html = text_of(learner.post(f"{PAGE}terminal/hint/", {"hint": str(number)}, headers=HTMX))
    assert "ヒント3 / 3" in html
    assert "解答例" in html and "kubectl rollout status deployment/kubernetes-bootcamp" in html


def test_each_exercise_has_a_cluster_of_its_own_and_so_has_each_learner(learner, other_learner):
    run(learner, SCALE)
    for client, page in ((learner, "/labs/kubectl-scale-2/"), (other_learner, PAGE)):
        assert 'class="entry"' not in text_of(client.get(page))
    run(learner, "kubectl delete deployment kubernetes-bootcamp", page="/labs/kubectl-scale-3/")
    assert "deployment.apps/kubernetes-bootcamp scaled" in text_of(learner.get(PAGE))
    assert 'class="entry"' not in text_of(learner.get("/terminal/"))
    assert Terminal.objects.filter(exercise_id="").count() == 0


def test_starting_over_brings_the_beginning_back_and_can_be_undone(learner):
    run(learner, SCALE)
    asked = text_of(learner.get(f"{PAGE}terminal/start-over/"))
    form = hidden_fields(part_of(asked, "main", "main"))
    for _ in range(2):
        assert learner.post(f"{PAGE}terminal/start-over/", form)["Location"] == PAGE
    html = text_of(learner.get(PAGE))
    assert 'class="entry"' not in html and "Podは1個です" in html
    run(learner, "kubectl get deployments")
    assert "1/1" in part_of(text_of(learner.get(PAGE)), "log")
    back = hidden_fields(part_of(text_of(learner.get(PAGE)), "main", "main"))
    learner.post(f"{PAGE}terminal/bring-back/", {"number": back["number"]})
    assert "scaled" in part_of(text_of(learner.get(PAGE)), "log")


def test_one_form_runs_one_command(learner):
    form = form_of(learner)
    for _ in range(3):
        press(learner, "run", SCALE, form)
    assert TerminalCommand.objects.count() == 1


def test_requests_are_counted_across_many_short_requests(learner):
    """Load goes on between requests; a state that is saved and read again loses and doubles none of it."""
    page = "/labs/kubectl-scale-3/"
    run(learner, "kubectl get pods -o wide", page=page)
    run(learner, "kubectl scale deployments/kubernetes-bootcamp --replicas=2", page=page)
    run(learner, "kubectl get deployments; kubectl get pods", page=page)
    for _ in range(12):
        press(learner, "advance-1", page=page)
    answers = {"answer-expected-node": "node-1", "answer-terminating": "4"}
    assert goals(judge(learner, answers, page)) == ["ready"] * 4


def test_lost_requests_are_told_and_can_be_taken_back(learner):
    page = "/labs/kubectl-scale-3/"
    run(learner, "kubectl scale deployments/kubernetes-bootcamp --replicas=0", page=page)
    press(learner, "advance-60", page=page)
    html = judge(learner, {}, page)
    assert goals(html)[2] == "fail"
    assert re.search(r"[1-9]\d*件の呼び出しが失敗しました。", html)
    learner.post(f"{page}terminal/start-over/", {"number": "1"})
    assert goals(judge(learner, {}, page))[2] == "fail"
    run(learner, "kubectl scale deployments/kubernetes-bootcamp --replicas=2", page=page)
    press(learner, "advance-10", page=page)
    assert goals(judge(learner, {}, page))[2] == "ready"


def test_an_unreadable_state_is_told_and_the_goals_stay_open(learner):
    run(learner, SCALE)
    Terminal.objects.update(state=b"broken")
    html = text_of(learner.get(PAGE))
    assert "保存内容を読み取れませんでした。" in html and "scaled" in part_of(html, "log")
    html = judge(learner)
    assert "「最初からやり直す」" in html
    assert goals(html) == ["unready"] * 6
    assert ExerciseDraft.objects.get().text
    assert learner.post(f"{PAGE}terminal/judge/", ANSWERS).status_code == 409


def test_a_fault_of_ours_leaves_the_goals_open_and_says_so(learner, monkeypatch):
    from learn.labs.terminal import standing

    def fails(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(standing, "values_now", fails)
    html = judge(learner)
    assert goals(html) == ["unready"] * 6
    assert "目標を確かめられませんでした。" in html
    assert not solved()


def test_time_goes_on_before_judging(learner):
    run(learner, SCALE)
    Terminal.objects.update(seen_at=Terminal.objects.get().seen_at - timedelta(seconds=30))
    assert goals(judge(learner))[1] == "ready"


@pytest.mark.parametrize("name", ["nothing", "liveness-timing-1", "kubectl-scale-4"])
@pytest.mark.parametrize("deed", ["run", "judge", "hint", "start-over", "bring-back", "complete", "answers"])
def test_there_is_no_terminal_elsewhere(learner, name, deed):
    assert learner.post(f"/labs/{name}/terminal/{deed}/", {}).status_code == 404
    assert nothing_is_kept()
