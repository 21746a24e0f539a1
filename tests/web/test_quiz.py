"""Answering quizzes of every type, with and without htmx."""

import re
from itertools import permutations

import pytest
from django.test import Client

from learn.progress.models import QuizAttempt
from tests.web.pages import (
    FIRST,
    HTMX,
    answer,
    hidden_fields,
    nothing_is_kept,
    order_fields,
    part_of,
    quiz_form,
    right_answer,
    text_of,
    wrong_answer,
)

pytestmark = pytest.mark.django_db

EVERY_TYPE = [f"first-q{number}" for number in range(1, 8)]


def shown(client, quiz_id):
    """Return the quiz as the lesson page shows it."""
    return part_of(text_of(client.get(FIRST)), f"quiz-{quiz_id}")


@pytest.fixture
def miss(learner, catalog):
    """Miss a quiz once or more."""

    def miss(quiz_id, times=1):
        for _ in range(times):
            answer(learner, catalog, quiz_id, wrong_answer(catalog.quizzes[quiz_id]))

    return miss


@pytest.fixture
def hit(learner, catalog):
    return lambda quiz_id: answer(learner, catalog, quiz_id, right_answer(catalog.quizzes[quiz_id]))


@pytest.mark.parametrize("quiz_id", EVERY_TYPE)
def test_the_page_does_not_tell_the_answer_before_one_is_given(learner, catalog, quiz_id):
    html = shown(learner, quiz_id)
    assert "理由" not in html
    assert not re.search(r"\b(checked|selected|data-correct)\b", html.replace("順番", "")) or "order-" in html
    assert "portnumber" not in html
    assert "31" not in re.sub(r'value="\w{16,}"', "", html)
    assert "正解" not in html


def test_items_to_order_are_never_shown_in_the_right_order(catalog):
    quiz = catalog.quizzes["first-q5"]
    orders = set()
    for _ in range(40):
        html = shown(Client(), "first-q5")
        orders.add(tuple(re.findall(r'name="order-([^"]+)"', html)))
    right = tuple(item.id for item in quiz.items)
    assert right not in orders
    assert orders <= set(permutations(right))
    assert len(orders) > 1


def test_choices_keep_their_order_for_one_learner_and_differ_between_learners(learner):
    def order(client):
        return tuple(re.findall(r'name="choice" id="([^"]+)"', shown(client, "first-q1")))

    assert len({order(learner) for _ in range(5)}) == 1
    assert len({order(Client()) for _ in range(40)}) > 1


@pytest.mark.parametrize("quiz_id", EVERY_TYPE)
def test_a_right_answer_is_said_to_be_right_and_stays_after_reload(learner, hit, quiz_id):
    response = hit(quiz_id)
    assert response.status_code == 302
    assert response["Location"] == f"{FIRST}#quiz-{quiz_id}"
    for _ in range(2):
        html = shown(learner, quiz_id)
        assert "正解です。" in html
        assert 'data-state="right"' in html
        assert "もう一度答える" in html


@pytest.mark.parametrize("quiz_id", EVERY_TYPE)
def test_a_wrong_answer_gets_its_reason_but_not_the_answer(learner, miss, quiz_id):
    miss(quiz_id)
    html = shown(learner, quiz_id)
    assert 'class="verdict" data-state="wrong"' in html
    assert "正解の理由" not in html.replace("正解ではありません", "")
    assert "portnumber" not in html
    assert "答えを見る" not in html


def test_a_choice_is_answered_with_its_own_reason(learner, catalog):
    choice = next(each for each in catalog.quizzes["first-q1"].choices if "apiserver" in each.text)
    answer(learner, catalog, "first-q1", {"choice": choice.id})
    html = shown(learner, "first-q1")
    assert "単一の誤答の理由その1" in html
    assert "単一の誤答の理由その2" not in html
    assert re.search(rf'value="{choice.id}"[^>]* checked', html)


def test_a_number_in_full_width_with_its_unit_is_understood(learner, catalog):
    answer(learner, catalog, "first-q4", {"number": "３０秒"})
    assert "正解です。" in shown(learner, "first-q4")


