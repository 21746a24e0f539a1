"""What a browser does with a page: read its forms, fill them, send them."""

import re
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.test import Client

from learn.content.model import AnyQuiz, Catalog
from learn.progress.models import Learner

HTMX = {"HX-Request": "true"}
FIRST = "/courses/harbor/first/"
SECOND = "/courses/harbor/second/"
LAB = "/labs/first-1/"


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def part_of(html: str, element_id: str, tag: str = "section") -> str:
    """Return the outermost `tag` with this id, up to the end of its own nesting."""
    start = html.index(f'id="{element_id}"')
    start = html.rindex(f"<{tag}", 0, start)
    depth = 0
    for match in re.finditer(rf"<(/?){tag}\b", html[start:]):
        depth += -1 if match[1] else 1
        if depth == 0:
            return html[start : start + match.end()]
    raise AssertionError(f"<{tag} id={element_id}> has no end")


def hidden_fields(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html))


def right_answer(quiz: AnyQuiz) -> dict[str, Any]:
    match quiz.type:
        case "single" | "multiple":
            return {"choice": [choice.id for choice in quiz.choices if choice.correct]}
        case "tf":
            return {"choice": str(quiz.answer).lower()}
        case "number":
            return {"number": str(quiz.answer)}
        case "order":
            return order_fields([item.id for item in quiz.items])
        case "fill":
            return {"blank": [blank.accept[0] for blank in quiz.blanks]}
        case "match":
            return {f"match-{item.id}": item.option_id for item in quiz.items}


def wrong_answer(quiz: AnyQuiz) -> dict[str, Any]:
    match quiz.type:
        case "single" | "multiple":
            return {"choice": [choice.id for choice in quiz.choices if not choice.correct][:1]}
        case "tf":
            return {"choice": str(not quiz.answer).lower()}
        case "number":
            return {"number": str(quiz.high + 1)}
        case "order":
            return order_fields([item.id for item in reversed(quiz.items)])
        case "fill":
            return {"blank": ["ちがう語" for _ in quiz.blanks]}
        case "match":
            return {f"match-{item.id}": _another(item.option_id, quiz.options) for item in quiz.items}


def order_fields(item_ids: Sequence[str]) -> dict[str, str]:
    return {f"order-{item_id}": str(place) for place, item_id in enumerate(item_ids, start=1)}


def _another(option_id: str, options: Sequence[Any]) -> str:
    return next(option.id for option in options if option.id != option_id)


def quiz_form(client: Client, catalog: Catalog, quiz_id: str) -> dict[str, str]:
    """Return the hidden fields of a quiz as the lesson page shows it now."""
    lesson = catalog.lessons[catalog.quizzes[quiz_id].lesson_id]
    return hidden_fields(part_of(text_of(client.get(lesson.url)), f"quiz-{quiz_id}"))


def answer(
    client: Client, catalog: Catalog, quiz_id: str, fields: dict[str, Any], **options: Any
) -> HttpResponse:
    form = quiz_form(client, catalog, quiz_id)
    return client.post(f"/quizzes/{quiz_id}/answer/", {**form, **fields}, **options)


def solve_everything(client: Client, catalog: Catalog, lesson_id: str) -> None:
    lesson = catalog.lessons[lesson_id]
    client.post(f"{lesson.url}read/")
    for quiz in lesson.quizzes:
        answer(client, catalog, quiz.id, right_answer(quiz))
    for exercise in lesson.exercises:
        if exercise.is_available:
            client.post(f"{exercise.url}check/", {"text": exercise.solutions[0].text})


def nothing_is_kept() -> bool:
    return not Learner.objects.exists()
