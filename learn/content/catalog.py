"""The lessons folder to a Catalog: names first, so that every link can be checked, then every file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from learn.content.model import (
    Catalog,
    Course,
    Finding,
    Lesson,
    LessonErrors,
    PlannedLesson,
    Source,
)
from learn.content.parse.exercise import EXERCISE_FILE, ExerciseFolder, parse_exercise
from learn.content.parse.fields import Fields, compose_fields, compose_list
from learn.content.parse.glossary import GLOSSARY_FILE, parse_terms
from learn.content.parse.lesson import LESSON_FILE, LessonPlace, parse_lesson
from learn.content.parse.problems import Problems
from learn.content.parse.words import Words
from learn.content.render.links import Targets

__all__ = ["Catalog", "load_catalog", "read_catalog", "read_files"]

COURSE_FILE = "course.yaml"
_NUMBERED = re.compile(r"(\d{2})-([a-z0-9]+(?:-[a-z0-9]+)*)")
_SUFFIXES = (".md", ".yaml", ".svg")


def load_catalog(root: Path) -> Catalog:
    """The catalog of a lessons folder. Raises LessonErrors with every finding if there is any."""
    catalog, findings = read_catalog(read_files(root))
    if findings:
        raise LessonErrors(findings)
    return catalog


def read_files(root: Path) -> dict[str, str]:
    """The text of every lesson file by its path relative to ``root``. Raises LessonErrors."""
    files: dict[str, str] = {}
    findings = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in _SUFFIXES or not path.is_file():
            continue
        try:
            files[name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            findings.append(Finding(path=name, line=1, code="encoding", message="UTF-8で保存してください。"))
    if findings:
        raise LessonErrors(tuple(findings))
    return files


def read_catalog(files: Mapping[str, str]) -> tuple[Catalog, tuple[Finding, ...]]:
    """What can be read, and every finding; a lesson with a finding is left out."""
    problems = Problems()
    folders = tuple(_course_folders(files, problems))
    entries = (
        compose_list(files[GLOSSARY_FILE], path=GLOSSARY_FILE, problems=problems)
        if GLOSSARY_FILE in files
        else ()
    )
    words = Words(_targets(folders, entries), problems)
    terms = parse_terms(entries, words)
    courses = tuple(_course(folder, words) for folder in folders)
    catalog = Catalog(courses=courses, terms=terms)
    _check_unique_ids(folders, catalog, problems)
    return catalog, problems.in_order()


@dataclass(frozen=True, slots=True, kw_only=True)
class _LessonFolder:
    place: LessonPlace
    files: Mapping[str, str]
    exercises: tuple[ExerciseFolder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _CourseFolder:
    path: str
    id: str
    number: int
    fields: Fields
    planned: tuple[PlannedLesson, ...]
    lessons: tuple[_LessonFolder, ...]


def _course_folders(files: Mapping[str, str], problems: Problems) -> Iterator[_CourseFolder]:
    for name, inside in _by_folder(files).items():
        if name == "glossary":
            continue
        numbered = _numbered(name, name, inside, problems)
        if numbered is None:
            continue
        path = f"{name}/{COURSE_FILE}"
        if COURSE_FILE not in inside:
            problems.add(Source(path=path, line=1), "missing-file", "course.yamlがありません。")
            continue
        fields = compose_fields(inside[COURSE_FILE], path=path, first_line=1, problems=problems)
        if fields is None:
            continue
        number, course_id = numbered
        yield _CourseFolder(
            path=name,
            id=course_id,
            number=number,
            fields=fields,
            planned=tuple(_planned(entry, course_id) for entry in fields.mappings("planned")),
            lessons=tuple(_lesson_folders(name, number, course_id, inside, problems)),
        )


def _lesson_folders(
    course_path: str, course_number: int, course_id: str, files: Mapping[str, str], problems: Problems
) -> Iterator[_LessonFolder]:
    for name, inside in _by_folder(files).items():
        path = f"{course_path}/{name}"
        numbered = _numbered(name, path, inside, problems)
        if numbered is None:
            continue
        if LESSON_FILE not in inside:
            problems.add(
                Source(path=f"{path}/{LESSON_FILE}", line=1), "missing-file", "lesson.mdがありません。"
            )
            continue
        exercises = tuple(_exercise_folders(path, inside, problems))
        place = LessonPlace(
            path=path,
            id=numbered[1],
            number=numbered[0],
            course_id=course_id,
            course_number=course_number,
        )
        yield _LessonFolder(place=place, files=inside, exercises=exercises)


def _exercise_folders(
    lesson_path: str, files: Mapping[str, str], problems: Problems
) -> Iterator[ExerciseFolder]:
    for name, inside in sorted(_by_folder(files).items(), key=lambda entry: _natural_key(entry[0])):
        path = f"{lesson_path}/{name}"
        if EXERCISE_FILE in inside:
            yield ExerciseFolder(path=path, files=inside)
        else:
            source = Source(path=f"{path}/{EXERCISE_FILE}", line=1)
            problems.add(source, "missing-file", "演習のフォルダーにexercise.yamlがありません。")


def _by_folder(files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Files by their first folder, each with the rest of its path."""
    folders: dict[str, dict[str, str]] = {}
    for path, text in files.items():
        folder, separator, rest = path.partition("/")
        if separator:
            folders.setdefault(folder, {})[rest] = text
    return dict(sorted(folders.items()))


