"""
The part of a lesson page that is one quiz: its form, and the verdict on the last answer.

A part depends on the quiz, on what its learner did and on the order the choices come in, and on nothing
else, so it is rendered once for each of these and kept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string

from learn.content.model import AnyQuiz, ChoiceQuiz, Heading, TrueFalseQuiz
from learn.content.question import Option, Question, Reveal, question_for, reveal
from learn.content.quiz import Feedback, Grade, grade
from learn.progress.queries import MISSES_BEFORE_REVEAL, QuizState
from learn.ui.pieces import CSRF_MARK, Pieces, pieces_of

ORDERS = 16  # few enough that every reader finds a part rendered, enough that neighbours differ


@dataclass(frozen=True, eq=False, kw_only=True)
class QuizSlot:
    """A quiz in its place on the page: one of `count`, in the section under a heading if there is one."""

    quiz: AnyQuiz
    count: int
    section: Heading | None

    @cached_property
    def fingerprint(self) -> str:
        """Of what the learner is asked, so that an answer to an older wording can be told apart."""
        return sha256(repr(question_for(self.quiz, seed="")).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A choice, an item or a blank with what was given for it and the verdict: right, wrong or none."""

    option: Option
    given: Any = ""
    verdict: str = ""
    why_html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizView:
    """What the template prints."""

    slot: QuizSlot
    question: Question
    state: QuizState
    verdict: str
    message: str
    why_html: str
    rows: tuple[Row, ...]
    number: str
    revealed: Reveal | None

    @property
    def pieces(self) -> list[tuple[str, Row | None]]:
        """The text around the blanks of a fill quiz, each piece with the blank that follows it."""
        return list(zip(self.question.segments_html, [*self.rows, None], strict=True))

    @property
    def should_read_again(self) -> bool:
        missed_often = self.state.misses >= MISSES_BEFORE_REVEAL and not self.state.solved
        return missed_often and self.slot.section is not None

    @property
    def positions(self) -> range:
        return range(1, len(self.rows) + 1)


def order_of(learner_id: UUID) -> int:
    """Return which of the orders this learner sees, always the same one."""
    return learner_id.int % ORDERS


@lru_cache(maxsize=4096)
def quiz_pieces(slot: QuizSlot, state: QuizState, order: int) -> Pieces:
    """Render the quiz with the last answer and what there is to say about it."""
    result = grade_again(slot, state)
    given = json.loads(state.last.answer_json) if state.last and result else None
    return _pieces(_view(slot, state, order, given, result))


def refused_pieces(slot: QuizSlot, state: QuizState, order: int, *, given: object, refused: Grade) -> Pieces:
    """Render an answer that could not be graded, as it was sent, with what to do about it."""
    return _pieces(_view(slot, state, order, given, refused))


def grade_again(slot: QuizSlot, state: QuizState) -> Grade | None:
    """Grade the last answer; there is none if the question has changed since."""
    last = state.last
    if last is None or last.question != slot.fingerprint:
        return None
    return grade(slot.quiz, json.loads(last.answer_json))


def announcement(quiz: AnyQuiz, result: Grade | None) -> str:
    """Return what a screen reader says once about a graded answer."""
    if result is None:
        return ""
    has_reason = result.why_html or any(each.why_html for each in result.feedback)
    if result.correct or not has_reason:
        return result.message
    place = "選択肢" if isinstance(quiz, ChoiceQuiz | TrueFalseQuiz) else "答え"
    return f"{result.message}理由を{place}の下に示しました。"


def _pieces(view: QuizView) -> Pieces:
    return pieces_of(render_to_string("courses/_quiz.html", {"view": view, "csrf_mark": CSRF_MARK}))


def _view(slot: QuizSlot, state: QuizState, order: int, given: object, result: Grade | None) -> QuizView:
    question = question_for(slot.quiz, seed=str(order))
    message = result.message if result else ""
    if result is None and state.last:
        message = "問いが書き換えられたため、前の回答は表示していません。"
    return QuizView(
        slot=slot,
        question=question,
        state=state,
        verdict=_verdict(result),
        message=message,
        why_html=result.why_html if result else "",
        rows=_rows(question, given, {each.target: each for each in result.feedback} if result else {}),
        number=given if isinstance(given, str) else "",
        revealed=reveal(slot.quiz) if state.revealed else None,
    )


def _verdict(result: Grade | None) -> str:
    if result is None:
        return "open"
    if not result.readable:
        return "refused"
    return "right" if result.correct else "wrong"


def _rows(question: Question, given: object, feedback: Mapping[str, Feedback]) -> tuple[Row, ...]:
    def row(option: Option, value: Any) -> Row:
        told = feedback.get(option.id)
        verdict = "" if told is None else "right" if told.correct else "wrong"
        return Row(option=option, given=value, verdict=verdict, why_html=told.why_html if told else "")

    if question.choices:
        chosen = _chosen(given)
        return tuple(row(option, option.id in chosen) for option in question.choices)
    if question.options:
        pairs = given if isinstance(given, dict) else {}
        return tuple(row(item, pairs.get(item.id, "")) for item in question.items)
    if question.items:
        return tuple(row(item, place) for place, item in _in_order(question.items, given))
    texts = given if isinstance(given, list) else []
    blanks = [Option(id=str(i), text_html="", text=label) for i, label in enumerate(question.blank_labels)]
    return tuple(row(blank, texts[i] if i < len(texts) else "") for i, blank in enumerate(blanks))


def _chosen(given: object) -> set[str]:
    match given:
        case bool():
            return {str(given).lower()}
        case str():
            return {given}
        case list():
            return {each for each in given if isinstance(each, str)}
        case _:
            return set()


def _in_order(items: tuple[Option, ...], given: object) -> list[tuple[int, Option]]:
    """Number the items in the order that was given; one that was not graded keeps its own numbers."""
    if isinstance(given, dict):
        return [(given.get(item.id, 0), item) for item in items]
    order = given if isinstance(given, list) else []
    ranks = {item_id: index for index, item_id in enumerate(order)}
    ordered = sorted(items, key=lambda item: ranks.get(item.id, len(ranks)))
    return list(enumerate(ordered, start=1))
