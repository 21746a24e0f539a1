"""Home, course and lesson."""

from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from learn.content.model import Catalog, Lesson
from learn.courses.lesson_page import lesson_context, lesson_page, progress_context
from learn.courses.queries import course_map, course_quay
from learn.library import get_catalog
from learn.progress.actions import mark_lesson_read
from learn.progress.http import LearnerRequest
from learn.progress.queries import lesson_state
from learn.ui.render import render_page, render_page_or_part


@require_GET
def home(request: LearnerRequest) -> HttpResponse:
    context = {"map": course_map(get_catalog(), request.learner_id), "nav": "courses"}
    return render_page(request, "courses/home.html", context)


@require_GET
def course(request: LearnerRequest, course_id: str) -> HttpResponse:
    catalog = get_catalog()
    found = catalog.courses_by_id.get(course_id)
    if found is None:
        raise Http404
    quay = course_quay(catalog, found, request.learner_id)
    return render_page(request, "courses/course.html", {"quay": quay, "nav": "courses"})


@require_GET
def lesson(request: LearnerRequest, course_id: str, lesson_id: str) -> HttpResponse:
    catalog = get_catalog()
    found = _lesson_or_404(catalog, course_id, lesson_id)
    state = lesson_state(request.learner_id, found)
    context = lesson_context(lesson_page(catalog, found), state, request.learner_id, get_token(request))
    return render_page(request, "courses/lesson.html", context)


@require_POST
def read(request: LearnerRequest, course_id: str, lesson_id: str) -> HttpResponse:
    """「読み終えた」."""
    catalog = get_catalog()
    found = _lesson_or_404(catalog, course_id, lesson_id)
    mark_lesson_read(request.learner_id, found.id)
    if not request.htmx:
        return redirect(f"{found.url}#reading")
    context = progress_context(lesson_page(catalog, found), lesson_state(request.learner_id, found))
    return render_page_or_part(request, "", "courses/_read.html", context)


def _lesson_or_404(catalog: Catalog, course_id: str, lesson_id: str) -> Lesson:
    found = catalog.lessons.get(lesson_id)
    if found is None or found.course_id != course_id:
        raise Http404
    return found