@pytest.mark.parametrize("quiz_id", EVERY_TYPE)
def test_what_was_answered_is_still_in_the_form(learner, catalog, miss, quiz_id):
    fields = wrong_answer(catalog.quizzes[quiz_id])
    miss(quiz_id)
    html = shown(learner, quiz_id)
    for name, value in fields.items():
        for each in [value] if isinstance(value, str) else value:
            if name == "choice":
                assert re.search(rf'value="{each}"[^>]* checked', html)
            elif name in ("number", "blank"):
                assert f'value="{each}"' in html
            else:
                select = html.split(f'name="{name}"')[1].split("</select>")[0]
                assert f'<option value="{each}" selected>' in select


def test_after_two_misses_the_answer_may_be_seen(learner, catalog, miss):
    miss("first-q4", times=2)
    assert "答えを見る" in shown(learner, "first-q4")
    learner.post("/quizzes/first-q4/reveal/", quiz_form(learner, catalog, "first-q4"))
    html = shown(learner, "first-q4")
    assert "31秒" in html and "数の正解の理由" in html
    assert "答えを見る" not in html


def test_after_two_misses_the_section_to_read_again_is_named(learner, miss, hit):
    miss("first-q4")
    assert "読み返す" not in shown(learner, "first-q4")
    miss("first-q4")
    link = re.search(r'<a href="#([^"]+)">読み返す：書く</a>', shown(learner, "first-q4"))
    assert f'<h2 id="{link[1]}"' in text_of(learner.get(FIRST))
    hit("first-q4")
    assert "読み返す" not in shown(learner, "first-q4")


@pytest.mark.parametrize("quiz_id", EVERY_TYPE)
def test_every_type_can_be_revealed(learner, miss, quiz_id):
    miss(quiz_id, times=2)
    learner.post(f"/quizzes/{quiz_id}/reveal/")
    assert 'class="revealed"' in shown(learner, quiz_id)


def test_the_answer_is_not_revealed_before_two_misses(learner, miss):
    learner.post("/quizzes/first-q4/reveal/")
    assert nothing_is_kept()
    miss("first-q4")
    response = learner.post("/quizzes/first-q4/reveal/", headers=HTMX)
    assert "31秒" not in text_of(response)


def test_the_answer_revealed_to_one_is_not_shown_to_another(learner, other_learner, miss):
    miss("first-q4", times=2)
    learner.post("/quizzes/first-q4/reveal/")
    html = shown(other_learner, "first-q4")
    assert "31秒" not in html
    assert "これまでの回答" not in html


def test_a_revealed_answer_takes_the_focus_and_says_no_verdict_again(learner, miss):
    miss("first-q4", times=2)
    html = text_of(learner.post("/quizzes/first-q4/reveal/", headers=HTMX))
    assert re.search(r'<div id="announcer"[^>]*></div>', html)
    assert "data-focus" in part_of(html, "quiz-first-q4")


def test_each_place_of_an_order_has_one_verdict(learner, catalog, miss):
    order = next(quiz for quiz in catalog.quizzes.values() if quiz.type == "order")
    miss(order.id)
    html = shown(learner, order.id)
    verdicts = html.count("ここで合っています") + html.count("ここではありません")
    assert verdicts == len(order.items)
    assert "違います。" not in html


def test_htmx_gets_the_quiz_the_boxes_and_one_sentence(learner, catalog):
    quiz = catalog.quizzes["first-q1"]
    html = text_of(answer(learner, catalog, "first-q1", right_answer(quiz), headers=HTMX))
    assert "<html" not in html
    assert "正解です。" in part_of(html, "quiz-first-q1")
    assert part_of(html, "progress").count("data-done") == 1
    assert re.search(r'<div id="announcer" hx-swap-oob="innerHTML">正解です。</div>', html)


