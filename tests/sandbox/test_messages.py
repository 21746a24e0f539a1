"""Every code has all its parts, in the words that the project uses."""

import re
from pathlib import Path
from string import Formatter

import pytest
import yaml

from learn.sandbox.messages import MESSAGES

LESSONS = Path(__file__).parents[2] / "lessons"


def written_lessons() -> set[str]:
    """The ids of all lessons of the syllabus that the lesson files know: written or planned."""
    ids = {path.parent.name.partition("-")[2] for path in LESSONS.glob("*/*/lesson.md")}
    for course in LESSONS.glob("*/course.yaml"):
        ids |= {
            lesson["id"] for lesson in yaml.safe_load(course.read_text(encoding="utf-8")).get("planned") or []
        }
    return ids


def test_there_are_at_least_150_codes():
    assert len(MESSAGES) >= 150


@pytest.mark.parametrize("code", MESSAGES)
def test_code_has_all_parts(code):
    message = MESSAGES[code]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", code)
    for part in (message.what, message.why, message.cure):
        assert part.strip()
        assert "！" not in part and "？" not in part and "!" not in part


@pytest.mark.parametrize("code", MESSAGES)
def test_sentences_end_and_stay_short(code):
    message = MESSAGES[code]
    assert len(re.sub(r"`[^`]*`|\{\w+\}", "", message.what)) <= 30
    assert not message.what.endswith("。")
    for part in (message.why, message.cure):
        assert part.endswith("。")
        for sentence in part.split("。"):
            assert len(sentence) <= 90, sentence


@pytest.mark.parametrize("code", MESSAGES)
def test_no_space_between_japanese_and_latin_letters(code):
    message = MESSAGES[code]
    for part in (message.what, message.why, message.cure):
        prose = re.sub(r"`[^`]*`", "", part)
        assert not re.search(r"[ぁ-んァ-ヶ一-龠] [A-Za-z0-9]|[A-Za-z0-9] [ぁ-んァ-ヶ一-龠]", prose)


@pytest.mark.parametrize("code", MESSAGES)
def test_parameters_are_plain_names(code):
    message = MESSAGES[code]
    for part in (message.what, message.why, message.cure, message.english):
        for _, name, spec, conversion in Formatter().parse(part):
            assert name is None or name.isidentifier()
            assert not spec and not conversion


def test_linked_lessons_are_known():
    linked = {message.lesson for message in MESSAGES.values() if message.lesson}
    assert linked - written_lessons() == set()
