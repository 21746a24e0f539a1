"""The home page and the course pages: what is done, and where to go on."""

import pytest

from tests.web.pages import (
    FIRST,
    SECOND,
    answer,
    nothing_is_kept,
    part_of,
    right_answer,
    solve_everything,
    text_of,
    wrong_answer,
)

pytestmark = pytest.mark.django_db


def berths(client, url="/"):
    return text_of(client.get(url)).split('<li class="berth"')[1:]


def test_a_newcomer_is_shown_the_first_lesson(learner):
    html = text_of(learner.get("/"))
    assert f'<a class="button" href="{FIRST}"' in html
    assert "学び始める：最初のレッスン" in html
    assert "約8分です。" in html


def test_looking_around_keeps_nothing(learner, catalog):
    for url in (
        "/",
        "/courses/harbor/",
        FIRST,
        "/labs/first-1/",
        "/labs/first-2/",
        "/glossary/",
        "/glossary/pod/",
    ):
        assert learner.get(url).status_code == 200
    assert nothing_is_kept()


def test_every_lesson_has_a_status_in_words(learner, catalog):
    answer(learner, catalog, "second-q1", wrong_answer(catalog.quizzes["second-q1"]))
    first, second = berths(learner)
    assert "これから" in first and "0 / 9" in first
    assert "学習中" in second and "0 / 2" in second


def test_a_planned_lesson_is_in_preparation(learner):
    planned = text_of(learner.get("/")).split('class="planned-line"')[1].split("</p>")[0]
    assert "準備中" in planned and "3つめのレッスン" in planned


def test_a_lesson_is_done_when_all_its_available_steps_are(learner, catalog):
    solve_everything(learner, catalog, "first")
    first = berths(learner)[0]
    assert "完了" in first and "9 / 9" in first
    assert "1 / 2 完了" in text_of(learner.get("/"))


def test_a_course_without_lessons_is_in_preparation(learner):
    section = text_of(learner.get("/")).split('id="course-later"')[1]
    assert "準備中" in section


def test_going_on_leads_to_the_next_quiz(learner, catalog):
    answer(learner, catalog, "first-q1", right_answer(catalog.quizzes["first-q1"]))
    html = text_of(learner.get("/"))
    assert "続きから学ぶ：最初のレッスン" in html
    assert f'href="{FIRST}#quiz-first-q2"' in html


def test_going_on_leads_to_reading_and_then_to_the_exercise(learner, catalog):
    for quiz in catalog.lessons["first"].quizzes:
        answer(learner, catalog, quiz.id, right_answer(quiz))
    assert f'href="{FIRST}#reading"' in text_of(learner.get("/"))
    learner.post(f"{FIRST}read/")
    assert 'href="/labs/first-1/"' in text_of(learner.get("/"))


def test_going_on_stays_with_the_lesson_touched_last(learner, catalog):
    answer(learner, catalog, "first-q1", right_answer(catalog.quizzes["first-q1"]))
    learner.post(f"{SECOND}read/")
    assert f'href="{SECOND}#quiz-second-q1"' in text_of(learner.get("/"))


def test_going_on_wraps_to_what_was_left_out(learner, catalog):
    solve_everything(learner, catalog, "second")
    assert "続きから学ぶ：最初のレッスン" in text_of(learner.get("/"))


def test_with_everything_done_nothing_is_left_to_go_on_with(learner, catalog):
    solve_everything(learner, catalog, "first")
    solve_everything(learner, catalog, "second")
    html = text_of(learner.get("/"))
    assert "続きから学ぶ" not in html
    assert "すべて完了しています" in html


def test_a_prerequisite_that_is_not_written_is_in_preparation(learner):
    second = berths(learner)[1]
    assert f'<a href="{FIRST}">最初のレッスン</a>' in second
    assert "3つめのレッスン（準備中）" in second


def test_the_course_page_shows_the_same_progress(learner, catalog):
    solve_everything(learner, catalog, "second")
    assert "完了" in berths(learner, "/courses/harbor/")[1]
    assert "このコースは準備中です。" in text_of(learner.get("/courses/later/"))


def test_learners_do_not_see_each_others_progress(learner, other_learner, catalog):
    solve_everything(learner, catalog, "first")
    assert "これから" in berths(other_learner)[0]
    assert "学び始める" in text_of(other_learner.get("/"))


@pytest.mark.parametrize("url", ["/", "/courses/harbor/"])
def test_the_map_takes_one_query(learner, catalog, django_assert_num_queries, url):
    solve_everything(learner, catalog, "first")
    with django_assert_num_queries(1):
        learner.get(url)


def test_unknown_courses_are_not_found(learner):
    response = learner.get("/courses/nowhere/")
    assert response.status_code == 404
    assert "見つかりませんでした" in text_of(response)


def test_boxes_are_filled_step_by_step(learner, catalog):
    learner.post(f"{SECOND}read/")
    assert berths(learner)[1].count("data-done") == 1
    assert part_of(text_of(learner.get(SECOND)), "progress").count("data-done") == 1