@pytest.mark.parametrize("quiz_id", EVERY_TYPE)
def test_the_sentence_for_a_wrong_answer_says_where_the_reason_is(learner, catalog, quiz_id):
    quiz = catalog.quizzes[quiz_id]
    place = "選択肢" if quiz.type in ("single", "multiple", "tf") else "答え"
    html = text_of(answer(learner, catalog, quiz_id, wrong_answer(quiz), headers=HTMX))
    said = re.search(r'<div id="announcer"[^>]*>(.*?)</div>', html)[1]
    assert said in ("正解ではありません。", f"正解ではありません。理由を{place}の下に示しました。")
    assert ("理由を" in said) == (
        'class="why"' in re.sub(r"ここで(は|合)[^<]*", "", part_of(html, f"quiz-{quiz_id}"))
    )


def test_the_button_keeps_its_id_so_that_focus_stays(learner, catalog, miss):
    before = shown(learner, "first-q1")
    miss("first-q1")
    for html in (before, shown(learner, "first-q1")):
        assert 'id="quiz-first-q1-submit"' in html


def test_a_double_click_is_one_attempt(learner, catalog):
    form = quiz_form(learner, catalog, "first-q4")
    for _ in range(2):
        learner.post("/quizzes/first-q4/answer/", {**form, "number": "10"})
    assert QuizAttempt.objects.count() == 1
    assert "これまでの回答：1回" in shown(learner, "first-q4")


def test_the_same_wrong_answer_given_again_is_another_attempt(learner, miss):
    miss("first-q4", times=2)
    assert QuizAttempt.objects.count() == 2


def test_two_tabs_with_different_answers_are_both_kept(learner, catalog):
    form = quiz_form(learner, catalog, "first-q4")
    for number in ("10", "20", "10"):
        learner.post("/quizzes/first-q4/answer/", {**form, "number": number})
    numbers = list(QuizAttempt.objects.order_by("number").values_list("number", "answer"))
    assert numbers == [(1, "10"), (2, "20"), (3, "10")]
    assert 'value="10"' in shown(learner, "first-q4")


def test_a_quiz_once_solved_stays_solved(learner, hit, miss):
    hit("first-q4")
    miss("first-q4")
    assert part_of(text_of(learner.get(FIRST)), "progress").count("data-done") == 1


