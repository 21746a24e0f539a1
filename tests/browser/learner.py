"""What a learner does on a page, whatever the quiz's type."""

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
from tests.server import ROOT


def real_catalog() -> Catalog:
    return load_catalog(ROOT / "lessons")


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
