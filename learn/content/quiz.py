"""Grading: an answer and a quiz make a Grade, whatever the answer is.

An answer is plain JSON data:

single      the id of a choice            multiple    a list of ids of choices
tf          true or false                 number      the text that was typed
order       the ids of the items, in the learner's order
fill        a list with the text of each blank
match       a mapping from the id of each item to the id of an option

`answer_from_fields` makes one from a submitted form; `learn.content.question`
says what a page needs to ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from learn.content.answers import MAX_ANSWER_CHARS, fold, read_number
from learn.content.model import (
    AnyQuiz,
    Blank,
    ChoiceQuiz,
    FillQuiz,
    MatchItem,
    MatchQuiz,
    NumberQuiz,
    OrderQuiz,
    QuizType,
    TrueFalseQuiz,
)

RIGHT = "正解です。"
WRONG = "正解ではありません。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A verdict on one part of an answer.

    ``target`` is the id of a choice or an item, the index of a blank, ``true`` or
    ``false``. ``why_html`` may be empty where right or wrong says it all.
    """

    target: str
    correct: bool
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """``readable`` is false for an empty or malformed answer: no attempt, ``message`` says what to do.

    ``why_html`` explains the answer as a whole and may be empty. Nothing in a
    grade of a wrong answer tells the right one.
    """

    correct: bool
    readable: bool
    message: str
    feedback: tuple[Feedback, ...] = ()
    why_html: str = ""


def grade(quiz: AnyQuiz, answer: object) -> Grade:
    """Grade any JSON-like answer; never raises."""
    match quiz:
        case ChoiceQuiz(type=QuizType.SINGLE):
            return _grade_single(quiz, answer)
        case ChoiceQuiz():
            return _grade_multiple(quiz, answer)
        case TrueFalseQuiz():
            return _grade_true_false(quiz, answer)
        case NumberQuiz():
            return _grade_number(quiz, answer)
        case OrderQuiz():
            return _grade_order(quiz, answer)
        case FillQuiz():
            return _grade_fill(quiz, answer)
        case MatchQuiz():
            return _grade_match(quiz, answer)


def answer_from_fields(quiz: AnyQuiz, fields: Mapping[str, Sequence[str]]) -> object:
    """The answer in a submitted form.

    The form's fields: ``choice`` (single, multiple; tf with the values true and
    false), ``number``, ``item`` once per item in the learner's order, ``blank``
    once per blank, ``match-<item id>``.
    """
    first = {name: values[0] for name, values in fields.items() if values}
    match quiz:
        case ChoiceQuiz(type=QuizType.SINGLE):
            return first.get("choice", "")
        case ChoiceQuiz():
            return list(fields.get("choice", ()))
        case TrueFalseQuiz():
            return {"true": True, "false": False}.get(first.get("choice", ""))
        case NumberQuiz():
            return first.get("number", "")
        case OrderQuiz():
            return list(fields.get("item", ()))
        case FillQuiz():
            return list(fields.get("blank", ()))
        case MatchQuiz():
            return {item.id: first.get(f"match-{item.id}", "") for item in quiz.items}


def _unreadable(message: str) -> Grade:
    return Grade(correct=False, readable=False, message=message)


def _graded(
    *, correct: bool, feedback: tuple[Feedback, ...] = (), why_html: str = "", message: str = ""
) -> Grade:
    verdict = RIGHT if correct else message or WRONG
    return Grade(correct=correct, readable=True, message=verdict, feedback=feedback, why_html=why_html)


def _grade_single(quiz: ChoiceQuiz, answer: object) -> Grade:
    chosen = [choice for choice in quiz.choices if choice.id == answer]
    if not chosen:
        return _unreadable("答えを1つ選んでください。")
    feedback = _choice_feedback(quiz, {chosen[0].id})
    return _graded(correct=chosen[0].correct, feedback=feedback)


def _grade_multiple(quiz: ChoiceQuiz, answer: object) -> Grade:
    ids = {choice.id for choice in quiz.choices}
    chosen = {each for each in answer if isinstance(each, str)} if isinstance(answer, list) else set()
    if not chosen or not chosen <= ids:
        return _unreadable("当てはまるものを選んでください。")
    right = {choice.id for choice in quiz.choices if choice.correct}
    missing_only = "選んだものは合っています。ほかにも当てはまるものがあります。" if chosen < right else ""
    return _graded(correct=chosen == right, feedback=_choice_feedback(quiz, chosen), message=missing_only)