@pytest.mark.parametrize(
    ("quiz_id", "fields", "message"),
    [
        ("first-q1", {}, "答えを1つ選んでください。"),
        ("first-q1", {"choice": "nothing"}, "答えを1つ選んでください。"),
        ("first-q2", {}, "当てはまるものを選んでください。"),
        ("first-q3", {"choice": "maybe"}, "「正しい」か「誤り」を選んでください。"),
        ("first-q4", {"number": "たくさん"}, "数字で答えてください。"),
        ("first-q4", {"number": "1\n" * 10_000}, "数字で答えてください。"),
        ("first-q4", {"number": "9" * 5_000}, "数字で答えてください。"),
        ("first-q4", {"number": "NaN"}, "数字で答えてください。"),
        ("first-q5", {}, "同じ順番が2回使われています。"),
        ("first-q6", {"blank": ""}, "すべての空欄に書いてから答えてください。"),
        ("first-q6", {"blank": "行\n" * 10_000}, "答えが長すぎます。"),
        ("first-q6", {"blank": ["a", "b", "c"]}, "すべての空欄に書いてから答えてください。"),
        ("first-q7", {}, "すべての項目に1つずつ選んでください。"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_what_cannot_be_graded_is_told_and_not_counted(learner, catalog, quiz_id, fields, message, headers):
    response = answer(learner, catalog, quiz_id, fields, headers=headers)
    assert response.status_code == 422
    assert message in part_of(text_of(response), f"quiz-{quiz_id}")
    assert nothing_is_kept()


def test_a_position_used_twice_keeps_the_positions_chosen(learner, catalog):
    first, second, third = (item.id for item in catalog.quizzes["first-q5"].items)
    fields = {**order_fields([first, second, third]), f"order-{third}": "2"}
    html = part_of(text_of(answer(learner, catalog, "first-q5", fields)), "quiz-first-q5")
    assert "同じ順番が2回使われています。" in html
    select = html.split(f'name="order-{third}"')[1].split("</select>")[0]
    assert '<option value="2" selected>' in select


def test_text_that_could_not_be_graded_is_not_lost(learner, catalog):
    html = text_of(answer(learner, catalog, "first-q4", {"number": '三十"<b>'}, headers=HTMX))
    assert 'value="三十&quot;&lt;b&gt;"' in html


def test_nul_characters_do_no_harm(learner, catalog):
    response = answer(learner, catalog, "first-q6", {"blank": "port\0number"})
    assert response.status_code == 302
    assert "正解です。" in shown(learner, "first-q6")


@pytest.mark.parametrize("question", ["", "0123456789abcdef", "x" * 5000])
def test_a_stale_form_is_told_so_and_not_graded(learner, catalog, question):
    form = {**quiz_form(learner, catalog, "first-q4"), "question": question, "number": "31"}
    response = learner.post("/quizzes/first-q4/answer/", form)
    assert response.status_code == 422
    assert "問いが書き換えられています。" in part_of(text_of(response), "quiz-first-q4")
    assert nothing_is_kept()


def test_an_answer_to_an_older_wording_is_not_shown_as_one_to_the_new(learner, hit):
    hit("first-q4")
    QuizAttempt.objects.update(question="older")
    html = shown(learner, "first-q4")
    assert "問いが書き換えられたため、前の回答は表示していません。" in html
    assert "正解です。" not in html


@pytest.mark.parametrize("seen", ["", "-1", "x", "９", "9" * 400])
def test_a_bent_count_of_attempts_is_taken_for_none(learner, catalog, seen):
    form = {**quiz_form(learner, catalog, "first-q4"), "seen": seen, "number": "31"}
    assert learner.post("/quizzes/first-q4/answer/", form).status_code == 302
    assert QuizAttempt.objects.count() == 1


@pytest.mark.parametrize("path", ["answer", "reveal"])
def test_unknown_quizzes_are_not_found(learner, path):
    assert learner.post(f"/quizzes/nothing/{path}/").status_code == 404
    assert learner.get(f"/quizzes/first-q1/{path}/").status_code == 405


def test_too_many_fields_are_refused(learner, catalog):
    response = answer(learner, catalog, "first-q2", {"choice": ["a"] * 1000})
    assert response.status_code == 400
    assert "要求を読み取れませんでした" in text_of(response)


def test_a_body_beyond_every_limit_is_refused(learner, catalog):
    response = answer(learner, catalog, "first-q4", {"number": "9" * 3_000_000})
    assert response.status_code == 400
    assert nothing_is_kept()


def test_a_foreign_site_cannot_answer(catalog):
    browser = Client(enforce_csrf_checks=True)
    form = hidden_fields(part_of(text_of(browser.get(FIRST)), "quiz-first-q4"))
    token = form.pop("csrfmiddlewaretoken")
    assert browser.post("/quizzes/first-q4/answer/", {**form, "number": "31"}).status_code == 403
    assert nothing_is_kept()
    form["csrfmiddlewaretoken"] = token
    assert browser.post("/quizzes/first-q4/answer/", {**form, "number": "31"}).status_code == 302


def test_a_swapped_quiz_can_be_answered_again(catalog):
    browser = Client(enforce_csrf_checks=True)
    form = hidden_fields(part_of(text_of(browser.get(FIRST)), "quiz-first-q4"))
    html = text_of(browser.post("/quizzes/first-q4/answer/", {**form, "number": "10"}, headers=HTMX))
    form = hidden_fields(part_of(html, "quiz-first-q4"))
    assert browser.post("/quizzes/first-q4/answer/", {**form, "number": "31"}).status_code == 302
    assert "正解です。" in shown(browser, "first-q4")


def test_answering_takes_few_queries(learner, catalog, django_assert_max_num_queries):
    form = quiz_form(learner, catalog, "first-q4")
    with django_assert_max_num_queries(8):
        learner.post("/quizzes/first-q4/answer/", {**form, "number": "31"}, headers=HTMX)
