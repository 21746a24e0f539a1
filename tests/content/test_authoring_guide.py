"""lessons/AUTHORING.md shows what the parser accepts."""

import re
from pathlib import Path

import pytest

from learn.content.catalog import read_catalog
from learn.content.lint import lint
from learn.content.model import Source
from learn.content.parse.blocks import Fence
from learn.content.parse.diagram import parse_diagram
from learn.content.parse.problems import Problems
from learn.content.parse.quiz import parse_quiz
from learn.content.parse.words import Words
from tests.content.factories import TARGETS, TERMS, sample_files

GUIDE = (Path(__file__).parents[2] / "lessons" / "AUTHORING.md").read_text(encoding="utf-8")
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: "


def template_files():
    """The files that the guide's first section shows, with manifests beside them."""
    shown = re.findall(r"#### `([^`]+)`\n\n(`{3,})\w+\n(.*?)\n\2\n", GUIDE, re.DOTALL)
    files = {path: text for path, _, text in shown}
    folder = next(path for path in files if path.endswith("exercise.yaml")).rpartition("/")[0]
    for number, name in enumerate(re.findall(r"\w+/\w+\.yaml", files[f"{folder}/exercise.yaml"])):
        files[f"{folder}/{name}"] = f"{POD}{number}}}\n"
    files[f"{folder}/start.yaml"] = ""
    files[TERMS] = sample_files()[TERMS]
    return files


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def test_template_can_be_copied():
    files = template_files()
    catalog, findings = read_catalog(files)
    assert findings + lint(files, catalog) == ()
    assert len(files) == 10
    assert [lesson.id for lesson in catalog.all_lessons()] == ["example-first"]


@pytest.mark.parametrize("text", blocks("quiz"), ids=lambda text: text.split("\n")[0])
def test_quiz_examples_are_quizzes(text):
    lesson_id = re.match(r"id: (.*)-q\d+", text)[1]
    words = Words(TARGETS, Problems())
    fence = Fence(info="quiz", options="", text=text, source=Source(path="lesson.md", line=1))
    assert parse_quiz(fence, lesson_id, 1, words) is not None, words.problems.in_order()


@pytest.mark.parametrize("text", blocks("diagram"), ids=lambda text: text.split("#")[0].strip())
def test_diagram_examples_are_drawn(text):
    problems = Problems()
    fence = Fence(info="diagram", options="", text=text, source=Source(path="lesson.md", line=1))
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
    assert parse_diagram(fence, "guide", {"ports.svg": drawing}, problems)
    assert problems.in_order() == ()


def test_guide_shows_every_quiz_type_and_diagram():
    quizzes = {re.search(r"^type: (\w+)", text, re.MULTILINE)[1] for text in blocks("quiz")}
    assert quizzes == {"single", "tf", "number", "order", "fill", "match"}
    diagrams = {re.search(r"^kind: (\w+)", text, re.MULTILINE)[1] for text in blocks("diagram")}
    assert diagrams == {"svg", "flow", "lanes"}
