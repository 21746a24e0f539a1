"""Home, course and lesson."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from learn.content.model import Catalog, Lesson
from learn.courses.lesson_page import lesson_page, lesson_response, progress_context
from learn.courses.queries import course_map, course_quay
from learn.library import get_catalog
from learn.progress.actions import mark_lesson_read
from learn.progress.http import LearnerRequest
from learn.progress.queries import lesson_state
from learn.ui.render import is_part, render_page


@require_safe
def home(request: LearnerRequest) -> HttpResponse:
    context = {"map": course_map(get_catalog(), request.learner_id), "nav": "courses"}
    return render_page(request, "courses/home.html", context)


@require_safe
def course(request: LearnerRequest, course_id: str) -> HttpResponse:
    catalog = get_catalog()
    found = catalog.courses_by_id.get(course_id)
    if found is None:
        raise Http404
    quay = course_quay(catalog, found, request.learner_id)
    return render_page(request, "courses/course.html", {"quay": quay, "nav": "courses"})


@require_safe
def lesson(request: LearnerRequest, course_id: str, lesson_id: str) -> HttpResponse:
    catalog = get_catalog()
    found = _lesson_or_404(catalog, course_id, lesson_id)
    return lesson_response(request, lesson_page(catalog, found), lesson_state(request.learner_id, found))


@require_POST
def read(request: LearnerRequest, course_id: str, lesson_id: str) -> HttpResponse:
    """「読み終えた」."""
    catalog = get_catalog()
    found = _lesson_or_404(catalog, course_id, lesson_id)
    mark_lesson_read(request.learner_id, found.id)
    if not is_part(request):
        return redirect(f"{found.url}#reading")
    context = progress_context(lesson_page(catalog, found), lesson_state(request.learner_id, found))
    return render_page(request, "courses/_read.html", context)


def _lesson_or_404(catalog: Catalog, course_id: str, lesson_id: str) -> Lesson:
    found = catalog.lessons.get(lesson_id)
    if found is None or found.course_id != course_id:
        raise Http404
    return found
