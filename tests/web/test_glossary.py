"""The glossary, term pages, and the part that opens beside a word."""

import pytest

from tests.web.pages import FIRST, HTMX, text_of

pytestmark = pytest.mark.django_db


def test_terms_stand_in_the_rows_of_their_readings(learner):
    html = text_of(learner.get("/glossary/"))
    rows = [html.index(each) for each in (">カ</h2>", ">コンテナ</a>", ">ハ</h2>", ">Pod</a>")]
    assert rows == sorted(rows)


def test_a_term_says_what_it_is_mistaken_for_and_where_it_appears(learner):
    html = text_of(learner.get("/glossary/pod/"))
    assert "<h1>Pod</h1>" in html
    assert "コンテナは、Podの中で動く1つのプロセスです。" in html
    assert "<strong>最小</strong>" in html
    assert f'<a href="{FIRST}">最初のレッスン</a>' in html


def test_the_part_is_small_and_leads_to_the_page(learner):
    html = text_of(learner.get("/glossary/pod/", headers=HTMX))
    assert "<html" not in html and "<h1" not in html
    assert "一緒に置かれるコンテナの集まり" in html
    assert 'href="/glossary/pod/"' in html


def test_a_cache_tells_the_part_from_the_page(learner):
    assert "HX-Request" in learner.get("/glossary/pod/")["Vary"]


def test_pages_of_the_glossary_take_no_query(learner, django_assert_num_queries):
    with django_assert_num_queries(0):
        learner.get("/glossary/")
        learner.get("/glossary/pod/")


def test_unknown_terms_are_not_found(learner):
    assert learner.get("/glossary/nothing/").status_code == 404