def _choice_feedback(quiz: ChoiceQuiz, chosen: set[str]) -> tuple[Feedback, ...]:
    return tuple(
        Feedback(target=choice.id, correct=choice.correct, why_html=choice.why_html)
        for choice in quiz.choices
        if choice.id in chosen
    )


def _grade_true_false(quiz: TrueFalseQuiz, answer: object) -> Grade:
    if not isinstance(answer, bool):
        return _unreadable("「正しい」か「誤り」を選んでください。")
    why_html = quiz.why_true_html if answer else quiz.why_false_html
    correct = answer == quiz.answer
    return _graded(
        correct=correct, feedback=(Feedback(target=str(answer).lower(), correct=correct, why_html=why_html),)
    )


def _grade_number(quiz: NumberQuiz, answer: object) -> Grade:
    text = answer if isinstance(answer, str) else ""
    value = read_number(text, quiz.unit) if len(text) <= MAX_ANSWER_CHARS else None
    if value is None:
        return _unreadable("数字で答えてください。たとえば10のように書きます。")
    if quiz.low <= value <= quiz.high:
        return _graded(correct=True, why_html=quiz.why_html)
    known = [mistake.why_html for mistake in quiz.mistakes if mistake.answer == value]
    return _graded(correct=False, why_html=known[0] if known else quiz.otherwise_html)


def _grade_order(quiz: OrderQuiz, answer: object) -> Grade:
    right = [item.id for item in quiz.items]
    given = [each for each in answer if isinstance(each, str)] if isinstance(answer, list) else []
    if sorted(given) != sorted(right):
        return _unreadable("すべての項目を並べてから答えてください。")
    feedback = tuple(
        Feedback(target=item_id, correct=item_id == expected, why_html="")
        for item_id, expected in zip(given, right, strict=True)
    )
    if given == right:
        return _graded(correct=True, feedback=feedback, why_html=quiz.why_html)
    known = [mistake.why_html for mistake in quiz.mistakes if list(mistake.order) == given]
    return _graded(correct=False, feedback=feedback, why_html=known[0] if known else quiz.otherwise_html)


def _grade_fill(quiz: FillQuiz, answer: object) -> Grade:
    given = [each for each in answer if isinstance(each, str)] if isinstance(answer, list) else []
    if len(given) != len(quiz.blanks) or not all(fold(each[: MAX_ANSWER_CHARS + 1]) for each in given):
        return _unreadable("すべての空欄に書いてから答えてください。")
    if any(len(each) > MAX_ANSWER_CHARS for each in given):
        return _unreadable(f"答えが長すぎます。1つの空欄には{MAX_ANSWER_CHARS}字までで書いてください。")
    feedback = tuple(
        _grade_blank(str(index), blank, text)
        for index, (blank, text) in enumerate(zip(quiz.blanks, given, strict=True))
    )
    correct = all(part.correct for part in feedback)
    return _graded(correct=correct, feedback=feedback, why_html=quiz.why_html if correct else "")


def _grade_blank(target: str, blank: Blank, text: str) -> Feedback:
    folded = fold(text)
    if folded in {fold(accepted) for accepted in blank.accept}:
        return Feedback(target=target, correct=True, why_html="")
    known = [mistake.why_html for mistake in blank.mistakes if fold(mistake.answer) == folded]
    return Feedback(target=target, correct=False, why_html=known[0] if known else blank.otherwise_html)


def _grade_match(quiz: MatchQuiz, answer: object) -> Grade:
    given = answer if isinstance(answer, dict) else {}
    options = [option.id for option in quiz.options]
    if not all(given.get(item.id) in options for item in quiz.items):
        return _unreadable("すべての項目に1つずつ選んでください。")
    feedback = tuple(_grade_item(item, str(given[item.id])) for item in quiz.items)
    correct = all(part.correct for part in feedback)
    return _graded(
        correct=correct, feedback=feedback, why_html=quiz.why_html if correct else quiz.otherwise_html
    )


def _grade_item(item: MatchItem, option_id: str) -> Feedback:
    if option_id == item.option_id:
        return Feedback(target=item.id, correct=True, why_html=item.why_html)
    known = [mistake.why_html for mistake in item.mistakes if mistake.option_id == option_id]
    return Feedback(target=item.id, correct=False, why_html=known[0] if known else "")
