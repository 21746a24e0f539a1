"""The terminal's page: a form and a log; every button of the form posts to one URL."""

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget

from learn.content.model import ExerciseType
from learn.labs.terminal import actions
from learn.labs.terminal.completion import complete
from learn.labs.terminal.forms import ADVANCES, MAX_LINE_BYTES, CommandForm
from learn.labs.terminal.journal import journal_of
from learn.labs.terminal.place import Place
from learn.labs.terminal.practice import Practice, judge_turn, practice_for
from learn.labs.terminal.queries import News, TerminalView, cluster_of, news_for, terminal_for
from learn.labs.terminal.standing import Standing
from learn.labs.terminal.turns import Refused, Turn
from learn.library import get_catalog
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


def place_of(request: LearnerRequest, exercise_id: str) -> Place:
    """The learner's own terminal, or that of an exercise.  Raises Http404."""
    if not exercise_id:
        return Place(learner_id=request.learner_id)
    exercise = get_catalog().exercises.get(exercise_id)
    if exercise is None or exercise.type is not ExerciseType.TERMINAL or not exercise.is_available:
        raise Http404
    return Place(learner_id=request.learner_id, exercise=exercise)


@require_safe
def terminal(request: LearnerRequest) -> HttpResponse:
    place = place_of(request, "")
    line = request.GET.get("run", "")[:MAX_LINKED]
    return render_page(
        request, "terminal/terminal.html", terminal_context(place, terminal_for(place), line=line)
    )


@require_POST
def run(request: LearnerRequest, exercise_id: str = "") -> HttpResponse:
    """Do what the pressed button says; the page is drawn anew, or what has come to the log is appended."""
    place = place_of(request, exercise_id)
    form = CommandForm(request.POST)
    if not form.is_valid():
        return _refuse(request, place, form.problem)
    try:
        turn = _do(place, form.cleaned_data)
    except Refused as refused:
        return _refuse(request, place, str(refused))
    standing = judge_turn(place, turn) if place.exercise else None
    if is_part(request):
        return _appended(request, place, news_for(turn.row, turn.session, form.shown), form, standing)
    kept = form.cleaned_data["line"] if form.cleaned_data["do"] != "run" else ""
    query = f"?{urlencode({'run': kept})}" if 0 < len(kept) <= MAX_LINKED else ""
    return redirect(f"{place.url}{query}#command")


def _do(place: Place, said: dict[str, Any]) -> Turn:
    now, token = timezone.now(), said["token"]
    match said["do"]:
        case "run" if said["line"].strip():
            return actions.run_line(place, said["line"], token, now)
        case "run" | "follow":
            return actions.follow(place, now)
        case "stop":
            return actions.interrupt(place, now)
        case "pause" | "resume" as wanted:
            return actions.set_paused(place, wanted == "pause", now)
        case "clear":
            return actions.clear(place, now)
        case "save":
            return actions.save_edit(place, said["text"], token, now)
        case "leave":
            return actions.leave_edit(place, now)
        case deed:
            return actions.advance(place, ADVANCES[deed], token, now)


def _appended(
    request: LearnerRequest, place: Place, news: News, form: CommandForm, standing: Standing | None
) -> HttpResponse:
    context = terminal_context(place, news.view) | {"news": news, "announcement": news.announcement}
    if standing:
        context |= practice_context(practice_for(get_catalog(), place, standing))
        context["announcement"] = "\n".join(
            filter(None, (news.announcement, *standing.news(form.goals_met, form.mistakes_advised)))
        )
    response = render_page(request, "terminal/_ran.html", context)
    return reswap(response, "innerHTML") if news.anew else response


def _refuse(request: LearnerRequest, place: Place, problem: str) -> HttpResponse:
    """Say why, beside the input that still holds the text."""
    context = {"problem": problem, "announcement": problem}
    if is_part(request):
        response = render_page(request, "terminal/_refused.html", context, status=422)
        return retarget(reswap(response, "outerHTML"), "#terminal-problem")
    line = request.POST.get("line", "")
    kept = line if len(line) <= MAX_LINE_BYTES else ""
    context = terminal_context(place, terminal_for(place), line=kept) | context
    context["edited"] = request.POST.get("text", "")
    if place.exercise:
        context |= practice_context(practice_for(get_catalog(), place))
    template = "terminal/practice.html" if place.exercise else "terminal/terminal.html"
    return render_page(request, template, context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def start_over(request: LearnerRequest, exercise_id: str = "") -> HttpResponse:
    """Ask once; then a new cluster takes the place of this one, which can be brought back."""
    place = place_of(request, exercise_id)
    if request.method == "POST":
        actions.start_over(place, _number(request), timezone.now())
        return redirect(place.url)
    return render_page(request, "terminal/start_over.html", terminal_context(place, terminal_for(place)))


@require_POST
def bring_back(request: LearnerRequest, exercise_id: str = "") -> HttpResponse:
    place = place_of(request, exercise_id)
    actions.bring_back(place, _number(request))
    return redirect(place.url)


@require_safe
def journal(request: LearnerRequest, exercise_id: str = "") -> HttpResponse:
    """Everything that was done, with its time."""
    place = place_of(request, exercise_id)
    context = {"journal": journal_of(place), "urls": place.addresses, "exercise": place.exercise}
    return render_page(request, "terminal/journal.html", context | {"nav": nav_of(place)})


@require_POST
def completion(request: LearnerRequest, exercise_id: str = "") -> HttpResponse:
    """Words that can stand at the end of `line`, for a learner who asked for them."""
    place, line = place_of(request, exercise_id), request.POST.get("line", "")
    words: tuple[str, ...] = ()
    if line.strip() and len(line) <= MAX_LINKED:
        words = complete(line, cluster_of(place))
    return JsonResponse({"words": words})


def _number(request: LearnerRequest) -> int:
    """The terminal that the form was about; 0 for nonsense, which is none."""
    said = request.POST.get("number", "")
    return int(said) if said.isdecimal() and len(said) < 9 else 0


def terminal_context(place: Place, view: TerminalView, *, line: str = "") -> dict[str, Any]:
    """What the terminal itself needs, on whichever page it stands."""
    return {
        "terminal": view,
        "line": line,
        "usual": USUAL,
        "urls": place.addresses,
        "exercise": place.exercise,
        "nav": nav_of(place),
    }


def nav_of(place: Place) -> str:
    """The entry of the site's navigation under which a terminal is found."""
    return "courses" if place.exercise else "terminal"


def practice_context(practice: Practice) -> dict[str, Any]:
    """What the page of an exercise needs besides its terminal."""
    args = [practice.exercise.id]
    return {
        "practice": practice,
        "lab": practice,
        "judge_url": reverse("labs:practice-judge", args=args),
        "answers_url": reverse("labs:practice-answers", args=args),
        "hint_url": reverse("labs:practice-hint", args=args),
    }
