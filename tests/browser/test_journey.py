"""The whole loop of the probes course in a real browser, on a real server that is restarted."""

import pytest
from playwright.sync_api import expect

from learn.content.model import ExerciseType
from tests.browser.learner import Learner, real_catalog

pytestmark = pytest.mark.browser

CATALOG = real_catalog()
LESSONS = [CATALOG.lessons["pod-basics"], *CATALOG.courses_by_id["probes"].lessons]


def solve(learner, exercise):
    """See the start fail, then write a model solution and reach every goal; or predict rightly."""
    learner.open_exercise(exercise)
    if exercise.forecast:
        learner.predict(exercise, right=True)
        expect(learner.page.locator("#predictions")).to_contain_text("この演習は完了しています。")
        return
    if exercise.type is ExerciseType.TERMINAL:
        learner.operate(exercise)
        expect(learner.page.locator("#next")).to_contain_text("この演習は完了しています。")
        return
    learner.check()
    expect(learner.page.locator("#result")).not_to_contain_text("ここに結果が現れます")
    expect(learner.page.locator("#goals h2")).to_contain_text(f"/ {len(exercise.active_goals)}")
    expect(learner.page.locator("#result")).not_to_contain_text("目標をすべて達成しました")
    learner.write(exercise.solutions[0].text)
    learner.check()
    expect(learner.page.locator("#result")).to_contain_text("目標をすべて達成しました")
    expect(learner.page.locator("#next")).to_contain_text("解答例")


def test_a_newcomer_finishes_the_course_and_finds_it_finished_after_a_restart(new_page, server):
    page = new_page()
    learner = Learner(page)
    page.goto("/")
    page.get_by_role("link", name="学び始める").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(LESSONS[0].title)
    for lesson in LESSONS:
        learner.open_lesson(lesson)
        for quiz in lesson.quizzes:
            learner.answer(quiz, right=False)
            learner.answer(quiz, right=True)
        page.get_by_role("button", name="読み終えた").click()
        expect(page.locator("#reading")).to_contain_text("読み終えました")
        for exercise in lesson.exercises:
            if exercise.is_available:
                solve(learner, exercise)

    server.restart()

    page.goto("/")
    for lesson in LESSONS:
        berth = page.locator("li.berth", has=page.get_by_role("heading", name=lesson.title, exact=True))
        expect(berth).to_contain_text("完了")
    learner.open_exercise(LESSONS[0].exercises[0])
    assert (
        LESSONS[0].exercises[0].solutions[0].text.strip() in page.locator("textarea[name=text]").input_value()
    )


def test_another_learner_starts_from_nothing(new_page):
    page = new_page()
    page.goto("/")
    expect(page.get_by_role("link", name="学び始める")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("学習中")


def test_the_first_lesson_works_without_javascript(new_page):
    page = new_page(java_script_enabled=False)
    learner = Learner(page)
    lesson = CATALOG.lessons["probes-overview"]
    learner.open_lesson(lesson)
    for quiz in lesson.quizzes:
        learner.answer(quiz, right=False)
        learner.answer(quiz, right=True)
    page.get_by_role("button", name="読み終えた").click()
    expect(page.locator("#reading")).to_contain_text("読み終えました")
    exercise = CATALOG.exercises["liveness-timing-1"]
    learner.open_exercise(exercise)
    learner.write("kind: Pod\nbroken: [")
    learner.check()
    expect(page.locator("textarea[name=text]")).to_have_value("kind: Pod\nbroken: [")
    expect(page.locator("#result")).to_contain_text("どこか")
    learner.write(exercise.solutions[0].text)
    learner.check()
    expect(page.locator("#result")).to_contain_text("目標をすべて達成しました")


def press_until_focused(page, locator, limit=400):
    for _ in range(limit):
        if locator.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{locator} cannot be reached with the Tab key")


def test_a_lesson_and_its_exercise_work_with_the_keyboard_alone(new_page):
    page = new_page()
    lesson = CATALOG.lessons["probes-overview"]
    page.goto(lesson.url)
    quiz = next(quiz for quiz in lesson.quizzes if quiz.type == "single")
    choice = next(choice for choice in quiz.choices if choice.correct)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("本文へ進む")
    page.keyboard.press("Enter")
    radios = page.locator(f"#quiz-{quiz.id} input[type=radio]")
    press_until_focused(page, radios.first)
    page.keyboard.press("Space")
    for _ in quiz.choices:
        if page.locator(f"#quiz-{quiz.id}-{choice.id}").is_checked():
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(f"#quiz-{quiz.id}")).to_have_attribute("data-state", "right")
    press_until_focused(page, page.get_by_role("button", name="読み終えた"))
    page.keyboard.press("Enter")
    expect(page.locator("#reading")).to_contain_text("読み終えました")

    exercise = CATALOG.exercises["liveness-timing-1"]
    page.goto(exercise.url)
    press_until_focused(page, page.locator(".cm-content"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(exercise.solutions[0].text)
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("#result")).to_contain_text("目標をすべて達成しました")
    page.keyboard.press("Tab")
    expect(page.locator(".cm-content")).not_to_be_focused()


def test_a_lesson_and_its_exercise_fit_a_phone(new_page):
    page = new_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    learner = Learner(page)
    lesson = CATALOG.lessons["probes-overview"]
    learner.open_lesson(lesson)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    learner.answer(lesson.quizzes[0], right=True)
    exercise = CATALOG.exercises["liveness-timing-1"]
    learner.open_exercise(exercise)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    learner.write(exercise.solutions[0].text)
    learner.check()
    expect(page.locator("#result")).to_contain_text("目標をすべて達成しました")
