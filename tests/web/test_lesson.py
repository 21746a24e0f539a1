"""The lesson page and 「読み終えた」."""

import gzip
import re

import pytest
from django.test import Client

from learn.progress.models import LessonRead
from tests.web.pages import (
    FIRST,
    HTMX,
    SECOND,
    answer,
    hidden_fields,
    nothing_is_kept,
    part_of,
    right_answer,
    solve_everything,
    text_of,
)

pytestmark = pytest.mark.django_db


def test_it_shows_the_whole_lesson(learner):
    html = text_of(learner.get(FIRST))
    assert len(re.findall(r"<h1\b", html)) == 1
    assert "最初のレッスン</h1>" in html
    assert "<li>問いに答えられる</li>" in html
    assert 'class="breadcrumb"' in html
    assert html.count('<section class="quiz"') == 7
    assert "Kubernetes 1.37で確かめました" in html
    assert f'<a rel="next" href="{SECOND}">' in html


def test_ids_are_unique(learner, catalog):
    solve_everything(learner, catalog, "first")
    ids = re.findall(r'\bid="([^"]+)"', text_of(learner.get(FIRST)))
    assert len(ids) == len(set(ids))


def test_quizzes_stand_where_the_lesson_puts_them(learner):
    html = text_of(learner.get(FIRST))
    places = [
        html.index(each) for each in (">選ぶ</h2>", 'id="quiz-first-q1"', ">書く</h2>", 'id="quiz-first-q4"')
    ]
    assert places == sorted(places)


def test_exercise_cards_lead_to_the_lab_or_say_that_it_waits(learner, catalog):
    html = text_of(learner.get(FIRST))
    assert "演習を始める" in part_of(html, "exercise-first-1")
    assert "準備中" in part_of(html, "exercise-first-2")
    solve_everything(learner, catalog, "first")
    assert "完了" in part_of(text_of(learner.get(FIRST)), "exercise-first-1")


def test_followups_link_to_lessons_and_mark_planned_ones(learner):
    html = text_of(learner.get(FIRST))
    assert f'<a href="{SECOND}">つづきはどこにありますか。</a>' in html
    assert "その先はどうなりますか。（準備中）" in html


def test_reading_is_recorded_once(learner, catalog):
    for _ in range(2):
        response = learner.post(f"{FIRST}read/")
        assert response.status_code == 302
        assert response["Location"] == f"{FIRST}#reading"
    assert LessonRead.objects.count() == 1
    assert "このレッスンを読み終えました。" in part_of(text_of(learner.get(FIRST)), "reading")


def test_after_reading_it_names_what_is_left(learner, catalog):
    learner.post(f"{SECOND}read/")
    assert '<a href="#quiz-second-q1">確認1</a>' in part_of(text_of(learner.get(SECOND)), "reading")
    answer(learner, catalog, "second-q1", right_answer(catalog.quizzes["second-q1"]))
    assert "残りは" not in part_of(text_of(learner.get(SECOND)), "reading")


def test_htmx_gets_only_the_parts_that_changed(learner):
    html = text_of(learner.post(f"{SECOND}read/", headers=HTMX))
    assert "<html" not in html
    assert 'id="reading"' in html
    assert re.search(r'id="progress"[^>]*hx-swap-oob="true"', html)
    assert re.search(r'id="announcer"[^>]*>読み終えたことを記録しました。<', html)


def test_it_takes_one_query(learner, catalog, django_assert_num_queries):
    solve_everything(learner, catalog, "first")
    with django_assert_num_queries(1):
        learner.get(FIRST)


def test_the_compressed_page_is_the_same_page(learner, catalog):
    solve_everything(learner, catalog, "first")
    plain = text_of(learner.get(FIRST))
    response = learner.get(FIRST, headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    token = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+')
    assert token.sub("", gzip.decompress(response.content).decode()) == token.sub("", plain)
    assert int(response["Content-Length"]) == len(response.content)


def test_no_place_on_the_page_is_left_empty(learner):
    assert "goes-here" not in text_of(learner.get(FIRST))


def test_nothing_on_the_way_keeps_a_page_with_progress(learner):
    response = learner.get(FIRST)
    assert "no-store" in response["Cache-Control"]
    assert {"HX-Request", "Cookie"} <= {each.strip() for each in response["Vary"].split(",")}


def test_the_chosen_theme_is_the_page_s(learner):
    learner.post("/theme/", {"theme": "dark", "next": FIRST})
    assert 'data-theme="dark"' in text_of(learner.get(FIRST))
    assert 'data-theme="dark"' not in text_of(Client().get(FIRST))


@pytest.mark.parametrize(
    "url", ["/courses/harbor/nowhere/", "/courses/later/first/", "/courses/harbor/third/"]
)
def test_unknown_lessons_are_not_found(learner, url):
    assert learner.get(url).status_code == 404
    assert learner.post(f"{url}read/").status_code == 404
    assert nothing_is_kept()


def test_reading_is_not_recorded_by_looking(learner):
    assert learner.get(f"{FIRST}read/").status_code == 405


def test_a_foreign_site_cannot_press_the_button():
    browser = Client(enforce_csrf_checks=True)
    page = text_of(browser.get(FIRST))
    assert browser.post(f"{FIRST}read/").status_code == 403
    assert nothing_is_kept()
    token = hidden_fields(part_of(page, "reading"))["csrfmiddlewaretoken"]
    assert browser.post(f"{FIRST}read/", {"csrfmiddlewaretoken": token}).status_code == 302
    assert LessonRead.objects.count() == 1
