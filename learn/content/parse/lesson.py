"""``lesson.md`` to a Lesson."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from learn.content.model import AnyQuiz, Exercise, Followup, Lesson, Reference, Source
from learn.content.parse.blocks import Fence
from learn.content.parse.body import Body, Surroundings, parse_body
from learn.content.parse.fields import Fields, compose_fields
from learn.content.parse.frontmatter import FrontMatter, split_front_matter
from learn.content.parse.quiz import parse_quiz
from learn.content.parse.words import Words

LESSON_FILE = "lesson.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonPlace:
    """Where a lesson stands: its folder (relative to the lessons folder) and its numbers."""

    path: str
    id: str
    number: int
    course_id: str
    course_number: int


def parse_lesson(
    text: str,
    place: LessonPlace,
    *,
    exercises: Mapping[str, Exercise | None],
    drawings: Mapping[str, str],
    words: Words,
) -> Lesson | None:
    """The lesson of a file; None if anything in it is wrong."""
    path = f"{place.path}/{LESSON_FILE}"
    earlier = len(words.problems)
    parts = split_front_matter(text, path=path, problems=words.problems)
    if parts is None:
        return None
    fields = compose_fields(parts.text, path=path, first_line=2, problems=words.problems)
    body = _body(parts, path, place, exercises, drawings, words)
    lesson = _lesson(fields, place, body, words) if fields else None
    return lesson if len(words.problems) == earlier else None


def _body(
    parts: FrontMatter,
    path: str,
    place: LessonPlace,
    exercises: Mapping[str, Exercise | None],
    drawings: Mapping[str, str],
    words: Words,
) -> Body:
    def read_quiz(raw: Fence, number: int) -> AnyQuiz | None:
        return parse_quiz(raw, place.id, number, words)

    surroundings = Surroundings(name=place.id, exercises=exercises, read_quiz=read_quiz, drawings=drawings)
    return parse_body(parts.body, Source(path=path, line=parts.body_line), surroundings, words)


def _lesson(fields: Fields, place: LessonPlace, body: Body, words: Words) -> Lesson:
    if (written := fields.identifier()) != place.id:
        message = f"「id」（{written}）は、フォルダー名から番号を除いた「{place.id}」にします。"
        words.problems.add(fields.source_of("id"), "bad-id", message)
    title = words.phrase(fields.text("title"), fields.source_of("title"))
    summary = words.phrase(fields.text("summary"), fields.source_of("summary"))
    objectives = fields.texts("objectives", required=True)
    lesson = Lesson(
        id=place.id,
        course_id=place.course_id,
        course_number=place.course_number,
        number=place.number,
        title_html=title.html,
        title=title.text,
        summary_html=summary.html,
        summary=summary.text,
        minutes=fields.minutes(),
        objectives_html=tuple(words.inline(text, fields.source_of("objectives")) for text in objectives),
        prerequisites=_lesson_ids(fields, words),
        terms=_terms(fields, words),
        followups=tuple(_followup(entry, words) for entry in fields.mappings("followups")),
        verified=_verified(fields),
        references=tuple(_reference(entry) for entry in fields.mappings("sources", required=True)),
        toc=body.toc,
        blocks=body.blocks,
        source=fields.source_of("id"),
    )
    fields.close()
    return lesson


def _verified(fields: Fields) -> str:
    version = fields.text("verified")
    if version and not re.fullmatch(r"\d+\.\d+", version):
        message = '「verified」はKubernetesのバージョンです。"1.37"のように書きます。'
        fields.problems.add(fields.source_of("verified"), "bad-field", message)
    return version


def _lesson_ids(fields: Fields, words: Words) -> tuple[str, ...]:
    ids = fields.texts("prerequisites")
    for lesson_id in ids:
        _check_lesson(lesson_id, fields, "prerequisites", words)
    return ids


def _check_lesson(lesson_id: str, fields: Fields, key: str, words: Words) -> None:
    targets = words.targets
    if lesson_id and lesson_id not in targets.lessons and lesson_id not in targets.planned:
        message = (
            f"レッスン「{lesson_id}」がありません。これから書くなら、course.yamlの「planned」に加えます。"
        )
        words.problems.add(fields.source_of(key), "broken-link", message)


def _terms(fields: Fields, words: Words) -> tuple[str, ...]:
    ids = fields.texts("terms")
    for term_id in ids:
        if term_id and term_id not in words.targets.terms:
            message = f"用語「{term_id}」がありません。lessons/glossary/terms.yamlに加えてください。"
            words.problems.add(fields.source_of("terms"), "unknown-term", message)
    return ids


def _followup(fields: Fields, words: Words) -> Followup:
    question = words.phrase(fields.text("question"), fields.source_of("question"))
    lesson_id = fields.text("lesson")
    _check_lesson(lesson_id, fields, "lesson", words)
    fields.close()
    return Followup(question_html=question.html, question=question.text, lesson_id=lesson_id)


def _reference(fields: Fields) -> Reference:
    reference = Reference(title=fields.text("title"), url=fields.https_url("url"))
    fields.close()
    return reference
