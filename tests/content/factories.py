"""The sample lessons, whole or broken in one place, and short ways to parse one thing."""

from pathlib import Path

from learn.content.catalog import read_catalog, read_files
from learn.content.lint import lint
from learn.content.model import AnyQuiz, Finding
from learn.content.parse.blocks import Fence, Source
from learn.content.parse.problems import Problems
from learn.content.parse.quiz import parse_quiz
from learn.content.parse.words import Words
from learn.content.render.links import Targets

SAMPLE = Path(__file__).parent / "sample"
LESSON = "01-demo/01-first/lesson.md"
EXERCISE = "01-demo/01-first/first-1/exercise.yaml"
COURSE = "01-demo/course.yaml"
TERMS = "glossary/terms.yaml"

TARGETS = Targets(
    lessons={"first": "/courses/demo/first/"},
    planned={"later": "あとで"},
    exercises={"first-1": "/labs/first-1/"},
    terms={"kubelet": "kubelet"},
)


def sample_files() -> dict[str, str]:
    return read_files(SAMPLE)


def broken_files(file: str, old: str, new: str) -> dict[str, str]:
    """The sample with one piece of one file replaced."""
    files = sample_files()
    assert files[file].count(old) >= 1, f"{old!r} is not in {file}"
    files[file] = files[file].replace(old, new, 1)
    return files


def findings_of(files: dict[str, str]) -> tuple[Finding, ...]:
    """Everything the author checks say without a run."""
    catalog, broken = read_catalog(files)
    return broken + lint(files, catalog)


def line_of(text: str, piece: str) -> int:
    """The line (from 1) of the first appearance of a piece."""
    return text[: text.index(piece)].count("\n") + 1


def quiz_from(yaml_text: str) -> AnyQuiz:
    """The quiz of a block's YAML; fails the test if there is a finding."""
    words = Words(TARGETS, Problems())
    fence = Fence(info="quiz", options="", text=yaml_text, source=Source(path="lesson.md", line=1))
    quiz = parse_quiz(fence, "first", 1, words)
    assert quiz is not None, words.problems.in_order()
    return quiz
