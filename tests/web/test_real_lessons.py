"""Every page of the lessons that learners see can be opened."""

import pytest

from learn.library import get_catalog
from tests.web.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_lessons")]


def test_every_address_of_the_lessons_answers(learner):
    catalog = get_catalog()
    assert catalog.courses
    urls = ["/", "/glossary/"]
    urls += [course.url for course in catalog.courses]
    urls += [lesson.url for lesson in catalog.all_lessons()]
    urls += [exercise.url for exercise in catalog.exercises.values()]
    urls += [term.url for term in catalog.terms]
    failing = [url for url in urls if learner.get(url).status_code != 200]
    assert failing == []


def test_no_lesson_page_tells_an_answer_before_one_is_given(learner):
    catalog = get_catalog()
    for lesson in catalog.all_lessons():
        html = text_of(learner.get(lesson.url))
        for quiz in lesson.quizzes:
            told = [each.why_html for each in getattr(quiz, "choices", ()) if each.why_html in html]
            assert told == [], f"{quiz.id} tells its answer"
