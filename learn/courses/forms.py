"""The only door for an answer to a quiz."""

from dataclasses import dataclass

from django.http import QueryDict

from learn.content.model import AnyQuiz, OrderQuiz
from learn.content.quiz import Grade, answer_from_fields, grade

STALE = "問いが書き換えられています。新しい問いを読んで、もう一度答えてください。"
NOT_IN_ORDER = "同じ順番が2回使われています。1から順に、1つずつ選んでください。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """
    An answer as it was sent, and its grade. `question` and `seen` come from the form: the fingerprint of
    the question it asked, and how many attempts it had shown.
    """

    question: str
    seen: int
    answer: object
    grade: Grade


def read_submission(quiz: AnyQuiz, post: QueryDict) -> Submission:
    fields = {name: [value.replace("\0", "") for value in values] for name, values in post.lists()}
    seen = post.get("seen", "")
    answer, result = _order(quiz, fields) if isinstance(quiz, OrderQuiz) else _answer(quiz, fields)
    return Submission(
        question=post.get("question", ""),
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else 0,
        answer=answer,
        grade=result,
    )


def refused(message: str) -> Grade:
    """A grade that records nothing and tells what to do."""
    return Grade(correct=False, readable=False, message=message)


def _answer(quiz: AnyQuiz, fields: dict[str, list[str]]) -> tuple[object, Grade]:
    answer = answer_from_fields(quiz, fields)
    return answer, grade(quiz, answer)


def _order(quiz: OrderQuiz, fields: dict[str, list[str]]) -> tuple[object, Grade]:
    """Each item comes with the position chosen for it, `order-<item id>`."""
    expected = [str(position) for position in range(1, len(quiz.items) + 1)]
    chosen = {item.id: fields.get(f"order-{item.id}", [""])[0] for item in quiz.items}
    if sorted(chosen.values()) != sorted(expected):
        known = {item_id: int(place) for item_id, place in chosen.items() if place in expected}
        return known, refused(NOT_IN_ORDER)
    return _answer(quiz, {"item": sorted(chosen, key=lambda item_id: int(chosen[item_id]))})
