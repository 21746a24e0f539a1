"""What a learner would notice in a run: one sentence for each change, from the trace."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from learn.cluster.facts import name_of
from learn.cluster.objects import Obj, Ref, is_deleting
from learn.cluster.pods import is_ready
from learn.cluster.scenario import Run
from learn.cluster.trace import TraceEntry

PROBES: Mapping[str, str] = {
    "liveness": "Liveness Probe",
    "readiness": "Readiness Probe",
    "startup": "Startup Probe",
}
_SYSTEM_NAMESPACES = frozenset({"kube-system", "kube-node-lease", "kube-public"})
_API_SERVICE = "kubernetes"

_FAULTS: Mapping[str, str] = {
    "hang": "`{container}`が固まり、応答しなくなりました",
    "deadlock": "`{container}`が固まり、SIGTERMにも応えなくなりました",
    "unready": "`{container}`の準備確認用のパスが503を返すようになりました",
    "unhealthy": "`{container}`が異常になりました",
    "status": "`{container}`の`{path}`が{code}を返すようになりました",
    "crash": "`{container}`のプロセスが終了コード{code}で落ちました",
    "slowStart": "`{container}`の起動が遅くなりました",
    "leak": "`{container}`がメモリを使い続けるようになりました",
    "removeFile": "`{container}`の`{path}`が消えました",
    "writeFile": "`{container}`の`{path}`が書き換わりました",
}
_EVENTS: Mapping[str, str] = {
    "FailedScheduling": "置けるノードがありません",
    "BackOff": "失敗が続いたため、次の再起動を待っています",
    "Failed": "コンテナを始められません",
    "FailedMount": "ボリュームをマウントできません",
    "FailedCreate": "Podを作れません",
}
_NORMAL_EVENTS: Mapping[str, str] = {
    "TaintManagerEviction": "ノードのtaintのため、退避させられます",
    "Preempted": "優先度の高いPodに場所を譲ります",
}
_CANCELLED = "Cancelling deletion"
_JOB_EVENTS: Mapping[str, str] = {
    "Completed": "Jobが完了しました",
    "BackoffLimitExceeded": "Jobが失敗しました。やり直しの上限に達しました",
    "DeadlineExceeded": "Jobが失敗しました。期限を過ぎました",
}
_LASTING_MS = 2_000
_FAILED_PROBE = re.compile(r"failed (liveness|startup) probe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One change: `ms` counts from the run's origin, `entry` is the trace entry that tells it.

    `text` is a sentence without its full stop; where several share a second, the one with most `weight` tells it.
    """

    ms: int
    entry: int
    where: str
    text: str
    weight: int = 0
    is_pod: bool = False


def origin_of(run: Run) -> int:
    """The virtual instant of t=0."""
    return int(run.cluster.steps.state["origin"] or 0)


def end_of(run: Run) -> int:
    """How long the run lasted from its origin."""
    return max(1_000, min(run.scenario.duration_ms, run.cluster.now - origin_of(run)))


def moments_of(run: Run) -> tuple[Moment, ...]:
    """Every change that a learner would notice, in the order of time."""
    found = [
        *_from_entries(run),
        *_from_pods(run),
        *_from_replicas(run),
        *_from_endpoints(run),
        *_from_load(run),
        *_from_requests(run),
    ]
    origin, end = origin_of(run), end_of(run)
    inside = (each for each in found if 0 <= each.ms - origin <= end)
    moved = (replace(each, ms=each.ms - origin) for each in inside)
    return tuple(sorted(moved, key=lambda each: (each.ms, each.entry)))


def is_shown(ref: Ref) -> bool:
    """Whether an object is the learner's or the exercise's business."""
    return ref.namespace not in _SYSTEM_NAMESPACES and ref.name != _API_SERVICE


def is_shown_name(name: str) -> bool:
    """Whether a name as facts use it (`NAMESPACE/NAME` outside `default`) is."""
    return name.partition("/")[0] not in _SYSTEM_NAMESPACES and name != _API_SERVICE


