"""Lanes of what goes in and out: load, requests answered and failed, how long an answer takes, faults."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from learn.cluster.facts import name_of
from learn.cluster.objects import Ref
from learn.cluster.scenario import Run
from learn.content.render.lanes import Lane, LaneState
from learn.labs.moments import fault_end_ms, origin_of
from learn.labs.timeline_lane import Stretch, chart, marks

MAX_STRETCHES = 12

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


def fault_lane(run: Run) -> Lane:
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
        stretches.append(Stretch(entry.time_ms, max(end, entry.time_ms + 1_000), text, LaneState.WARN))
    for entry in run.cluster.trace.find("action"):
        if entry.data.get("fault") == "slowStart":
            seconds = entry.data.get("seconds", 0)
            from_ms = max(entry.time_ms, origin_of(run))
            until = from_ms + round(float(seconds) * 1000)
            stretches.append(Stretch(from_ms, until, f"起動に{seconds}秒かかる", LaneState.WARN))
    return marks(run, "起きたこと", stretches)


def load_lanes(run: Run) -> Iterator[Lane]:
    """How much is asked of each target, where that changes while the run lasts."""
    series: dict[str, list[tuple[int, int | None]]] = {}
    for entry in run.cluster.trace.find("action"):
        if entry.data.get("verb") == "load":
            rate = round(entry.data.get("rps") or 0)
            series.setdefault(entry.ref.name, []).append((entry.time_ms - origin_of(run), rate))
    for target, steps in series.items():
        if len({rate for _, rate in steps if rate}) > 1:
            yield chart(run, f"{_short(target)}への負荷", [(0, 0), *steps], unit="件/秒")


def request_lanes(run: Run) -> Iterator[Lane]:
    """Requests answered and failed, in stretches between changes."""
    by_target: dict[Ref, list[_Answers]] = {}
    for ref, data in _traffic(run):
        answers = _Answers(data["from_ms"], data["to_ms"], data["sent"], data["failed"])
        by_target.setdefault(ref, []).append(answers)
    for ref, found in by_target.items():
        joined = _joined(found, lambda a, b: a.state is b.state is not LaneState.WARN)
        if len(joined) > MAX_STRETCHES:
            joined = _joined(found, lambda a, b: bool(a.failed) is bool(b.failed))
        stretches = [Stretch(each.from_ms, each.to_ms, each.text, each.state) for each in joined]
        yield marks(run, f"{_short(name_of(ref))}へのリクエスト", stretches)


class _Answers(NamedTuple):
    """Requests of a stretch of time, in ms of virtual time."""

    from_ms: int
    to_ms: int
    sent: int
    failed: int

    @property
    def state(self) -> LaneState:
        if self.failed == 0:
            return LaneState.READY
        return LaneState.FAIL if self.failed == self.sent else LaneState.WARN

    @property
    def text(self) -> str:
        match self.state:
            case LaneState.READY:
                return "応答"
            case LaneState.FAIL:
                return "失敗"
        return f"{self.sent}件中{self.failed}件失敗"


def _joined(found: list[_Answers], belong: Callable[[_Answers, _Answers], bool]) -> list[_Answers]:
    """Neighbours that belong together as one."""
    joined: list[_Answers] = []
    for each in found:
        last = joined[-1] if joined else None
        if last and last.to_ms == each.from_ms and belong(last, each):
            sums = last.sent + each.sent, last.failed + each.failed
            joined[-1] = _Answers(last.from_ms, each.to_ms, *sums)
        else:
            joined.append(each)
    return joined


def latency_lanes(run: Run) -> Iterator[Lane]:
    """How long the slowest answer of each stretch takes, where that changes; a gap where none comes."""
    series: dict[Ref, list[tuple[int, int | None]]] = {}
    for ref, data in _traffic(run):
        found = series.setdefault(ref, [])
        if not found or found[-1][0] < data["from_ms"]:
            found.append((data["from_ms"] - origin_of(run), data["latency_ms"] or None))
    for ref, steps in series.items():
        if len({ms for _, ms in steps if ms}) > 1:
            yield chart(run, f"{_short(name_of(ref))}の応答時間", steps, unit="ms")


def _short(target: str) -> str:
    """A Service's name, or a URL without what all of them share."""
    return target.removeprefix("http://").rstrip("/")


def _traffic(run: Run) -> Iterator[tuple[Ref, Mapping[str, Any]]]:
    """The traffic that the trace tells, and what flows when the run ends."""
    for entry in run.cluster.trace.find("traffic"):
        yield entry.ref, entry.data
    traffic = run.cluster.traffic
    for flow in traffic.state["flows"].values():
        if flow["rps_milli"] and flow["from"] < run.cluster.now:
            stretch = traffic.stretch(flow, run.cluster.now)
            yield Ref("Service", flow["namespace"], flow["target"]), stretch._asdict()
