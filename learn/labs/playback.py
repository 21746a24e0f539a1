"""What happened when a manifest ran, for the page: which runs there are, and one of them at one instant."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode

from django.utils.safestring import SafeString, mark_safe

from learn.cluster.scenario import Run
from learn.content.model import Exercise, ScenarioRun
from learn.labs.fork_comparison import Fork, fork_of
from learn.labs.outcome import GoalRow, code_html, goal_rows, tried
from learn.labs.reasons import Reason, explain
from learn.labs.snapshot import Shown, snapshot
from learn.labs.timeline import Timeline, drawing_of, timeline
from learn.sandbox.goals import GoalState
from learn.sandbox.objects import ManifestObject
from learn.sandbox.runs import Trial

MAX_EXPLAINED = 5

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for: a run, a second, and by its digest the text that was run."""

    run_id: str = ""
    second: int | None = None
    digest: str = ""


ANYTHING = Asked()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLink:
    """A run to choose; `state` is met or unmet, by the goals that speak of it."""

    title_html: str
    url: str
    state: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a button of the timeline leads; without a URL there is nothing in that direction."""

    id: str
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonLink:
    """A link of a chain of causes in the words of the page; `url` leads to its instant."""

    reason: Reason
    text: SafeString
    rule: SafeString
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPart:
    """Something that happened at the instant, and the chain of its causes."""

    where: str
    text: SafeString
    links: tuple[ReasonLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """The runs of an exercise, one of them at one instant.

    `runs` are empty before a check and for a manifest that was not run; `why_not` then says why.
    `unmet` are the goals that this run misses.
    """

    exercise_url: str
    digest: str
    runs: tuple[RunLink, ...] = ()
    run_id: str = ""
    unmet: tuple[GoalRow, ...] = ()
    stopped: str = ""
    timeline: Timeline | None = None
    drawing: SafeString = SafeString()
    steps: tuple[Step, ...] = ()
    shown: tuple[Shown, ...] = ()
    explained: tuple[ExplainedPart, ...] = ()
    fork: Fork | None = None
    why_not: str = ""

    @property
    def rows(self) -> tuple[tuple[str, str, SafeString], ...]:
        """The data of the drawing as a table: when, where, what."""
        found = self.timeline.rows if self.timeline else ()
        return tuple((when, where, code_html(what)) for when, where, what in found)

    @property
    def heard(self) -> list[tuple[int, str]]:
        """The changes as the slider tells them."""
        return [(each.second, each.text) for each in self.timeline.changes] if self.timeline else []


def playback(exercise: Exercise, text: str | None, asked: Asked) -> Playback | None:
    """The runs of a checked text (None: nothing was checked yet); None for an exercise that is not run."""
    if not exercise.runs:
        return None
    nothing = Playback(exercise_url=exercise.url, digest=asked.digest)
    if text is None:
        return nothing
    try:
        return _played(exercise, tried(text, exercise.goals, exercise.runs), asked, nothing)
    except Exception:
        logger.exception("the timeline of %s broke", exercise.id)
        told = "時間の流れを描けませんでした。こちらの不具合です。書いた内容は保存してあります。"
        return replace(nothing, why_not=told)


def _played(exercise: Exercise, trial: Trial, asked: Asked, nothing: Playback) -> Playback:
    if not trial.played:
        return replace(nothing, why_not="マニフェストに直すところがあるため、動かしていません。")
    current = _chosen(exercise, trial, asked.run_id)
    played = trial.of(current.id)
    known = replace(
        nothing,
        runs=_links(exercise, trial, current.id, asked.digest),
        run_id=current.id,
        unmet=_unmet(exercise, trial, current.id),
        stopped=played.stopped if played else "",
        fork=None if exercise.forecast else fork_of(trial.report.objects),
    )
    if played is None or played.run is None:
        return known
    drawn = timeline(played.run, asked.second)
    address_of = partial(address, exercise, current.id, asked.digest)
    return replace(
        known,
        timeline=drawn,
        drawing=mark_safe(drawing_of(drawn)),
        steps=steps_of(drawn, address_of),
        shown=snapshot(played.run, drawn.at),
        explained=tuple(explained_parts(played.run, drawn, trial.report.objects, address_of)),
    )


def explained_parts(
    run: Run, drawn: Timeline, written: Sequence[ManifestObject], address_of: Callable[[int], str]
) -> Iterator[ExplainedPart]:
    """What happened at the instant of a timeline, with its causes; `address_of` a second is the page then."""
    for moment in drawn.present[:MAX_EXPLAINED]:
        reasons = explain(run, moment, written).reasons
        if reasons:
            yield ExplainedPart(
                where=moment.where,
                text=code_html(moment.text),
                links=tuple(_link(each, address_of(each.second)) for each in reasons),
            )


def _link(reason: Reason, url: str) -> ReasonLink:
    rule = code_html(reason.rule.text) if reason.rule else SafeString()
    return ReasonLink(reason=reason, text=code_html(reason.text), rule=rule, url=url)


def _chosen(exercise: Exercise, trial: Trial, run_id: str) -> ScenarioRun:
    """The run that was asked for, else the first that misses a goal, else the first."""
    unmet = [run for run in exercise.runs if _state(exercise, trial, run.id) == "unmet"]
    named = [run for run in exercise.runs if run.id == run_id]
    return [*named, *unmet, *exercise.runs][0]


def _state(exercise: Exercise, trial: Trial, run_id: str) -> str:
    mine = {goal.id for goal in exercise.goals if goal.run == run_id}
    states = [result.state for result in trial.report.goals if result.id in mine]
    return "met" if all(state is GoalState.MET for state in states) else "unmet"


def _unmet(exercise: Exercise, trial: Trial, run_id: str) -> tuple[GoalRow, ...]:
    """The goals that speak of a run and are not met."""
    rows = zip(exercise.goals, goal_rows(exercise, trial.report), strict=True)
    return tuple(row for goal, row in rows if goal.run == run_id and row.state == "unmet")


def _links(exercise: Exercise, trial: Trial, current: str, digest: str) -> tuple[RunLink, ...]:
    return tuple(
        RunLink(
            title_html=run.title_html,
            url=address(exercise, run.id, digest),
            state=_state(exercise, trial, run.id),
            is_current=run.id == current,
        )
        for run in exercise.runs
    )


def steps_of(drawn: Timeline, address_of: Callable[[int], str]) -> tuple[Step, ...]:
    """The buttons of a timeline; `address_of` a second is the page then."""
    targets = (
        ("timeline-first", "最初", 0 if drawn.at > 0 else None),
        ("timeline-earlier", "前の変化", drawn.earlier),
        ("timeline-later", "次の変化", drawn.later),
        ("timeline-last", "最後", drawn.end if drawn.at < drawn.end else None),
    )
    return tuple(
        Step(id=name, label=label, url="" if second is None else address_of(second))
        for name, label, second in targets
    )


def address(exercise: Exercise, run_id: str, digest: str, second: int | None = None) -> str:
    """The page of an exercise with a run at a second."""
    query = {"run": run_id, "of": digest} | ({} if second is None else {"t": str(second)})
    return f"{exercise.url}?{urlencode(query)}"
