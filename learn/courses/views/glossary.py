"""The glossary: all terms, and one term as a page or as the part that opens beside a word."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from learn.courses.glossary import confusions_of, sections
from learn.library import get_catalog
from learn.progress.http import LearnerRequest
from learn.ui.render import render_page, render_page_or_part


@require_safe
def index(request: LearnerRequest) -> HttpResponse:
    context = {"sections": sections(get_catalog().terms), "nav": "glossary"}
    return render_page(request, "courses/glossary.html", context)


@require_safe
def term(request: LearnerRequest, term_id: str) -> HttpResponse:
    catalog = get_catalog()
    found = catalog.terms_by_id.get(term_id)
    if found is None:
        raise Http404
    context = {
        "term": found,
        "confusions": confusions_of(catalog, found),
        "lessons": catalog.lessons_by_term[term_id],
        "nav": "glossary",
    }
    return render_page_or_part(request, "courses/term.html", "courses/_term.html", context)
