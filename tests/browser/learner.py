"""What a learner does on a page, whatever the quiz's type."""

import re
from html import unescape
from itertools import permutations

from playwright.sync_api import Locator, Page, expect

from learn.content.catalog import Catalog, load_catalog
from learn.content.model import (
    AnyQuiz,
    ChoiceQuiz,
    Exercise,
    FillQuiz,
    Lesson,
    MatchQuiz,
    NumberQuiz,
    OrderQuiz,
    QuizType,
    TrueFalseQuiz,
)
from learn.kubectl.practice import script_lines
from learn.sandbox.forecasts import all_draws, filled, posed_with
from tests.server import ROOT


def real_catalog() -> Catalog:
    return load_catalog(ROOT / "lessons")


def _without_tags(html: str) -> str:
    figures = re.sub(r"<button.*?</button>", "", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", figures))


def _letters(text: str) -> str:
    return re.sub(r"\s|コピー", "", text)


class Learner:
    """A learner at a page that shows a lesson or an exercise."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open_lesson(self, lesson: Lesson) -> None:
        self.page.goto(lesson.url)
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(lesson.title)

    def quiz(self, quiz: AnyQuiz) -> Locator:
        return self.page.locator(f"#quiz-{quiz.id}")

    def answer(self, quiz: AnyQuiz, *, right: bool) -> None:
        """Fill in the quiz's form and send it; wait for the verdict."""
        self.fill(quiz, right=right)
        box = self.quiz(quiz)
        box.get_by_role("button", name="答える").click()
        expect(self.quiz(quiz)).to_have_attribute("data-state", "right" if right else "wrong")

    def fill(self, quiz: AnyQuiz, *, right: bool) -> None:
        match quiz:
            case ChoiceQuiz(type=QuizType.SINGLE):
                choice = next(item for item in quiz.choices if item.correct is right)
                self._field(quiz, choice.id).check()
            case ChoiceQuiz():
                for item in quiz.choices:
                    self._field(quiz, item.id).set_checked(item.correct is right)
            case TrueFalseQuiz():
                self._field(quiz, str(quiz.answer is right).lower()).check()
            case NumberQuiz():
                self._field(quiz, "number").fill(str(quiz.answer if right else quiz.high + 7919))
            case OrderQuiz():
                self._put_in_order(quiz, right=right)
            case FillQuiz():
                for index, blank in enumerate(quiz.blanks):
                    self.quiz(quiz).locator("input.blank").nth(index).fill(
                        blank.accept[0] if right else "zzz"
                    )
            case MatchQuiz():
                for item in quiz.items:
                    others = [option.id for option in quiz.options if option.id != item.option_id]
                    self._field(quiz, item.id).select_option(item.option_id if right else others[0])

    def _field(self, quiz: AnyQuiz, name: str) -> Locator:
        return self.page.locator(f'[id="quiz-{quiz.id}-{name}"]')

    def _put_in_order(self, quiz: OrderQuiz, *, right: bool) -> None:
        wanted = quiz.items if right else next(p for p in permutations(quiz.items) if p != quiz.items)
        box = self.quiz(quiz)
        if not box.locator("hb-order button").count():
            for position, item in enumerate(wanted, start=1):
                self._field(quiz, item.id).select_option(str(position))
            return
        for position, item in enumerate(wanted):
            up = box.get_by_role("button", name=f"「{item.text}」を上へ")
            while self._field(quiz, item.id).input_value() != str(position + 1):
                up.click()

    def open_exercise(self, exercise: Exercise) -> None:
        self.page.goto(exercise.url)
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(exercise.title)

    def predict(self, exercise: Exercise, *, right: bool) -> dict[str, int]:
        """Answer every question of a predict exercise and see it run; gives the numbers that were drawn."""
        forecast = exercise.forecast
        assert forecast is not None
        numbers = self._drawn_numbers(exercise)
        posed = posed_with(forecast, numbers)
        for question in forecast.questions:
            key = posed.key(question.id)
            values = [choice.value for choice in posed.choices[question.id]]
            wanted = key if right else next(value for value in values if value != key)
            self.page.locator(f'input[name="{question.id}"][value="{wanted}"]').check()
        self.page.get_by_role("button", name="予想を確定して動かす").click()
        expect(self.page.locator(".timeline-sentence")).to_be_visible()
        return numbers

    def operate(self, exercise: Exercise) -> None:
        """Run the first solution of a terminal exercise, answer by the examples, and have it judged."""
        command = self.page.locator("#command")
        for line in script_lines(exercise.solutions[0].text):
            count = self.page.locator("#log .entry").count()
            command.fill(line)
            command.press("Enter")
            expect(self.page.locator("#log .entry")).to_have_count(count + 1)
            expect(self.page.locator("#log .entry[data-waiting]")).to_have_count(0)
        for goal in exercise.goals:
            if goal.question and goal.question.choices:
                self.page.get_by_label(goal.question.example, exact=True).check()
            elif goal.question:
                self.page.get_by_label(goal.question.text).fill(goal.question.example)
        self.page.get_by_role("button", name="確かめる", exact=True).click()

    def _drawn_numbers(self, exercise: Exercise) -> dict[str, int]:
        """The numbers with which the page says what it says."""
        forecast = exercise.forecast
        assert forecast is not None
        manifest = self.page.locator("pre.manifest").text_content() or ""
        task = self.page.locator("#task + .prose").inner_text()
        return next(
            numbers
            for numbers in all_draws(forecast)
            if filled(forecast.manifest, numbers).strip() == manifest.strip()
            and _letters(_without_tags(filled(exercise.task_html, numbers))) in _letters(task)
        )

    def write(self, text: str) -> None:
        """Replace the manifest by typing over all of it."""
        editor = self.page.locator(".cm-content")
        if editor.count():
            editor.click()
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(text)
        else:
            self.page.locator("textarea[name=text]").fill(text)

    def check(self) -> None:
        """Press the button and wait for the answer, with or without JavaScript."""
        with self.page.expect_response(lambda response: response.url.endswith("/check/")):
            self.page.get_by_role("button", name="適用して確かめる").click()
