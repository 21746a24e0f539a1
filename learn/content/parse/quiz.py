"""``quiz`` blocks: YAML to the quiz types."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import TypedDict

from learn.content.answers import MAX_ANSWER_CHARS, fold
from learn.content.model import (
    AnyQuiz,
    Blank,
    BlankMistake,
    Choice,
    ChoiceQuiz,
    FillQuiz,
    MatchItem,
    MatchMistake,
    MatchOption,
    MatchQuiz,
    NumberMistake,
    NumberQuiz,
    OrderItem,
    OrderMistake,
    OrderQuiz,
    QuizType,
    Source,
    TrueFalseQuiz,
)
from learn.content.parse.blocks import Fence
from learn.content.parse.fields import Fields, compose_fields
from learn.content.parse.words import Words
from learn.content.render.code import BLANK, LANGUAGES, blank_segments

_MARKED_BLANK = "\ue001"


class _Common(TypedDict):
    id: str
    lesson_id: str
    number: int
    question_html: str
    question: str
    source: Source


def parse_quiz(raw: Fence, lesson_id: str, number: int, words: Words) -> AnyQuiz | None:
    """The quiz of a fence, the ``number``-th of its lesson; None if anything in it is wrong."""
    problems = words.problems
    fields = compose_fields(raw.text, path=raw.source.path, first_line=raw.text_line, problems=problems)
    if fields is None:
        return None
    earlier = len(problems)
    kind = fields.one_of("type", list(QuizType))
    common = _common(fields, lesson_id, number, words)
    quiz = _READERS[QuizType(kind)](fields, common, words) if kind else None
    if kind:
        fields.close()
    return quiz if len(problems) == earlier else None


def _common(fields: Fields, lesson_id: str, number: int, words: Words) -> _Common:
    quiz_id = fields.identifier()
    if quiz_id and not re.fullmatch(rf"{re.escape(lesson_id)}-q\d+", quiz_id):
        message = f"クイズのidは「{lesson_id}-q{number}」の形（レッスンのid-q番号）にします。"
        words.problems.add(fields.source_of("id"), "bad-id", message)
    question = words.phrase(fields.text("question"), fields.source_of("question"))
    return _Common(
        id=quiz_id,
        lesson_id=lesson_id,
        number=number,
        question_html=question.html,
        question=question.text,
        source=fields.source_of("id"),
    )


def _opaque_id(quiz_id: str, text: str) -> str:
    """An id that stays as long as the text stays and tells nothing about the answer."""
    return hashlib.sha256(f"{quiz_id}\n{text}".encode()).hexdigest()[:10]


def _inline(fields: Fields, key: str, words: Words) -> str:
    return words.inline(fields.text(key), fields.source_of(key))


def _why(fields: Fields, words: Words) -> str:
    """A reason, with its own kind of finding: a quiz without reasons teaches nothing."""
    if "why" not in fields:
        message = "「why」がありません。選んだ人に、正しい理由か誤解の説明を書いてください。"
        words.problems.add(fields.source, "quiz-without-why", message)
        return ""
    return _inline(fields, "why", words)


def _optional_why(fields: Fields, words: Words) -> str:
    return words.inline(fields.optional_text("why"), fields.source_of("why"))


def _choice_quiz(fields: Fields, common: _Common, words: Words) -> ChoiceQuiz:
    kind = QuizType(fields.text("type"))
    choices = tuple(
        _choice(choice, common["id"], words) for choice in fields.mappings("choices", required=True)
    )
    right = sum(choice.correct for choice in choices)
    if len(choices) < 2:
        _report(fields, "choices", "選択肢は2つ以上にします。")
    elif kind is QuizType.SINGLE and right != 1:
        _report(fields, "choices", "単一選択（single）の正解は、ちょうど1つにします。")
    elif kind is QuizType.MULTIPLE and right == 0:
        _report(fields, "choices", "複数選択（multiple）の正解は、1つ以上にします。")
    _check_distinct(fields, "choices", [choice.text for choice in choices])
    return ChoiceQuiz(**common, type=kind, choices=choices, shuffle=fields.flag("shuffle", default=True))


def _choice(fields: Fields, quiz_id: str, words: Words) -> Choice:
    written = fields.text("text")
    text = words.phrase(written, fields.source_of("text"))
    choice = Choice(
        id=_opaque_id(quiz_id, written),
        text_html=text.html,
        text=text.text,
        correct=fields.flag("correct", default=False),
        why_html=_why(fields, words),
    )
    fields.close()
    return choice


def _true_false_quiz(fields: Fields, common: _Common, words: Words) -> TrueFalseQuiz:
    answer = fields.flag("answer")
    if "why" not in fields:
        _why(fields, words)
        return TrueFalseQuiz(**common, answer=answer, why_true_html="", why_false_html="")
    why = fields.mapping("why")
    quiz = TrueFalseQuiz(
        **common,
        answer=answer,
        why_true_html=_inline(why, "true", words) if why else "",
        why_false_html=_inline(why, "false", words) if why else "",
    )
    if why:
        why.close()
    return quiz


def _number_quiz(fields: Fields, common: _Common, words: Words) -> NumberQuiz:
    answer = fields.number("answer")
    accept = fields.numbers("accept") or (answer, answer)
    if len(accept) != 2 or not accept[0] <= answer <= accept[-1]:
        _report(fields, "accept", "「accept」は[下限, 上限]の2つの数で、「answer」を含めます。")
    mistakes = tuple(_number_mistake(mistake, words) for mistake in fields.mappings("mistakes"))
    if any(accept[0] <= mistake.answer <= accept[-1] for mistake in mistakes):
        _report(fields, "mistakes", "誤答の中に、正解になる値があります。")
    return NumberQuiz(
        **common,
        unit=fields.optional_text("unit"),
        answer=answer,
        low=accept[0],
        high=accept[-1],
        why_html=_why(fields, words),
        mistakes=mistakes,
        otherwise_html=_inline(fields, "otherwise", words),
    )


def _number_mistake(fields: Fields, words: Words) -> NumberMistake:
    mistake = NumberMistake(answer=fields.number("answer"), why_html=_why(fields, words))
    fields.close()
    return mistake


def _order_quiz(fields: Fields, common: _Common, words: Words) -> OrderQuiz:
    written = fields.texts("items", required=True)
    if len(written) < 3:
        _report(fields, "items", "並べる項目は3つ以上にします。")
    _check_distinct(fields, "items", list(written))
    ids = {text: _opaque_id(common["id"], text) for text in written}
    return OrderQuiz(
        **common,
        items=tuple(_order_item(text, ids[text], fields, words) for text in written),
        why_html=_why(fields, words),
        mistakes=tuple(_order_mistake(mistake, ids, words) for mistake in fields.mappings("mistakes")),
        otherwise_html=_inline(fields, "otherwise", words),
    )


def _order_item(text: str, item_id: str, fields: Fields, words: Words) -> OrderItem:
    phrase = words.phrase(text, fields.source_of("items"))
    return OrderItem(id=item_id, text_html=phrase.html, text=phrase.text)


def _order_mistake(fields: Fields, ids: Mapping[str, str], words: Words) -> OrderMistake:
    order = fields.texts("order", required=True)
    if sorted(order) != sorted(ids) or list(order) == list(ids):
        _report(fields, "order", "「order」には、「items」のすべてを正解と違う順に書きます。")
    mistake = OrderMistake(order=tuple(ids.get(text, "") for text in order), why_html=_why(fields, words))
    fields.close()
    return mistake


def _fill_quiz(fields: Fields, common: _Common, words: Words) -> FillQuiz:
    language = fields.one_of("language", LANGUAGES) if "language" in fields else ""
    text = fields.text("text")
    segments = blank_segments(text, language=language) if language else _prose_segments(fields, text, words)
    blanks = tuple(_blank(blank, words) for blank in fields.mappings("blanks", required=True))
    if len(segments) != len(blanks) + 1:
        message = f"「text」の空欄（{BLANK}）は{len(segments) - 1}個、「blanks」は{len(blanks)}個です。"
        _report(fields, "blanks", f"{message}同じ数にします。")
    return FillQuiz(
        **common,
        language=language,
        segments_html=segments,
        blanks=blanks,
        why_html=_why(fields, words),
    )


def _prose_segments(fields: Fields, text: str, words: Words) -> tuple[str, ...]:
    """The pieces of prose around its blanks; a blank inside emphasis or code has no place to stand."""
    source = fields.text_source("text")
    lines = [
        words.inline(line, Source(path=source.path, line=source.line + number))
        for number, line in enumerate(text.replace(BLANK, _MARKED_BLANK).split("\n"))
    ]
    segments = tuple("<br>".join(lines).split(_MARKED_BLANK))
    if any(segment.count("</") != len(re.findall(r"<(?!/|br>)", segment)) for segment in segments):
        _report(fields, "text", "空欄は、強調や`コード`の外に置きます。")
    return segments


def _blank(fields: Fields, words: Words) -> Blank:
    accept = fields.texts("accept", required=True)
    mistakes = tuple(_blank_mistake(mistake, words) for mistake in fields.mappings("mistakes"))
    if {fold(answer) for answer in accept} & {fold(mistake.answer) for mistake in mistakes}:
        _report(fields, "mistakes", "誤答の中に、正解になる語があります。")
    if any(len(answer) > MAX_ANSWER_CHARS for answer in accept):
        _report(fields, "accept", f"正解は{MAX_ANSWER_CHARS}字までです。")
    blank = Blank(
        label=fields.text("label"),
        accept=accept,
        mistakes=mistakes,
        otherwise_html=_inline(fields, "otherwise", words),
    )
    fields.close()
    return blank


def _blank_mistake(fields: Fields, words: Words) -> BlankMistake:
    mistake = BlankMistake(answer=fields.text("answer"), why_html=_why(fields, words))
    fields.close()
    return mistake


def _match_quiz(fields: Fields, common: _Common, words: Words) -> MatchQuiz:
    written = fields.texts("options", required=True)
    _check_distinct(fields, "options", list(written))
    ids = {text: _opaque_id(common["id"], f"option {text}") for text in written}
    items = tuple(
        _match_item(item, common["id"], ids, words) for item in fields.mappings("items", required=True)
    )
    _check_distinct(fields, "items", [item.text for item in items])
    return MatchQuiz(
        **common,
        options=tuple(_match_option(text, ids[text], fields, words) for text in written),
        items=items,
        why_html=_optional_why(fields, words),
        otherwise_html=_inline(fields, "otherwise", words),
    )


def _match_option(text: str, option_id: str, fields: Fields, words: Words) -> MatchOption:
    phrase = words.phrase(text, fields.source_of("options"))
    return MatchOption(id=option_id, text_html=phrase.html, text=phrase.text)


def _match_item(fields: Fields, quiz_id: str, ids: Mapping[str, str], words: Words) -> MatchItem:
    written = fields.text("text")
    text = words.phrase(written, fields.source_of("text"))
    item = MatchItem(
        id=_opaque_id(quiz_id, f"item {written}"),
        text_html=text.html,
        text=text.text,
        option_id=_option_id(fields, ids),
        why_html=_why(fields, words),
        mistakes=tuple(_match_mistake(mistake, ids, words) for mistake in fields.mappings("mistakes")),
    )
    if item.option_id in [mistake.option_id for mistake in item.mistakes]:
        _report(fields, "mistakes", "誤答の中に正解があります。")
    fields.close()
    return item


def _match_mistake(fields: Fields, ids: Mapping[str, str], words: Words) -> MatchMistake:
    mistake = MatchMistake(option_id=_option_id(fields, ids), why_html=_why(fields, words))
    fields.close()
    return mistake


def _option_id(fields: Fields, ids: Mapping[str, str]) -> str:
    answer = fields.text("answer")
    if answer and answer not in ids:
        _report(fields, "answer", f"「{answer}」が「options」にありません。")
    return ids.get(answer, "")


def _check_distinct(fields: Fields, key: str, texts: list[str]) -> None:
    if len(set(texts)) < len(texts):
        _report(fields, key, f"「{key}」に同じものが2つあります。")


def _report(fields: Fields, key: str, message: str) -> None:
    fields.problems.add(fields.source_of(key), "quiz", message)


_READERS: dict[QuizType, Callable[[Fields, _Common, Words], AnyQuiz]] = {
    QuizType.SINGLE: _choice_quiz,
    QuizType.MULTIPLE: _choice_quiz,
    QuizType.TRUE_FALSE: _true_false_quiz,
    QuizType.NUMBER: _number_quiz,
    QuizType.ORDER: _order_quiz,
    QuizType.FILL: _fill_quiz,
    QuizType.MATCH: _match_quiz,
}
