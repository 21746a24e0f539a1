"""A run drawn along time: trace to lanes, as frozen data for the drawing language of the lessons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from learn.cluster.scenario import Run
from learn.content.answers import number_text
from learn.content.render.figure import Caption
from learn.content.render.lanes import Lane, Lanes, lanes_svg
from learn.labs.moments import Moment, end_of, moments_of
from learn.labs.timeline_counts import autoscaling_lanes, count_lanes, endpoint_lanes
from learn.labs.timeline_lane import seconds
from learn.labs.timeline_pods import MAX_PODS, pod_lanes, shown_pods
from learn.labs.timeline_traffic import fault_lane, latency_lanes, load_lanes, request_lanes

CHART_WIDTH = 960.0
_STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600)
_MAX_TICKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An instant at which something changed: whole seconds, and what one hears there."""

    second: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A run as the page shows it at second `at`; `rows` are the same data as a table."""

    lanes: Lanes
    end: int
    at: int
    sentence: str
    changes: tuple[Change, ...]
    moments: tuple[Moment, ...]
    hidden_pods: int

    @property
    def earlier(self) -> int | None:
        """The second of the change before the present instant."""
        return max((each.second for each in self.changes if each.second < self.at), default=None)

    @property
    def later(self) -> int | None:
        return min((each.second for each in self.changes if each.second > self.at), default=None)

    @property
    def present(self) -> tuple[Moment, ...]:
        """The moments of the change that the sentence tells, the gravest first."""
        last = max((each.second for each in self.changes if each.second <= self.at), default=None)
        found = [each for each in self.moments if _second(each.ms) == last]
        return tuple(sorted(found, key=lambda each: -each.weight))

    @property
    def told(self) -> str:
        """The gravest change of the whole run, as a sentence."""
        telling = max(self.moments, key=lambda each: each.weight, default=None)
        second = _second(telling.ms) if telling else 0
        return _sentence(self.changes, second)

    @property
    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """When, where, what: every change, and every number of the charts."""
        found = [(seconds(each.ms), each.where, each.text) for each in self.moments]
        for lane in self.lanes.lanes:
            if lane.steps:
                unit = lane.steps.unit
                found += [(start, lane.label, f"{amount}{unit}") for start, _, amount in lane.steps.stretches]
                found += [
                    (each.start, lane.label, f"{each.text}が始まりました") for each in lane.steps.shades
                ]
        ordered = sorted(found, key=lambda row: row[0])
        return tuple((f"{number_text(at)}秒", where, what) for at, where, what in ordered)


def timeline(run: Run, at: int | None = None, *, most_pods: int = MAX_PODS) -> Timeline:
    """The timeline of a run at a second; without one, at its first restart or failure, else at its end.

    At most so many Pods have lanes of their own.
    """
    moments = moments_of(run)
    changes = tuple(_changes(run, moments))
    end = -(-end_of(run) // 1000)
    second = _telling_second(moments, end) if at is None else max(0, min(at, end))
    lanes = Lanes(
        end=Decimal(end),
        step=Decimal(_step(end)),
        lanes=_lanes(run, most_pods),
        cuts=_cuts(run),
        cursor=Decimal(second),
        width=CHART_WIDTH,
    )
    return Timeline(
        lanes=lanes,
        end=end,
        at=second,
        sentence=_sentence(changes, second),
        changes=changes,
        moments=moments,
        hidden_pods=max(0, len(shown_pods(run)) - most_pods),
    )


def drawing_of(timeline: Timeline) -> str:
    """The drawing as SVG, without an inline style; "" for a run that shows nothing."""
    if not timeline.lanes.lanes:
        return ""
    caption = Caption(name="timeline-drawing", title="時間の流れ", summary=timeline.sentence)
    return lanes_svg(timeline.lanes, caption)


# -- instants ------------------------------------------------------------------------------------


def _second(ms: int) -> int:
    """The first whole second at which something that happened at `ms` can be seen."""
    return -(-ms // 1000)


def _changes(run: Run, moments: Iterable[Moment]) -> Iterator[Change]:
    """One change per second, told by its gravest moment; the place is named where there is more than one."""
    has_one_pod = len(shown_pods(run)) == 1
    by_second: dict[int, list[Moment]] = {}
    for moment in moments:
        by_second.setdefault(_second(moment.ms), []).append(moment)
    for second, found in sorted(by_second.items()):
        telling = max(found, key=lambda each: each.weight)
        place = "" if has_one_pod and telling.is_pod else f"{telling.where}："
        more = f"。同じときにほか{len(found) - 1}件" if len(found) > 1 else ""
        yield Change(second=second, text=f"{place}{telling.text}{more}".replace("`", ""))


def _telling_second(moments: Sequence[Moment], end: int) -> int:
    later = [each for each in moments if each.ms > 0 and each.weight > 1]
    heaviest = max((each.weight for each in later), default=0)
    return next((_second(each.ms) for each in later if each.weight == heaviest), end)


def _sentence(changes: Sequence[Change], second: int) -> str:
    past = [each for each in changes if each.second <= second]
    if not past:
        return f"{second}秒。まだ何も起きていません。"
    last = past[-1]
    if last.second == second:
        return f"{second}秒。{last.text}。"
    return f"{second}秒。直前の変化は{last.second}秒です。{last.text}。"


def _step(end: int) -> int:
    return next((step for step in _STEPS if end / step <= _MAX_TICKS), _STEPS[-1])


def _cuts(run: Run) -> tuple[Decimal, ...]:
    shown = {each["ms"] for each in run.facts["restarts"] if 0 <= each["ms"] <= end_of(run)}
    return tuple(seconds(ms) for ms in sorted(shown))


# -- lanes ---------------------------------------------------------------------------------------


def _lanes(run: Run, most_pods: int) -> tuple[Lane, ...]:
    """From what comes from outside, by what the cluster does, to what comes of it."""
    has_several_pods = len(shown_pods(run)) > 1
    found = [
        fault_lane(run),
        *load_lanes(run),
        *autoscaling_lanes(run),
        *(count_lanes(run) if has_several_pods else ()),
        *pod_lanes(run, most_pods),
        *endpoint_lanes(run),
        *request_lanes(run),
        *latency_lanes(run),
    ]
    return tuple(lane for lane in found if lane.bars or lane.points or lane.steps)
