"""「理由をたどる」: why something happened in a run, link by link, from the causes that the trace keeps."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from learn.cluster.facts import name_of
from learn.cluster.objects import Ref
from learn.cluster.scenario import Run
from learn.cluster.trace import TraceEntry
from learn.labs.moments import (
    PROBES,
    Moment,
    exited_text,
    failed_probes,
    fault_end_ms,
    fault_text,
    killing_text,
    origin_of,
    short_name,
)
from learn.sandbox.objects import TEMPLATE_PATHS, ManifestObject

MAX_REASONS = 9
_BEGINNINGS = frozenset({"container-started", "fault"})
_PROBES_URL = (
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What Kubernetes does in such a case, and the page that says so."""

    text: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One link of a chain: what happened at a second, by which rule, and the field that decided it.

    `line` is that of the learner's text, 0 for none; `is_written` tells whether the field stands there or
    its default counted.
    """

    second: int
    text: str
    rule: Rule | None = None
    field: str = ""
    line: int = 0
    is_written: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A moment with what led to it, the effect first."""

    moment: Moment
    reasons: tuple[Reason, ...]


_KILL = Rule(
    text="`failureThreshold`回続けて失敗すると、kubeletはコンテナを終了し、`restartPolicy`に従います。",
    title="Configure Liveness, Readiness and Startup Probes",
    url=_PROBES_URL,
)
_RULES: Mapping[str, Rule] = {
    "killing": _KILL,
    "started": Rule(
        text="終わったコンテナは、同じPodの中で再起動されます。2回目からは10秒、20秒と待ちが延びます。",
        title="Pod Lifecycle",
        url="https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",
    ),
    "ready": Rule(
        text="Podは、すべてのコンテナが動き、Readiness Probeに成功している間だけ準備完了です。",
        title="Pod readiness",
        url="https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions",
    ),
    "endpoints": Rule(
        text="Serviceの宛先になるのは、`selector`に合い、準備完了であるPodだけです。",
        title="EndpointSlices",
        url="https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions",
    ),
    "requests": Rule(
        text="Serviceへのリクエストは、転送ルールにある宛先のどれかに届きます。宛先がなければ失われます。",
        title="Virtual IPs and Service Proxies",
        url="https://kubernetes.io/docs/reference/networking/virtual-ips/",
    ),
    "scheduling": Rule(
        text="スケジューラーは、条件を満たすノードだけを候補にします。1つもなければPodはPendingのままです。",
        title="Kubernetes Scheduler",
        url="https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/",
    ),
}

_OBSERVED: Sequence[tuple[str, str]] = (
    (r"deadline exceeded|timed out", "`timeoutSeconds`の間に応答がありませんでした"),
    (r"connection refused", "接続を断られました。そのポートでは待ち受けていません"),
    (r"statuscode: (\d+)", "HTTP {0}が返りました"),
    (r"HTTP response to HTTPS", "HTTPのサーバーへHTTPSで接続しました"),
    (r"no such host", "ホスト名を解決できませんでした"),
    (r"NOT_SERVING", "gRPCの状態がNOT_SERVINGでした"),
    (r"no such file|not found|No such file", "コマンドかファイルが見つかりません"),
)
_FILTERS: Mapping[str, str] = {
    "NodeResourcesFit": "空きが足りません",
    "NodeAffinity": "`nodeSelector`か`nodeAffinity`に合いません",
    "TaintToleration": "許容していないtaintがあります",
    "NodeUnschedulable": "新しいPodを受け付けていません",
    "PodTopologySpread": "分散の条件に合いません",
    "InterPodAffinity": "ほかのPodとの近さの条件に合いません",
    "NodePorts": "ホストのポートが使われています",
}
_LOST: Mapping[str, str] = {
    "no-endpoints": "Serviceの宛先が1つもないため、リクエストが失われました",
    "not-listening": "宛先のPodが待ち受けていないため、リクエストが失われました",
}


