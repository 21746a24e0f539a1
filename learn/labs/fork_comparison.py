"""Two futures of a manifest: as it was run, and with one number turned, on one axis of time."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString, mark_safe

from learn.content.model import Catalog, Exercise
from learn.content.render.figure import Caption
from learn.content.render.lanes import Lanes, lanes_svg, scale_of
from learn.labs.fork import Knob, knobs_of, turned
from learn.labs.fork_difference import UNCHANGED, difference
from learn.labs.outcome import GoalRow, Problem, code_html, goal_rows, problem_of, tried
from learn.labs.timeline import timeline
from learn.labs.timeline_pods import shown_pods
from learn.sandbox.objects import ManifestObject
from learn.sandbox.runs import Played, Trial

logger = logging.getLogger(__name__)

MAX_PODS_COMPARED = 3
BROKEN = "比べられませんでした。こちらの不具合です。書いた内容は残っています。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Future:
    """One of the two runs: its drawing, and its changes as when, where, what.

    `stopped` tells why it ended early or could not begin.
    """

    title: str
    stopped: str
    drawing: SafeString = SafeString()
    rows: tuple[tuple[str, str, SafeString], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The present and the other value side by side; a value with `problems` that are errors is not run.

    `elsewhere` are the exercise's other runs that differ, each with its title as HTML.
    """

    knob: Knob
    value: int
    sentence: str
    elsewhere: tuple[tuple[str, SafeString], ...] = ()
    futures: tuple[Future, ...] = ()
    goals: tuple[tuple[GoalRow, GoalRow], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        """The other value as one writes it."""
        return f"{self.value}{self.knob.unit}"

    @property
    def sentence_html(self) -> SafeString:
        return code_html(self.sentence)

    @property
    def met(self) -> tuple[int, int]:
        """How many goals are met with either value."""
        before, after = (sum(pair[side].state == "met" for pair in self.goals) for side in (0, 1))
        return before, after


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """The form that asks for another value, and its answer; `error` says why there is none."""

    knobs: tuple[Knob, ...]
    chosen: Knob
    value: str
    error: str = ""
    comparison: Comparison | None = None

    @property
    def written(self) -> tuple[Knob, ...]:
        return tuple(knob for knob in self.knobs if knob.is_written)

    @property
    def unwritten(self) -> tuple[Knob, ...]:
        return tuple(knob for knob in self.knobs if not knob.is_written)

    @property
    def announcement(self) -> str:
        return self.error or (self.comparison.sentence.replace("`", "") if self.comparison else "")


def fork_of(objects: Sequence[ManifestObject]) -> Fork | None:
    """The form with the most telling number chosen; None for a manifest without numbers."""
    knobs = knobs_of(objects)
    if not knobs:
        return None
    chosen = next((knob for knob in knobs if knob.is_written and knob.field != "replicas"), knobs[0])
    return Fork(knobs=knobs, chosen=chosen, value=str(chosen.value))


def compared(
    catalog: Catalog, exercise: Exercise, text: str, run_id: str, knob: Knob, value: int
) -> Comparison | None:
    """Run the text with another value and set it beside the present one; None for a fault of ours."""
    try:
        other = turned(text, knob, value)
        if other is None:
            logger.error("%s cannot be written into a text of %s", knob.key, exercise.id)
            return None
        before = tried(text, exercise.goals, exercise.runs)
        after = tried(other, exercise.goals, exercise.runs)
        return _comparison(catalog, exercise, run_id, knob, value, before, after)
    except Exception:
        logger.exception("the fork of %s broke", exercise.id)
        return None


def _comparison(
    catalog: Catalog,
    exercise: Exercise,
    run_id: str,
    knob: Knob,
    value: int,
    before: Trial,
    after: Trial,
) -> Comparison:
    default = "" if knob.is_written else "既定値の"
    changed = f"`{knob.field}`を{default}{knob.text}から{value}{knob.unit}に"
    first, second = before.of(run_id), after.of(run_id)
    if first is None or second is None:
        problems = tuple(replace(problem_of(catalog, each), fix_key="") for each in after.report.errors)
        sentence = f"{changed}すると、マニフェストに直すところができるため、動かせません。"
        return Comparison(knob=knob, value=value, sentence=sentence, problems=problems)
    return Comparison(
        knob=knob,
        value=value,
        sentence=f"{changed}{_consequence(first, second)}。",
        elsewhere=tuple(_elsewhere(exercise, run_id, before, after)),
        futures=_futures(
            (f"{'いまの値' if knob.is_written else '既定値'} {knob.text}", first),
            (f"変えた値 {value}{knob.unit}", second),
        ),
        goals=tuple(zip(goal_rows(exercise, before.report), goal_rows(exercise, after.report), strict=True)),
    )


def _consequence(before: Played, after: Played) -> str:
    if after.run is None:
        return "すると、動かし始められません"
    if after.stopped:
        return "すると、実行が途中で止まります"
    told = difference(before.run.facts, after.run.facts) if before.run else "動くようになります"
    return f"しても、{told}" if told == UNCHANGED else f"すると、{told}"


def _elsewhere(
    exercise: Exercise, run_id: str, before: Trial, after: Trial
) -> Iterator[tuple[str, SafeString]]:
    for run in exercise.runs:
        first, second = before.of(run.id), after.of(run.id)
        if run.id != run_id and first and second and first.run and second.run:
            told = difference(first.run.facts, second.run.facts)
            if told != UNCHANGED:
                yield run.title_html, code_html(f"{told}。")


def _futures(*sides: tuple[str, Played]) -> tuple[Future, ...]:
    """Both runs drawn; lanes of single Pods only where all of them leave both drawings short."""
    pods = max((len(shown_pods(played.run)) for _, played in sides if played.run), default=0)
    most = pods if pods <= MAX_PODS_COMPARED else 0
    drawn = [timeline(played.run, 0, most_pods=most) if played.run else None for _, played in sides]
    aligned = _on_one_axis([each.lanes for each in drawn if each])
    futures = []
    for (title, played), each in zip(sides, drawn, strict=True):
        if each is None:
            futures.append(Future(title=title, stopped=played.stopped))
            continue
        lanes = aligned.pop(0)
        caption = Caption(name=f"fork-{len(futures) + 1}", title=title, summary=each.told)
        futures.append(
            Future(
                title=title,
                stopped=played.stopped,
                drawing=mark_safe(lanes_svg(lanes, caption)) if lanes.lanes else SafeString(),
                rows=tuple((when, where, code_html(what)) for when, where, what in each.rows),
            )
        )
    return tuple(futures)


def _on_one_axis(drawings: Sequence[Lanes]) -> list[Lanes]:
    """The drawings with one end and one scale, and without a cursor."""
    if not drawings:
        return []
    longest = max(drawings, key=lambda each: each.end)
    stretched = [replace(each, end=longest.end, step=longest.step, cursor=None) for each in drawings]
    width = max(scale_of(each) for each in stretched) * float(longest.end)
    return [replace(each, width=width) for each in stretched]
