"""After success: what would have happened with the common mistakes, told by runs, and the way to a real cluster."""

import logging
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from learn.content.model import Exercise, Goal, Mistake, ScenarioRun, Solution
from learn.labs.hints import DiffLine, diff_of
from learn.labs.outcome import code_html, compiled_goals
from learn.labs.real_cluster import real_manifest
from learn.progress.actions import digest
from learn.sandbox.goals import GoalState
from learn.sandbox.repair import changed_lines
from learn.sandbox.runs import Trial, try_out

logger = logging.getLogger(__name__)

CLUSTER = "hatoba"


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoided:
    """A common mistake: the author's word, what the check or the run said, and how it differs from a solution."""

    why: SafeString
    told: tuple[SafeString, ...]
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RealCluster:
    """Where to fetch the manifest, the commands to type, and the images that have to be replaced first."""

    url: str
    commands: str
    imaginary: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debrief:
    """`real` is empty while the text on the page does not pass."""

    avoided: tuple[Avoided, ...]
    real: RealCluster | None


def debrief_for(exercise: Exercise, text: str, *, is_passing: bool) -> Debrief:
    """What the page says after success."""
    try:
        avoided = _avoided(exercise.goals, exercise.runs, exercise.solutions, exercise.mistakes)
    except Exception:
        logger.exception("the mistakes of %s cannot be told", exercise.id)
        avoided = ()
    return Debrief(avoided=avoided, real=_real(exercise, text) if is_passing else None)


@lru_cache(maxsize=128)
def _avoided(
    goals: tuple[Goal, ...],
    runs: tuple[ScenarioRun, ...],
    solutions: tuple[Solution, ...],
    mistakes: tuple[Mistake, ...],
) -> tuple[Avoided, ...]:
    found = []
    for mistake in mistakes:
        trial = try_out(mistake.text, goals=compiled_goals(goals), runs=runs)
        nearest = min(solutions, key=lambda each: changed_lines(each.text, mistake.text))
        found.append(
            Avoided(
                why=mark_safe(mistake.hint_html),
                told=tuple(code_html(each) for each in _told(goals, trial)),
                lines=diff_of(nearest.text, mistake.text),
            )
        )
    return tuple(found)


def _told(goals: tuple[Goal, ...], trial: Trial) -> tuple[str, ...]:
    """What a mistake leads to: its error, or what its runs showed, or what the goals say of the manifest."""
    if errors := trial.report.errors:
        return (f"動かす前に見つかります。{errors[0].what}。",)
    unmet = {result.id: result.message for result in trial.report.goals if result.state is GoalState.UNMET}
    about_runs = [unmet[goal.id] for goal in goals if goal.run and goal.id in unmet]
    return tuple(dict.fromkeys(about_runs)) or tuple(unmet.values())


def _real(exercise: Exercise, text: str) -> RealCluster:
    query = urlencode({"of": digest(text)})
    commands = (
        f"kind create cluster --name {CLUSTER} --wait 2m",
        f"kubectl --context kind-{CLUSTER} apply -f {exercise.file}",
        f"kubectl --context kind-{CLUSTER} get pods --watch",
        f"kind delete cluster --name {CLUSTER}",
    )
    return RealCluster(
        url=f"{reverse('labs:manifest', args=[exercise.id])}?{query}",
        commands="\n".join(commands),
        imaginary=real_manifest(text)[1],
    )