def explain(run: Run, moment: Moment, written: Sequence[ManifestObject]) -> Explained:
    """What led to a moment: its trace entry and the entries that caused it, as far as a learner can act on them."""
    reasons = []
    for entry in _chain(run, moment.entry):
        if reason := _reason(run, entry, written):
            reasons.append(reason)
    return Explained(moment=moment, reasons=tuple(reasons[:MAX_REASONS]))


def _chain(run: Run, entry_id: int) -> list[TraceEntry]:
    """The entry and its causes, newest first; what lies before the start of the container is another story."""
    found: dict[int, TraceEntry] = {}
    todo = [entry_id]
    while todo:
        entry = run.cluster.trace.get(todo.pop())
        if entry is None or entry.id in found:
            continue
        found[entry.id] = entry
        if entry.change not in _BEGINNINGS or entry.id == entry_id:
            todo += [*entry.causes, *_behind(run, entry)]
    return [found[number] for number in sorted(found, reverse=True)]


def _behind(run: Run, entry: TraceEntry) -> Iterator[int]:
    """Causes that the trace does not name: what made the targets of lost requests unable to answer."""
    if entry.change != "traffic" or not entry.data["failed"]:
        return
    from_ms = entry.data["from_ms"]
    hit = {name.rpartition("/")[2] for name in entry.data["by_pod"]}
    for fault in run.cluster.trace.find("fault"):
        if fault.ref.name in hit and fault.time_ms <= from_ms < fault_end_ms(run, fault):
            yield fault.id
    if entry.data["why"] == "no-endpoints":
        slices = (e for e in run.cluster.trace.find("created", "updated") if e.ref.kind == "EndpointSlice")
        yield from [
            e.id for e in slices if e.time_ms <= from_ms and e.ref.name.startswith(f"{entry.ref.name}-")
        ][-1:]


# -- one link ------------------------------------------------------------------------------------


