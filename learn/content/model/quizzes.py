"""The types of quiz, each with its key and its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from learn.content.model.findings import Source


class QuizType(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "tf"
    NUMBER = "number"
    ORDER = "order"
    FILL = "fill"
    MATCH = "match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice; ``id`` is derived from its text and says nothing about ``correct``."""

    id: str
    text_html: str
    text: str
    correct: bool
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """What every quiz has. ``number`` counts the quizzes of the lesson from 1."""

    id: str
    lesson_id: str
    number: int
    question_html: str
    question: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceQuiz(Quiz):
    """Single (exactly one choice is correct) or multiple (at least one is)."""

    type: QuizType
    choices: tuple[Choice, ...]
    shuffle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFalseQuiz(Quiz):
    """``why_true_html`` answers the learner who chose 正しい, ``why_false_html`` 誤り."""

    answer: bool
    why_true_html: str
    why_false_html: str
    type: QuizType = QuizType.TRUE_FALSE


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberMistake:
    answer: Decimal
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberQuiz(Quiz):
    """A number between ``low`` and ``high``, both included; ``answer`` is the one shown."""

    unit: str
    answer: Decimal
    low: Decimal
    high: Decimal
    why_html: str
    mistakes: tuple[NumberMistake, ...]
    otherwise_html: str
    type: QuizType = QuizType.NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem:
    id: str
    text_html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMistake:
    order: tuple[str, ...]
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuiz(Quiz):
    """``items`` are in the right order; a page shows them in another one."""

    items: tuple[OrderItem, ...]
    why_html: str
    mistakes: tuple[OrderMistake, ...]
    otherwise_html: str
    type: QuizType = QuizType.ORDER


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankMistake:
    answer: str
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    label: str
    accept: tuple[str, ...]
    mistakes: tuple[BlankMistake, ...]
    otherwise_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FillQuiz(Quiz):
    """``segments_html`` has one piece more than ``blanks``: the text around them.

    ``language`` is empty for prose and a Pygments lexer's name for code.
    """

    language: str
    segments_html: tuple[str, ...]
    blanks: tuple[Blank, ...]
    why_html: str
    type: QuizType = QuizType.FILL


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchOption:
    id: str
    text_html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchMistake:
    option_id: str
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchItem:
    id: str
    text_html: str
    text: str
    option_id: str
    why_html: str
    mistakes: tuple[MatchMistake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuiz(Quiz):
    """Each item belongs to one option; an option may serve several items or none."""

    options: tuple[MatchOption, ...]
    items: tuple[MatchItem, ...]
    why_html: str
    otherwise_html: str
    type: QuizType = QuizType.MATCH


AnyQuiz = ChoiceQuiz | TrueFalseQuiz | NumberQuiz | OrderQuiz | FillQuiz | MatchQuiz
