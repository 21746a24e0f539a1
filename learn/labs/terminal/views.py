"""The terminal's page: a form and a log; every button of the form posts to one URL."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget

from learn.labs.terminal import actions
from learn.labs.terminal.actions import Turn
from learn.labs.terminal.completion import complete
from learn.labs.terminal.forms import ADVANCES, MAX_LINE_BYTES, CommandForm
from learn.labs.terminal.queries import News, TerminalView, cluster_of, news_for, terminal_for
from learn.progress.http import LearnerRequest
from learn.ui.render import is_part, render_page

USUAL = (
    ("get pods", "kubectl get pods"),
    ("get deployments", "kubectl get deployments"),
    ("get services", "kubectl get services"),
    ("describe", "kubectl describe "),
    ("create deployment", "kubectl create deployment web --image=example.com/web:1.0 --replicas=3"),
    ("get pods -w", "kubectl get pods -w"),
)
MAX_LINKED = 2_000


@require_safe
def terminal(request: LearnerRequest) -> HttpResponse:
    view = terminal_for(request.learner_id)
    line = request.GET.get("run", "")[:MAX_LINKED]
    return render_page(request, "terminal/terminal.html", _context(view, line=line))


@require_POST
def run(request: LearnerRequest) -> HttpResponse:
    """Do what the pressed button says; the page is drawn anew, or what has come to the log is appended."""
    form = CommandForm(request.POST)
    if not form.is_valid():
        return _refuse(request, form.problem)
    try:
        turn = _do(request.learner_id, form.cleaned_data)
    except actions.Refused as refused:
        return _refuse(request, str(refused))
    if is_part(request):
        return _appended(request, news_for(turn.row, turn.session, form.shown))
    kept = form.cleaned_data["line"] if form.cleaned_data["do"] != "run" else ""
    query = f"?{urlencode({'run': kept})}" if 0 < len(kept) <= MAX_LINKED else ""
    return redirect(f"{reverse('labs:terminal')}{query}#command")


def _do(learner_id: UUID, said: dict[str, Any]) -> Turn:
    now, token = timezone.now(), said["token"]
    match said["do"]:
        case "run" if said["line"].strip():
            return actions.run_line(learner_id, said["line"], token, now)
        case "run" | "follow":
            return actions.follow(learner_id, now)
        case "stop":
            return actions.interrupt(learner_id, now)
        case "pause" | "resume" as wanted:
            return actions.set_paused(learner_id, wanted == "pause", now)
        case "clear":
            return actions.clear(learner_id, now)
        case "save":
            return actions.save_edit(learner_id, said["text"], token, now)
        case "leave":
            return actions.leave_edit(learner_id, now)
        case deed:
            return actions.advance(learner_id, ADVANCES[deed], token, now)


def _appended(request: LearnerRequest, news: News) -> HttpResponse:
    context = _context(news.view) | {"news": news, "announcement": news.announcement}
    response = render_page(request, "terminal/_ran.html", context)
    return reswap(response, "innerHTML") if news.anew else response


def _refuse(request: LearnerRequest, problem: str) -> HttpResponse:
    """Say why, beside the input that still holds the text."""
    context = {"problem": problem, "announcement": problem}
    if is_part(request):
        response = render_page(request, "terminal/_refused.html", context, status=422)
        return retarget(reswap(response, "outerHTML"), "#terminal-problem")
    line = request.POST.get("line", "")
    context |= _context(terminal_for(request.learner_id), line=line if len(line) <= MAX_LINE_BYTES else "")
    context["edited"] = request.POST.get("text", "")
    return render_page(request, "terminal/terminal.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def start_over(request: LearnerRequest) -> HttpResponse:
    """Ask once; then a new cluster takes the place of this one, which can be brought back."""
    if request.method != "POST":
        view = terminal_for(request.learner_id)
        return render_page(request, "terminal/start_over.html", {"terminal": view, "nav": "terminal"})
    actions.start_over(request.learner_id, _number(request), timezone.now())
    return redirect("labs:terminal")


@require_POST
def bring_back(request: LearnerRequest) -> HttpResponse:
    actions.bring_back(request.learner_id, _number(request))
    return redirect("labs:terminal")


@require_POST
def completion(request: LearnerRequest) -> HttpResponse:
    """Words that can stand at the end of `line`, for a learner who asked for them."""
    line = request.POST.get("line", "")
    words: tuple[str, ...] = ()
    if line.strip() and len(line) <= MAX_LINKED:
        words = complete(line, cluster_of(request.learner_id))
    return JsonResponse({"words": words})


def _number(request: LearnerRequest) -> int:
    """The terminal that the form was about; 0 for nonsense, which is none."""
    said = request.POST.get("number", "")
    return int(said) if said.isdecimal() and len(said) < 9 else 0


def _context(view: TerminalView, *, line: str = "") -> dict[str, Any]:
    return {"terminal": view, "line": line, "usual": USUAL, "nav": "terminal"}