def _reason(run: Run, entry: TraceEntry, written: Sequence[ManifestObject]) -> Reason | None:
    told = _told(run, entry)
    if told is None:
        return None
    text, rule = told
    line, is_written = _line(run, entry, written)
    ms = entry.data["from_ms"] if entry.change == "traffic" else entry.time_ms
    return Reason(
        second=max(0, -(-(ms - origin_of(run)) // 1000)),
        text=text,
        rule=_RULES.get(rule),
        field=entry.field.rpartition("].")[2] if line else "",
        line=line,
        is_written=is_written,
    )


def _told(run: Run, entry: TraceEntry) -> tuple[str, str] | None:
    """A sentence (without its full stop) and the key of its rule; None for what only machines care about."""
    teller = _TELLERS.get(entry.change)
    return teller(run, entry) if teller else None


def _probe(run: Run, entry: TraceEntry) -> tuple[str, str] | None:
    data = entry.data
    name = f"`{data['container']}`の{PROBES[data['probe']]}"
    if data["success"]:
        return f"{name}が成功しました", ""
    times = f"（続けて{data['run']}回目）" if data["run"] > 1 else ""
    return f"{name}が失敗しました{times}。{_observed(data['text'])}", ""


def _observed(text: str) -> str:
    for pattern, words in _OBSERVED:
        if match := re.search(pattern, text):
            return words.format(*match.groups())
    return "コマンドが0以外の終了コードで終わりました"


def _killing(run: Run, entry: TraceEntry) -> tuple[str, str]:
    return killing_text(run, entry), "killing" if failed_probes(run, entry) else ""


def _exited(run: Run, entry: TraceEntry) -> tuple[str, str]:
    return exited_text(entry.data), ""


def _started(run: Run, entry: TraceEntry) -> tuple[str, str] | None:
    if not entry.data["restarts"]:
        return None
    return f"`{entry.data['container']}`が再起動しました（{entry.data['restarts']}回目）", "started"


def _fault(run: Run, entry: TraceEntry) -> tuple[str, str]:
    return f"{fault_text(entry.data)}（この演習の条件です）", ""


def _endpoints(run: Run, entry: TraceEntry) -> tuple[str, str] | None:
    if entry.ref.kind != "EndpointSlice":
        return None
    return "Serviceの宛先の一覧が書き換わりました", "endpoints"


def _synced(run: Run, entry: TraceEntry) -> tuple[str, str]:
    count = len(entry.data["endpoints"])
    return f"Service`{name_of(entry.ref)}`の転送ルールに反映されました（宛先{count}つ）", ""


def _traffic(run: Run, entry: TraceEntry) -> tuple[str, str] | None:
    data = entry.data
    if not data["failed"]:
        return f"Service`{name_of(entry.ref)}`が応答しています", "requests"
    default = "応答できないPodに届いたリクエストが失われました"
    return f"{_LOST.get(data['why'], default)}（{data['sent']}件中{data['failed']}件）", "requests"


def _status(run: Run, entry: TraceEntry) -> tuple[str, str] | None:
    if entry.ref.kind != "Pod":
        return None
    versions = run.cluster.trace.versions(entry.ref)
    for before, now in zip(versions, versions[1:], strict=False):
        if now.entry == entry.id and before.obj and now.obj:
            was, is_now = (_ready_word(obj) for obj in (before.obj, now.obj))
            return (f"Pod`{short_name(name_of(entry.ref))}`が{is_now}", "ready") if was != is_now else None
    return None


def _ready_word(pod: Mapping[str, Any]) -> str:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    ready = any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)
    return "準備完了になりました" if ready else "準備完了ではなくなりました"


def _decision(run: Run, entry: TraceEntry) -> tuple[str, str] | None:
    data = entry.data
    if data.get("rule") == "schedule":
        return f"どのノードにも置けませんでした。実際の表示は「{data['message']}」です", "scheduling"
    if data.get("rule") == "oom":
        return f"`{data['container']}`の使うメモリが、`limits.memory`を超えました", ""
    if "reasons" in data:
        words = _FILTERS.get(data["rule"], "条件に合いません")
        nodes = data.get("nodes") or ()
        where = f"ノード{'、'.join(f'`{node}`' for node in nodes)}" if nodes else "候補のノード"
        return f"{where}は、{words}（{'、'.join(data['reasons'])}）", ""
    return None


_TELLERS: Mapping[str, Callable[[Run, TraceEntry], tuple[str, str] | None]] = {
    "probe": _probe,
    "container-killing": _killing,
    "container-exited": _exited,
    "container-started": _started,
    "fault": _fault,
    "created": _endpoints,
    "updated": _endpoints,
    "rules-synced": _synced,
    "traffic": _traffic,
    "status": _status,
    "decision": _decision,
}


# -- the line of the manifest ----------------------------------------------------------------------


def _line(run: Run, entry: TraceEntry, written: Sequence[ManifestObject]) -> tuple[int, bool]:
    """The line of the field that decided, and whether it stands there; the nearest above it otherwise."""
    if not entry.field:
        return 0, True
    owner = _owner(run, entry.ref, written)
    if owner is None:
        return 0, True
    prefix = TEMPLATE_PATHS.get(owner.kind, ()) if entry.ref.kind == "Pod" else ()
    path = (*prefix, *_path(entry.field))
    return owner.key_span(path).line, _is_written(owner.value, path)


def _owner(run: Run, ref: Ref, written: Sequence[ManifestObject]) -> ManifestObject | None:
    """The object of the learner's text that a cluster's object comes from."""
    if ref.kind == "Pod":
        app = (run.facts["pods"].get(name_of(ref)) or {}).get("app", "").rpartition("/")[2]
        return next((obj for obj in written if obj.kind in TEMPLATE_PATHS and obj.name == app), None)
    return next((obj for obj in written if (obj.kind, obj.name) == (ref.kind, ref.name)), None)


def _path(field: str) -> tuple[str | int, ...]:
    """`spec.containers[0].livenessProbe` as steps."""
    return tuple(
        int(index) if index else name for name, index in re.findall(r"([A-Za-z][\w-]*)|\[(\d+)\]", field)
    )


def _is_written(value: Any, path: Sequence[str | int]) -> bool:
    for step in path:
        is_item = isinstance(value, list) and step in range(len(value))
        if not is_item and not (isinstance(value, dict) and step in value):
            return False
        value = value[step]
    return True