def short_name(pod: str) -> str:
    """A Pod's name without what it shares with its siblings: `web-585876bc8c-fhvgj` is `web-…-fhvgj`."""
    match = re.fullmatch(r"(.+)-[a-z0-9]{8,10}-([a-z0-9]{5})", pod)
    return f"{match[1]}-…-{match[2]}" if match else pod


def _from_entries(run: Run) -> Iterator[Moment]:
    told: set[tuple[Ref, str]] = set()
    for entry in run.cluster.trace.entries:
        if not is_shown(entry.ref):
            continue
        match entry.change:
            case "container-started":
                yield _told(entry, _started(entry.data), weight=2 if entry.data["restarts"] else 1)
            case "container-killing":
                yield _told(entry, killing_text(run, entry), weight=3 if failed_probes(run, entry) else 1)
            case "container-exited":
                yield _told(entry, exited_text(entry.data), weight=2 if entry.data["exit_code"] else 1)
            case "probe":
                if text := _probe(entry.data):
                    yield _told(entry, text, weight=0 if entry.data["success"] else 1)
            case "fault":
                yield _told(entry, fault_text(entry.data), weight=2)
                yield from _fault_end(run, entry)
            case "scheduled":
                yield _told(entry, f"ノード`{entry.data['node']}`に置かれました")
            case "event":
                text = _event(entry)
                if text and (entry.ref, text) not in told:
                    told.add((entry.ref, text))
                    yield _told(entry, text, weight=2)


def _told(entry: TraceEntry, text: str, *, weight: int = 0) -> Moment:
    is_pod = entry.ref.kind == "Pod"
    where = short_name(name_of(entry.ref)) if is_pod else name_of(entry.ref)
    return Moment(ms=entry.time_ms, entry=entry.id, where=where, text=text, weight=weight, is_pod=is_pod)


def _started(data: Mapping[str, Any]) -> str:
    if data["restarts"]:
        return f"`{data['container']}`が再起動しました（{data['restarts']}回目）"
    return f"`{data['container']}`が動き始めました"


def killing_text(run: Run, killing: TraceEntry) -> str:
    begun = f"`{killing.data['container']}`の終了処理が始まりました"
    match = _FAILED_PROBE.search(killing.data["text"])
    if match is None:
        return begun
    failures = len(failed_probes(run, killing))
    times = f"{failures}回続けて失敗した" if failures > 1 else "失敗した"
    return f"{begun}。{PROBES[match[1]]}が{times}ためです"


def failed_probes(run: Run, killing: TraceEntry) -> tuple[TraceEntry, ...]:
    """The failures that led to the end of a container, the earliest first."""
    causes = (run.cluster.trace.get(cause) for cause in killing.causes)
    return tuple(each for each in causes if each and each.change == "probe")


def exited_text(data: Mapping[str, Any]) -> str:
    if data["reason"] == "OOMKilled":
        return f"`{data['container']}`が、メモリの上限を超えて強制終了されました"
    return f"`{data['container']}`が終わりました（終了コード{data['exit_code']}）"


def fault_text(data: Mapping[str, Any]) -> str:
    pattern = _FAULTS.get(str(data.get("fault")), "`{container}`に異常が起きました")
    return pattern.format(**{"path": "/", "code": 500, **data})


def fault_end_ms(run: Run, fault: TraceEntry) -> int:
    """When a fault is over: at its time, or with the process that it hit; the end of the run otherwise."""
    until = fault.data.get("until_ms", -1)
    ends = [until] if until >= fault.time_ms else []
    ends += [
        entry.time_ms
        for entry in run.cluster.trace.of(fault.ref, "container-exited")
        if entry.id > fault.id and entry.data["container"] == fault.data["container"]
    ]
    return int(min([*ends, run.cluster.now]))


def _fault_end(run: Run, entry: TraceEntry) -> Iterator[Moment]:
    until = entry.data.get("until_ms", -1)
    if entry.time_ms < until == fault_end_ms(run, entry):
        yield replace(_told(entry, f"`{entry.data['container']}`が元に戻りました"), ms=until)


def _probe(data: Mapping[str, Any]) -> str:
    """Every failure, and the first success after one or at the start."""
    name = f"`{data['container']}`の{PROBES[data['probe']]}"
    if not data["success"]:
        return f"{name}が失敗しました" + (f"（続けて{data['run']}回目）" if data["run"] > 1 else "")
    return f"{name}が成功しました" if data["run"] == 1 else ""


