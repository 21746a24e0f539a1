"""What a page needs to ask a quiz, and, kept apart from it, the answer to reveal.

A `Question` holds no answer, no reason and no order that would tell one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from random import Random

from learn.content.answers import number_text
from learn.content.model import (
    AnyQuiz,
    Choice,
    ChoiceQuiz,
    FillQuiz,
    MatchItem,
    MatchOption,
    MatchQuiz,
    NumberQuiz,
    OrderItem,
    OrderQuiz,
    QuizType,
    TrueFalseQuiz,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something to choose, order or match; ``id`` is opaque and stable."""

    id: str
    text_html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A quiz as one learner sees it; a field that its type does not use is empty.

    single, multiple and tf use ``choices``; number uses ``unit``; order and match
    use ``items``, match also ``options``; fill uses ``language``, ``segments_html``
    (one more than there are blanks) and ``blank_labels``.
    """

    id: str
    type: QuizType
    number: int
    question_html: str
    question: str
    choices: tuple[Option, ...] = ()
    unit: str = ""
    items: tuple[Option, ...] = ()
    options: tuple[Option, ...] = ()
    language: str = ""
    segments_html: tuple[str, ...] = ()
    blank_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealedPart:
    """The right answer to one part: a choice, an item, a blank, or the whole (an empty ``target``)."""

    target: str
    label_html: str
    answer_html: str
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """The answer of a quiz with its reasons, for after two misses and for print."""

    parts: tuple[RevealedPart, ...]
    why_html: str


_TRUE_FALSE = (
    Option(id="true", text_html="正しい", text="正しい"),
    Option(id="false", text_html="誤り", text="誤り"),
)


def question_for(quiz: AnyQuiz, *, seed: str) -> Question:
    """The quiz without its answer, shuffled by the learner's seed: the same seed, the same order."""
    rng = Random(f"{seed}:{quiz.id}")
    question = Question(
        id=quiz.id,
        type=quiz.type,
        number=quiz.number,
        question_html=quiz.question_html,
        question=quiz.question,
    )
    match quiz:
        case ChoiceQuiz():
            choices = _options(quiz.choices)
            return replace(question, choices=_shuffled(choices, rng) if quiz.shuffle else choices)
        case TrueFalseQuiz():
            return replace(question, choices=_TRUE_FALSE)
        case NumberQuiz():
            return replace(question, unit=quiz.unit)
        case OrderQuiz():
            return replace(question, items=_disordered(_options(quiz.items), rng))
        case FillQuiz():
            return replace(
                question,
                language=quiz.language,
                segments_html=quiz.segments_html,
                blank_labels=tuple(blank.label for blank in quiz.blanks),
            )
        case MatchQuiz():
            options = _shuffled(_options(quiz.options), rng)
            return replace(question, items=_options(quiz.items), options=options)


def reveal(quiz: AnyQuiz) -> Reveal:
    """The right answer. Hand it out only when the learner may see it."""
    match quiz:
        case ChoiceQuiz():
            return Reveal(parts=_choice_parts(quiz), why_html="")
        case TrueFalseQuiz():
            why_html = quiz.why_true_html if quiz.answer else quiz.why_false_html
            word = _TRUE_FALSE[0 if quiz.answer else 1]
            return Reveal(parts=(_part(word.id, answer_html=word.text_html, why_html=why_html),), why_html="")
        case NumberQuiz():
            answer = escape(f"{number_text(quiz.answer)}{quiz.unit}")
            return Reveal(parts=(_part("", answer_html=answer),), why_html=quiz.why_html)
        case OrderQuiz():
            parts = tuple(_part(item.id, answer_html=item.text_html) for item in quiz.items)
            return Reveal(parts=parts, why_html=quiz.why_html)
        case FillQuiz():
            return Reveal(parts=_blank_parts(quiz), why_html=quiz.why_html)
        case MatchQuiz():
            return Reveal(parts=_match_parts(quiz), why_html=quiz.why_html)


def _options(sources: Sequence[Choice | OrderItem | MatchItem | MatchOption]) -> tuple[Option, ...]:
    return tuple(Option(id=each.id, text_html=each.text_html, text=each.text) for each in sources)


def _shuffled(options: tuple[Option, ...], rng: Random) -> tuple[Option, ...]:
    return tuple(rng.sample(options, len(options)))


def _disordered(options: tuple[Option, ...], rng: Random) -> tuple[Option, ...]:
    """Shuffled, and never in the order it came in."""
    shuffled = _shuffled(options, rng)
    return shuffled if shuffled != options else (*options[1:], options[0])


def _choice_parts(quiz: ChoiceQuiz) -> tuple[RevealedPart, ...]:
    return tuple(
        _part(choice.id, answer_html=choice.text_html, why_html=choice.why_html)
        for choice in quiz.choices
        if choice.correct
    )


def _blank_parts(quiz: FillQuiz) -> tuple[RevealedPart, ...]:
    return tuple(
        _part(
            str(index), label_html=escape(blank.label), answer_html=f"<code>{escape(blank.accept[0])}</code>"
        )
        for index, blank in enumerate(quiz.blanks)
    )


def _match_parts(quiz: MatchQuiz) -> tuple[RevealedPart, ...]:
    options = {option.id: option.text_html for option in quiz.options}
    return tuple(
        _part(
            item.id,
            label_html=item.text_html,
            answer_html=options[item.option_id],
            why_html=item.why_html,
        )
        for item in quiz.items
    )


def _part(target: str, *, answer_html: str, label_html: str = "", why_html: str = "") -> RevealedPart:
    return RevealedPart(target=target, label_html=label_html, answer_html=answer_html, why_html=why_html)