def _numbered(name: str, path: str, inside: Mapping[str, str], problems: Problems) -> tuple[int, str] | None:
    """Number and id of a folder such as ``03-probes``."""
    if match := _NUMBERED.fullmatch(name):
        return int(match[1]), match[2]
    source = Source(path=f"{path}/{min(inside)}", line=1)
    message = f"フォルダー名「{name}」は、03-probesのように2桁の番号とidで書きます。"
    problems.add(source, "bad-folder", message)
    return None


def _natural_key(name: str) -> list[tuple[int, str]]:
    """A key that sorts probes-2 before probes-10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


def _planned(fields: Fields, course_id: str) -> PlannedLesson:
    planned = PlannedLesson(id=fields.identifier(), course_id=course_id, title=fields.text("title"))
    fields.close()
    return planned


def _targets(folders: tuple[_CourseFolder, ...], terms: tuple[Fields, ...]) -> Targets:
    lessons = [lesson for folder in folders for lesson in folder.lessons]
    return Targets(
        lessons={each.place.id: f"/courses/{each.place.course_id}/{each.place.id}/" for each in lessons},
        planned={planned.id: planned.title for folder in folders for planned in folder.planned},
        exercises={exercise.id: f"/labs/{exercise.id}/" for each in lessons for exercise in each.exercises},
        terms={term.optional_text("id"): term.optional_text("name") for term in terms},
    )


def _course(folder: _CourseFolder, words: Words) -> Course:
    fields = folder.fields
    if (written := fields.identifier()) != folder.id:
        message = f"「id」（{written}）は、フォルダー名から番号を除いた「{folder.id}」にします。"
        words.problems.add(fields.source_of("id"), "bad-id", message)
    summary = words.phrase(fields.text("summary"), fields.source_of("summary"))
    course = Course(
        id=folder.id,
        number=folder.number,
        title=fields.text("title"),
        summary_html=summary.html,
        summary=summary.text,
        lessons=tuple(lesson for each in folder.lessons if (lesson := _lesson(each, words))),
        planned=folder.planned,
        source=fields.source_of("id"),
    )
    fields.close()
    return course


def _lesson(folder: _LessonFolder, words: Words) -> Lesson | None:
    exercises = {
        exercise.id: parse_exercise(exercise, folder.place.id, number, words)
        for number, exercise in enumerate(folder.exercises, start=1)
    }
    lesson = parse_lesson(
        folder.files[LESSON_FILE], folder.place, exercises=exercises, drawings=folder.files, words=words
    )
    if lesson is None or None in exercises.values():
        return None
    _check_every_exercise_has_a_place(lesson, words.problems, tuple(exercises))
    return lesson


def _check_every_exercise_has_a_place(
    lesson: Lesson, problems: Problems, exercise_ids: tuple[str, ...]
) -> None:
    placed = [exercise.id for exercise in lesson.exercises]
    for exercise_id in exercise_ids:
        if (count := placed.count(exercise_id)) != 1:
            fault = "置かれていません" if count == 0 else "2回置かれています"
            message = (
                f"演習「{exercise_id}」が本文に{fault}。{{{{exercise:{exercise_id}}}}}を1回だけ書きます。"
            )
            problems.add(lesson.source, "exercise-place", message)


def _check_unique_ids(folders: tuple[_CourseFolder, ...], catalog: Catalog, problems: Problems) -> None:
    """Ids are addresses and keys of progress: one thing each, in the whole of the lessons."""
    planned = [
        ("レッスン", planned.id, folder.fields.source_of("planned"))
        for folder in folders
        for planned in folder.planned
    ]
    lessons = [folder for course in folders for folder in course.lessons]
    named = [("コース", folder.id, folder.fields.source_of("id")) for folder in folders]
    named += [
        ("レッスン", each.place.id, Source(path=f"{each.place.path}/{LESSON_FILE}", line=2))
        for each in lessons
    ]
    named += planned
    named += [
        ("演習", exercise.id, Source(path=f"{exercise.path}/{EXERCISE_FILE}", line=1))
        for each in lessons
        for exercise in each.exercises
    ]
    named += [("クイズ", quiz.id, quiz.source) for lesson in catalog.all_lessons() for quiz in lesson.quizzes]
    seen: set[tuple[str, str]] = set()
    for kind, name, source in named:
        if (kind, name) in seen:
            problems.add(source, "duplicate-id", f"{kind}のid「{name}」が2回使われています。")
        seen.add((kind, name))
