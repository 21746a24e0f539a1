"""The ladder of hints: what the run showed, the author's words, and the smallest edit that passes."""

import re
from html import unescape

import pytest

from learn.labs.hints import diff_of, rungs_of
from learn.library import get_catalog
from learn.progress.models import ExerciseCheck
from tests.web.pages import HTMX, part_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_lessons")]

LAB = "/labs/liveness-timing-1/"


@pytest.fixture
def exercise():
    return get_catalog().exercises["liveness-timing-1"]


@pytest.fixture
def wrong(exercise):
    """Every second, once: killed by a short interruption. With a comment of the learner's."""
    text = next(each.text for each in exercise.mistakes if each.file.endswith("period-1-once.yaml"))
    return text.replace("failureThreshold: 1", "failureThreshold: 1  # まず1回")


def opened(client, text, count):
    for number in range(1, count + 1):
        client.post(f"{LAB}hint/", {"text": text, "hint": str(number)})
    return part_of(text_of(client.get(LAB)), "hints")


def words(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


def test_the_first_hint_tells_what_the_run_showed(learner, exercise, wrong):
    learner.post(f"{LAB}check/", {"text": wrong})
    hints = opened(learner, wrong, 1)
    assert "達成していない目標：4秒の瞬断" in words(hints)
    assert "いまは周期1秒で、failureThresholdは1です。" in words(hints)
    assert "「固まらない日」の29秒" in words(hints)
    link = unescape(re.search(r'href="([^"]+#timeline)"', hints)[1])
    assert "理由をたどる" in text_of(learner.get(link.partition("#")[0]))


def test_a_text_that_was_not_checked_has_no_instant_to_look_at(learner, wrong):
    hints = opened(learner, wrong, 1)
    assert "「固まらない日」の29秒" in words(hints)
    assert "#timeline" not in hints


def test_with_an_error_it_leads_to_its_line(learner, exercise):
    hints = opened(learner, exercise.start.replace("replicas", "replcias"), 1)
    assert "直すところがあるため、まだ動かしていません。" in hints
    assert 'href="#L' in hints


def test_the_last_hint_is_an_edit_of_the_learners_own_text(learner, exercise, wrong):
    hints = opened(learner, wrong, rungs_of(exercise))
    assert re.findall(r"<del>\s*(.*?)</del>", hints) == ["failureThreshold: 1  # まず1回"]
    assert re.findall(r"<ins>\s*(.*?)</ins>", hints) == ["failureThreshold: 5  # まず1回"]
    assert "次の1行を変えると" in hints


def test_the_edit_is_applied_and_passes_and_can_be_undone(learner, exercise, wrong):
    opened(learner, wrong, rungs_of(exercise))
    page = text_of(learner.post(f"{LAB}repair/", {"text": wrong}, follow=True))
    assert "目標をすべて達成しました。" in part_of(page, "result")
    assert "ヒントの直し方を適用しました。" in page
    assert ExerciseCheck.objects.get(solved=True).text == wrong.replace("Threshold: 1 ", "Threshold: 5 ")
    learner.post(f"{LAB}undo/", {"text": "x"})
    assert "failureThreshold: 1  # まず1回" in text_of(learner.get(LAB))


def test_htmx_is_sent_to_the_page_with_the_new_text(learner, exercise, wrong):
    opened(learner, wrong, rungs_of(exercise))
    answer = learner.post(f"{LAB}repair/", {"text": wrong}, headers=HTMX)
    assert answer["HX-Redirect"] == LAB


def test_the_edit_is_not_given_before_the_last_hint(learner, exercise, wrong):
    opened(learner, wrong, rungs_of(exercise) - 1)
    learner.post(f"{LAB}repair/", {"text": wrong})
    assert not ExerciseCheck.objects.exists()
    assert "failureThreshold: 1  # まず1回" in text_of(learner.get(LAB))


def test_where_no_edit_is_found_the_solution_is_compared(learner, exercise):
    hints = opened(learner, "a: [", rungs_of(exercise))
    assert "小さな直し方は見つかりませんでした。" in hints
    assert "<ins>kind: Deployment</ins>" in hints
    assert "適用して確かめる" not in hints
    page = text_of(learner.post(f"{LAB}repair/", {"text": "a: ["}))
    assert "直し方は見つかりませんでした。書いた内容はそのままです。" in page
    assert "a: [" in page


def test_a_check_renews_the_hints_that_are_open(learner, exercise, wrong):
    opened(learner, wrong, rungs_of(exercise))
    html = text_of(learner.post(f"{LAB}check/", {"text": exercise.solutions[0].text}, headers=HTMX))
    assert part_of(html, "hints").count("目標をすべて達成しています。") == 2


@pytest.mark.parametrize("broken", ["find_repair", "moments_of", "tried"])
def test_a_fault_of_ours_leaves_the_rest_of_the_page(learner, exercise, wrong, monkeypatch, broken):
    def fault(*_arguments, **_options):
        raise RuntimeError("a fault of ours")

    text = wrong + f"# {broken}\n"
    monkeypatch.setattr(f"learn.labs.hints.{broken}", fault)
    hints = opened(learner, text, rungs_of(exercise))
    assert "ヒント5 / 5" in hints
    assert "正解" not in hints


def test_a_difference_shows_two_lines_around_each_change():
    before = "\n".join("abcdefghijkl")
    after = before.replace("b", "B").replace("k", "K")
    shown = [(each.kind, each.text) for each in diff_of(before, after)]
    assert [text for kind, text in shown if not kind] == ["a", "c", "d", "i", "j", "l"]
    assert [kind for kind, _ in shown if kind] == ["del", "ins", "gap", "del", "ins"]
