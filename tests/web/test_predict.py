"""A predict exercise: numbers of one's own, an answer, the run, and other numbers."""

import re
from html import unescape

import pytest

from learn.labs.predict import posed_for, sheet_of
from learn.library import get_catalog
from learn.progress.models import ExerciseCheck, Learner
from tests.web.pages import HTMX, nothing_is_kept, part_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_lessons")]

LAB = "/labs/liveness-timing-2/"


def choices_of(html):
    """The choices of each question as they stand on the page."""
    found = {}
    for name, value in re.findall(r'<input type="radio" name="([^"]+)" value="([^"]+)"', html):
        found.setdefault(name, []).append(unescape(value))
    return found


def numbers_of(html):
    return re.findall(r"\d+", re.sub(r"<[^>]+>", "", html.partition("<pre")[2].partition("</pre>")[0]))


def answer_all(client, html, index=0, **headers):
    answers = {name: values[index] for name, values in choices_of(html).items()}
    return client.post(f"{LAB}answer/", answers, headers=headers or None, follow=not headers)


def test_the_page_asks_with_drawn_numbers_and_keeps_nothing(learner):
    html = text_of(learner.get(LAB))
    assert "%{" not in html
    assert len(re.findall(r"<h1\b", html)) == 1
    assert {len(values) for values in choices_of(html).values()} <= {4, 5}
    assert "timeline-sentence" not in html
    assert nothing_is_kept()


def test_numbers_stay_the_same_until_they_are_drawn_again(learner):
    first, second = (text_of(learner.get(LAB)) for _ in range(2))
    assert choices_of(first) == choices_of(second)


def test_a_wrong_prediction_names_the_misconception_and_plays_the_run(learner):
    html = text_of(answer_all(learner, text_of(learner.get(LAB))))
    part = part_of(html, "predictions")
    assert "正解ではありません。" in part
    assert part.count('data-state="right"><input') == 2
    assert "timeline-sentence" in html
    assert not ExerciseCheck.objects.get().solved


def test_the_right_answers_solve_it(learner):
    html = text_of(learner.get(LAB))
    wrong = text_of(answer_all(learner, html))
    again = text_of(learner.post(f"{LAB}again/", {"round": "1"}, follow=True))
    me = Learner.objects.get().pk
    exercise = get_catalog().exercises["liveness-timing-2"]
    posed = posed_for(exercise, me, sheet_of(me, exercise.id).round)
    keys = {name: str(posed.key(name)) for name in posed.choices}
    html = text_of(learner.post(f"{LAB}answer/", keys, follow=True))
    assert numbers_of(again) != numbers_of(wrong)
    assert part_of(html, "predictions").count("正解です。") == 2
    assert "この演習は完了しています。" in html
    assert "振り返り" in html


def test_three_rounds_have_different_numbers(learner):
    seen = []
    for _ in range(3):
        html = text_of(learner.get(LAB))
        seen.append(tuple(numbers_of(html)))
        answer_all(learner, html)
        present = re.search(r'name="round" value="(\d+)"', text_of(learner.get(LAB)))
        learner.post(f"{LAB}again/", {"round": present.group(1)})
    assert len(set(seen)) == 3


@pytest.mark.parametrize("round_", ["1", "2", "x", "", "99999999999"])
def test_drawing_again_needs_an_answer_and_happens_once(learner, round_):
    learner.post(f"{LAB}again/", {"round": round_})
    assert nothing_is_kept()


def test_an_answer_is_missing_and_the_others_stay_chosen(learner):
    html = text_of(learner.get(LAB))
    name, values = next(iter(choices_of(html).items()))
    refused = learner.post(f"{LAB}answer/", {name: values[2]}, headers=HTMX)
    assert refused.status_code == 422
    assert "予想していない問いがあります。" in text_of(refused)
    assert f'name="{name}" value="{values[2]}" autocomplete="off" checked' in text_of(refused)
    assert nothing_is_kept()


def test_an_answer_that_is_no_choice_is_refused(learner):
    answer = learner.post(f"{LAB}answer/", {"killed-at": "abc", "ended-at": "<b>"})
    assert answer.status_code == 422
    assert "<b>" not in text_of(answer)


def test_time_moves_in_the_run_that_was_predicted(learner):
    html = text_of(answer_all(learner, text_of(learner.get(LAB))))
    address = unescape(re.search(r'id="timeline-first"[^>]*hx-get="([^"]+)"', html)[1])
    part = text_of(learner.get(address, headers={**HTMX, "HX-Target": "moment"}))
    assert '<p class="timeline-sentence">0秒。' in part


def test_another_learner_cannot_see_the_run_before_predicting(learner, other_learner):
    answer_all(learner, text_of(learner.get(LAB)))
    html = text_of(other_learner.get(LAB, {"t": "41"}))
    assert "timeline-sentence" not in html


def test_a_fault_of_ours_is_said_to_be_one(learner, monkeypatch):
    def broken(*_args):
        raise RuntimeError

    monkeypatch.setattr("learn.labs.predict._posed", broken)
    answer = learner.get(LAB)
    assert answer.status_code == 200
    assert "問いを用意できませんでした。こちらの不具合です。" in text_of(answer)


@pytest.mark.parametrize("action", ["answer", "again"])
@pytest.mark.parametrize("exercise_id", ["liveness-timing-1", "no-such"])
def test_other_exercises_predict_nothing(learner, action, exercise_id):
    assert learner.post(f"/labs/{exercise_id}/{action}/").status_code == 404
