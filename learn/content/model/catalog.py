"""The whole of the lessons folder, and how to find a part of it by its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from learn.content.model.exercises import Exercise
from learn.content.model.glossary import Term
from learn.content.model.lessons import Course, Lesson, PlannedLesson
from learn.content.model.quizzes import AnyQuiz


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Everything in the lessons folder: courses in order, terms in reading order."""

    courses: tuple[Course, ...]
    terms: tuple[Term, ...]

    def all_lessons(self) -> Iterator[Lesson]:
        for course in self.courses:
            yield from course.lessons

    @cached_property
    def courses_by_id(self) -> Mapping[str, Course]:
        return {course.id: course for course in self.courses}

    @cached_property
    def lessons(self) -> Mapping[str, Lesson]:
        return {lesson.id: lesson for lesson in self.all_lessons()}

    @cached_property
    def planned(self) -> Mapping[str, PlannedLesson]:
        return {planned.id: planned for course in self.courses for planned in course.planned}

    @cached_property
    def quizzes(self) -> Mapping[str, AnyQuiz]:
        return {quiz.id: quiz for lesson in self.all_lessons() for quiz in lesson.quizzes}

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        return {exercise.id: exercise for lesson in self.all_lessons() for exercise in lesson.exercises}

    @cached_property
    def terms_by_id(self) -> Mapping[str, Term]:
        return {term.id: term for term in self.terms}

    @cached_property
    def lessons_by_term(self) -> Mapping[str, tuple[Lesson, ...]]:
        """The lessons that list a term, in course order; every term has an entry."""
        return {
            term.id: tuple(lesson for lesson in self.all_lessons() if term.id in lesson.terms)
            for term in self.terms
        }

    def previous_lesson(self, lesson: Lesson) -> Lesson | None:
        """The lesson before this one, also across courses."""
        return self._neighbour(lesson, -1)

    def next_lesson(self, lesson: Lesson) -> Lesson | None:
        """The lesson after this one, also across courses."""
        return self._neighbour(lesson, +1)

    def _neighbour(self, lesson: Lesson, offset: int) -> Lesson | None:
        order = tuple(self.lessons.values())
        index = [each.id for each in order].index(lesson.id) + offset
        return order[index] if 0 <= index < len(order) else None
