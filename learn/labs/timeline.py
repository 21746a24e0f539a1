"""A run drawn along time: trace to lanes, as frozen data for the drawing language of the lessons."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from learn.cluster.facts import name_of
from learn.cluster.objects import Obj, Ref, is_deleting
from learn.cluster.pods import containers_of, is_sidecar
from learn.cluster.probes import FIELDS
from learn.cluster.scenario import Run
from learn.content.render.figure import Caption
from learn.content.render.lanes import Bar, Lane, Lanes, LaneState, Note, Point, lanes_svg
from learn.labs.moments import (
    Moment,
    end_of,
    failed_probes,
    fault_end_ms,
    is_shown,
    is_shown_name,
    moments_of,
    origin_of,
    short_name,
)

CHART_WIDTH = 960.0
MAX_PODS = 6
_MAX_POINTS = 110
_STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600)
_MAX_TICKS = 12

_PROBE_LANES = ("startup", "liveness", "readiness")
_WAITING = {
    "ContainerCreating": "作成中",
    "PodInitializing": "Init待ち",
    "CrashLoopBackOff": "再起動待ち",
    "ErrImagePull": "取得できない",
    "ImagePullBackOff": "取得できない",
    "CreateContainerConfigError": "設定の誤り",
}
_FAULT_BARS = {
    "hang": "固まる",
    "deadlock": "固まる",
    "unready": "準備確認が503",
    "unhealthy": "異常",
    "status": "{path}が{code}",
    "leak": "メモリ漏れ",
    "removeFile": "{path}が消える",
    "writeFile": "{path}が変わる",
    "crash": "落ちる",
}


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
        """When, where, what."""
        return tuple((seconds_text(each.ms), each.where, each.text) for each in self.moments)


def timeline(run: Run, at: int | None = None) -> Timeline:
    """The timeline of a run at a second; without one, at its first restart or failure, else at its end."""
    moments = moments_of(run)
    changes = tuple(_changes(run, moments))
    end = -(-end_of(run) // 1000)
    second = _telling_second(moments, end) if at is None else max(0, min(at, end))
    drawn, hidden = _lanes(run)
    lanes = Lanes(
        end=Decimal(end),
        step=Decimal(_step(end)),
        lanes=drawn,
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
        hidden_pods=hidden,
    )


def drawing_of(timeline: Timeline) -> str:
    """The drawing as SVG, without an inline style; "" for a run that shows nothing."""
    if not timeline.lanes.lanes:
        return ""
    caption = Caption(name="timeline-drawing", title="時間の流れ", summary=timeline.sentence)
    return lanes_svg(timeline.lanes, caption)


def seconds_text(ms: int) -> str:
    """`35秒`, with a fraction only where there is one."""
    return f"{Decimal(ms) / 1000:f}秒" if ms % 1000 else f"{ms // 1000}秒"


# -- instants ------------------------------------------------------------------------------------


def _second(ms: int) -> int:
    """The first whole second at which something that happened at `ms` can be seen."""
    return -(-ms // 1000)


def _changes(run: Run, moments: Iterable[Moment]) -> Iterator[Change]:
    """One change per second, told by its gravest moment; the place is named where there is more than one."""
    has_one_pod = len(_pods(run)) == 1
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
    return tuple(_at(ms) for ms in sorted(shown))


def _at(ms: int) -> Decimal:
    return Decimal(ms) / 1000


# -- lanes ---------------------------------------------------------------------------------------


class _Stretch(NamedTuple):
    from_ms: int
    to_ms: int
    text: str
    state: LaneState


def _lanes(run: Run) -> tuple[tuple[Lane, ...], int]:
    """The lanes of a run, and how many Pods had no room."""
    pods = _pods(run)
    found = [_fault_lane(run), *(_count_lanes(run) if len(pods) > 1 else ())]
    for ref in pods[:MAX_PODS]:
        found += _pod_lanes(run, ref, prefix=f"{short_name(name_of(ref))} " if len(pods) > 1 else "")
    found += [*_endpoint_lanes(run), *_request_lanes(run)]
    shown = tuple(lane for lane in found if lane.bars or lane.points)
    return shown, max(0, len(pods) - MAX_PODS)


def _pods(run: Run) -> list[Ref]:
    return [ref for ref in run.cluster.trace.refs("Pod") if is_shown(ref)]


def _lane(
    run: Run,
    label: str,
    stretches: Iterable[_Stretch] = (),
    points: Iterable[tuple[int, LaneState]] = (),
    notes: Iterable[tuple[int, str]] = (),
) -> Lane:
    """A lane from instants of virtual time; what lies outside the run is cut off."""
    origin, end = origin_of(run), end_of(run)
    bars = []
    for each in stretches:
        start, stop = max(0, each.from_ms - origin), min(end, each.to_ms - origin)
        if start < stop:
            bars.append(Bar(start=_at(start), end=_at(stop), text=each.text, state=each.state))
    return Lane(
        label=label,
        bars=tuple(bars),
        points=tuple(Point(at=_at(ms - origin), state=s) for ms, s in points if 0 <= ms - origin <= end),
        notes=tuple(Note(at=_at(ms - origin), text=text) for ms, text in notes if 0 <= ms - origin <= end),
    )


def _fault_lane(run: Run) -> Lane:
    """What comes from outside: faults as long as they last, each once however many containers it hits."""
    stretches = []
    told: set[tuple[int, ...]] = set()
    for entry in run.cluster.trace.find("fault"):
        if entry.causes[:1] in told:
            continue
        told.add(entry.causes[:1])
        pattern = _FAULT_BARS.get(str(entry.data["fault"]), "異常")
        text = pattern.format(**{"path": "/", "code": 500, **entry.data})
        end = fault_end_ms(run, entry)
        stretches.append(_Stretch(entry.time_ms, max(end, entry.time_ms + 1_000), text, LaneState.WARN))
    for entry in run.cluster.trace.find("action"):
        if entry.data.get("fault") == "slowStart":
            seconds = entry.data.get("seconds", 0)
            from_ms = max(entry.time_ms, origin_of(run))
            until = from_ms + round(float(seconds) * 1000)
            stretches.append(_Stretch(from_ms, until, f"起動に{seconds}秒かかる", LaneState.WARN))
    return _lane(run, "起きたこと", stretches)


def _pod_lanes(run: Run, ref: Ref, *, prefix: str) -> list[Lane]:
    versions = run.cluster.trace.versions(ref)
    pod = next((version.obj for version in versions if version.obj is not None), None)
    if pod is None:
        return []
    lanes = []
    containers = containers_of(pod["spec"])
    for container in containers:
        name = container["name"]
        label = f"{prefix}{name}" if prefix or len(containers) > 1 else "コンテナ"
        lanes.append(_lane(run, label, _container_stretches(run, ref, name)))
        for kind in _PROBE_LANES:
            field = FIELDS[kind]
            if field in container:
                inner = f"{name}の{field}" if len(containers) > 1 else field
                points = list(_probe_points(run, ref, name, kind))
                notes = _restart_notes(run, ref, name, kind)
                lanes.append(_lane(run, inner, (), _thinned(points), notes))
    return lanes


def _container_stretches(run: Run, ref: Ref, name: str) -> list[_Stretch]:
    """What a container was doing, from the statuses of its Pod."""
    found: list[_Stretch] = []
    versions = [*run.cluster.trace.versions(ref)]
    ends = [version.time_ms for version in versions[1:]] + [run.cluster.now]
    for version, end in zip(versions, ends, strict=True):
        if version.obj is None:
            break
        text, state = _doing(version.obj, name)
        if found and (found[-1].text, found[-1].state) == (text, state):
            found[-1] = found[-1]._replace(to_ms=end)
        elif version.time_ms < end:
            found.append(_Stretch(version.time_ms, end, text, state))
    return found


def _doing(pod: Obj, name: str) -> tuple[str, LaneState]:
    status = pod.get("status") or {}
    listed = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    found = next((each for each in listed if each["name"] == name), None)
    if found is None:
        return ("Pending", LaneState.WAIT)
    state: dict[str, Any] = found.get("state") or {}
    if "running" in state:
        if is_deleting(pod):
            return ("終了処理", LaneState.END)
        return ("Running", LaneState.READY) if found.get("started") else ("起動中", LaneState.WAIT)
    if "terminated" in state:
        if _is_restarted(pod, name, state["terminated"]):
            return ("再起動", LaneState.FAIL)
        if state["terminated"].get("exitCode"):
            return (str(state["terminated"].get("reason") or "Error"), LaneState.FAIL)
        return ("完了", LaneState.END)
    reason = str((state.get("waiting") or {}).get("reason") or "")
    if found.get("restartCount") and reason in ("", "ContainerCreating"):
        return ("再起動", LaneState.FAIL)
    return (
        _WAITING.get(reason, reason or "待ち"),
        LaneState.FAIL if "Back" in reason or "Err" in reason else LaneState.WAIT,
    )


def _is_restarted(pod: Obj, name: str, terminated: Mapping[str, Any]) -> bool:
    """Whether the kubelet starts a container again after this end."""
    if is_deleting(pod) or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        return False
    spec = next(each for each in containers_of(pod["spec"]) if each["name"] == name)
    policy = spec.get("restartPolicy") or pod["spec"].get("restartPolicy") or "Always"
    is_init = spec in (pod["spec"].get("initContainers") or ()) and not is_sidecar(spec)
    if is_init or policy == "OnFailure":
        return policy != "Never" and terminated.get("exitCode") != 0
    return bool(policy == "Always")


def _probe_points(run: Run, ref: Ref, name: str, kind: str) -> Iterator[tuple[int, LaneState]]:
    """Every attempt, those included that the trace tells only as "again every period"."""
    trace = run.cluster.trace
    mine = [e for e in trace.of(ref, "probe") if (e.data["container"], e.data["probe"]) == (name, kind)]
    stops = [
        e.time_ms
        for e in trace.of(ref, "container-exited", "container-killing", "deleted")
        if e.change == "deleted" or e.data["container"] == name
    ]
    for entry, following in pairwise([*mine, None]):
        if entry is None:
            continue
        yield entry.time_ms, LaneState.READY if entry.data["success"] else LaneState.FAIL
        period = entry.data.get("period_ms")
        if period and kind != "startup":
            until = following.data["started_ms"] if following else run.cluster.now + 1
            until = min([until, *(stop for stop in stops if stop > entry.time_ms)])
            yield from (
                (ms, LaneState.READY) for ms in range(entry.data["started_ms"] + period, until, period)
            )


def _thinned(points: Sequence[tuple[int, LaneState]]) -> list[tuple[int, LaneState]]:
    """At most about `_MAX_POINTS`: within a run of equal outcomes only every n-th is kept, and both its ends."""
    keep_every = -(-len(points) // _MAX_POINTS)
    kept = []
    run_length = 0
    for index, (ms, state) in enumerate(points):
        run_length = run_length + 1 if index and points[index - 1][1] is state else 0
        is_last = index + 1 == len(points) or points[index + 1][1] is not state
        if run_length % max(1, keep_every) == 0 or is_last:
            kept.append((ms, state))
    return kept


def _restart_notes(run: Run, ref: Ref, name: str, kind: str) -> Iterator[tuple[int, str]]:
    for entry in run.cluster.trace.of(ref, "container-killing"):
        if entry.data["container"] == name and f"failed {kind} probe" in entry.data["text"]:
            failures = len(failed_probes(run, entry))
            yield entry.time_ms, f"{failures}回連続" if failures > 1 else "失敗"


def _count_lanes(run: Run) -> Iterator[Lane]:
    """How many Pods of each app are ready, against how many are wanted."""
    origin = origin_of(run)
    for app, series in run.facts["ready"].items():
        if not is_shown_name(app) or not series:
            continue
        wanted = [step["count"] for step in run.facts["replicas"].get(app, ())]
        most = max([*wanted, *(step["count"] for step in series)])
        if most < 2:
            continue
        ends = [step["ms"] for step in series[1:]] + [end_of(run)]
        stretches = [
            _Stretch(
                step["ms"] + origin, end + origin, f"{step['count']} / {most}", _filled(step["count"], most)
            )
            for step, end in zip(series, ends, strict=True)
        ]
        if series[0]["ms"] > 0:
            stretches.insert(0, _Stretch(origin, series[0]["ms"] + origin, f"0 / {most}", LaneState.WAIT))
        yield _lane(run, f"{app}の準備完了", stretches)


def _filled(count: int, most: int) -> LaneState:
    if count == 0:
        return LaneState.WAIT
    return LaneState.READY if count == most else LaneState.WARN


def _endpoint_lanes(run: Run) -> Iterator[Lane]:
    origin = origin_of(run)
    for service, series in run.facts["endpoints"].items():
        if not is_shown_name(service):
            continue
        ends = [step["ms"] for step in series[1:]] + [end_of(run)]
        stretches = [
            _Stretch(step["ms"] + origin, end + origin, f"{step['count']}つ", LaneState.AI)
            for step, end in zip(series, ends, strict=True)
            if step["count"]
        ]
        yield _lane(run, f"{service}の宛先", stretches)


def _request_lanes(run: Run) -> Iterator[Lane]:
    """Requests answered and failed, in stretches between changes."""
    by_target: dict[Ref, list[_Stretch]] = {}
    for ref, data in _stretches(run):
        state, text = _answered(data["sent"], data["failed"])
        found = by_target.setdefault(ref, [])
        if found and found[-1].state is state is not LaneState.WARN and found[-1].to_ms == data["from_ms"]:
            found[-1] = found[-1]._replace(to_ms=data["to_ms"])
        else:
            found.append(_Stretch(data["from_ms"], data["to_ms"], text, state))
    for ref, stretches in by_target.items():
        yield _lane(run, f"{name_of(ref)}へのリクエスト", stretches)


def _stretches(run: Run) -> Iterator[tuple[Ref, Mapping[str, Any]]]:
    """The traffic that the trace tells, and what flows when the run ends."""
    for entry in run.cluster.trace.find("traffic"):
        yield entry.ref, entry.data
    traffic = run.cluster.traffic
    for flow in traffic.state["flows"].values():
        if flow["rps_milli"] and flow["from"] < run.cluster.now:
            stretch = traffic.stretch(flow, run.cluster.now)
            yield Ref("Service", flow["namespace"], flow["target"]), stretch._asdict()


def _answered(sent: int, failed: int) -> tuple[LaneState, str]:
    if failed == 0:
        return LaneState.READY, "応答"
    if failed == sent:
        return LaneState.FAIL, "失敗"
    return LaneState.WARN, f"{sent}件中{failed}件失敗"