def _event(entry: TraceEntry) -> str:
    if entry.ref.kind == "Job":
        return _JOB_EVENTS.get(entry.data["reason"], "")
    if entry.data["message"].startswith(_CANCELLED):
        return ""
    told = _EVENTS if entry.data["type"] == "Warning" else _NORMAL_EVENTS
    return told.get(entry.data["reason"], "")


def _from_pods(run: Run) -> Iterator[Moment]:
    """When Pods become ready, cease to be, are being deleted and are gone."""
    for ref in filter(is_shown, run.cluster.trace.refs("Pod")):
        before: Obj | None = None
        for version in run.cluster.trace.versions(ref):
            text = _pod_change(before, version.obj)
            if text:
                where = short_name(name_of(ref))
                yield Moment(
                    ms=version.time_ms, entry=version.entry, where=where, text=text, weight=1, is_pod=True
                )
            before = version.obj


def _pod_change(before: Obj | None, now: Obj | None) -> str:
    if now is None:
        return "Podがなくなりました"
    if is_deleting(now):
        return "" if before and is_deleting(before) else "Podの削除が始まりました"
    was = before is not None and is_ready(before)
    if is_ready(now) and not was:
        return "Podが準備完了になりました"
    return "Podが準備完了ではなくなりました" if was and not is_ready(now) else ""


def _from_replicas(run: Run) -> Iterator[Moment]:
    """When a Deployment or a StatefulSet is to have another number of Pods than before."""
    for ref in (*run.cluster.trace.refs("Deployment"), *run.cluster.trace.refs("StatefulSet")):
        before: int | None = None
        for version in run.cluster.trace.versions(ref) if is_shown(ref) else ():
            count = None if version.obj is None else int(version.obj["spec"].get("replicas", 1))
            if before is not None and count is not None and count != before:
                text = f"レプリカ数が{before}から{count}になりました"
                yield Moment(ms=version.time_ms, entry=version.entry, where=name_of(ref), text=text, weight=2)
            before = count


def _from_endpoints(run: Run) -> Iterator[Moment]:
    origin = origin_of(run)
    entries = {
        entry.time_ms: entry.id
        for entry in run.cluster.trace.find("created", "updated", "deleted")
        if entry.ref.kind == "EndpointSlice" and is_shown(entry.ref)
    }
    for service, series in run.facts["endpoints"].items():
        if not is_shown_name(service):
            continue
        count = 0
        for step in series:
            if step["count"] != count:
                ms = step["ms"] + origin
                text = f"Serviceの宛先が{step['count']}個になりました"
                yield Moment(ms=ms, entry=entries.get(ms, 0), where=service, text=text, weight=1)
            count = step["count"]


def _from_load(run: Run) -> Iterator[Moment]:
    """When the requests per second become others and stay so for a while; a ramp is told at its end."""
    entries = [each for each in run.cluster.trace.find("action") if each.data.get("verb") == "load"]
    for index, entry in enumerate(entries):
        following = (each.time_ms for each in entries[index + 1 :] if each.ref == entry.ref)
        if next(following, run.cluster.now) - entry.time_ms < _LASTING_MS:
            continue
        rate = round(entry.data.get("rps") or 0)
        text = f"負荷が毎秒{rate}件になりました" if rate else "負荷がなくなりました"
        if "cpu" not in entry.data:
            yield Moment(ms=entry.time_ms, entry=entry.id, where=entry.ref.name, text=text, weight=1)


def _from_requests(run: Run) -> Iterator[Moment]:
    """When requests begin to fail, and when they are answered again."""
    failing: dict[Ref, bool] = {}
    for entry in run.cluster.trace.find("traffic"):
        fails = entry.data["failed"] > 0
        if failing.get(entry.ref) is fails:
            continue
        failing[entry.ref] = fails
        text = "リクエストが失敗し始めました" if fails else "リクエストに応答しています"
        yield Moment(
            ms=entry.data["from_ms"],
            entry=entry.id,
            where=name_of(entry.ref),
            text=text,
            weight=2 if fails else 1,
        )
