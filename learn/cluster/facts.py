"""A run summed up, for goals and questions: what was sent and lost, what restarted, who was ready when.

`facts(cluster)` reads the trace alone.  All times are milliseconds from the scenario's origin.

| fact | shape |
|---|---|
| `restarts` | `[{ms, app, pod, container, reason, exitCode}]`: ends of containers that were, or will be, started again |
| `kills` | `[{ms, app, pod, container, text}]`: the beginnings of such ends: a probe, a deletion |
| `exits` | `[{ms, app, pod, container, reason, exitCode}]`: every end of a container |
| `pods` | `{name: {app, node, created, scheduled, started, ready, deleted}}`: instants, -1 for never |
| `ready` | `{app: [{ms, count}]}`: how many Pods of an app are Ready, from each instant on |
| `readyAt` | `{app: [ms]}`: when the first, the second, … Pod was Ready at the same time |
| `replicas` | `{app: [{ms, count}]}`: wanted replicas (spec) of Deployments, StatefulSets and ReplicaSets |
| `endpoints` | `{service: [{ms, count, pods}]}`: ready endpoints, as EndpointSlices list them |
| `events` | `[{ms, kind, name, type, reason, message, count}]` |
| `requests` | `{target: {sent, failed, byPod, latencyMs}}`: requests and load, over the whole run |
| `refused` | `[{ms, verb, reason, message, fields}]`: what the API server refused |
| `windows` | `{name: {requests, ready: {app: {min, max}}, replicas: {app: {min, max}}, restarts: {app: n}}}` |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from learn.cluster.objects import Obj, Ref, controller_of, is_deleting, labels_of
from learn.cluster.pods import is_ready
from learn.cluster.trace import Trace, TraceEntry

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

Series: TypeAlias = list[dict[str, Any]]
Windows: TypeAlias = Mapping[str, tuple[int, int]]

NEVER = -1
_SERVICE = "kubernetes.io/service-name"


def facts(cluster: Cluster, windows: Windows | None = None, *, with_open_load: bool = True) -> dict[str, Any]:
    """Everything in the table above, up to now; `windows` are `(from, to)` in ms from the origin.

    Load that goes on is counted up to now, unless `with_open_load` is false.
    """
    return _Facts(cluster, with_open_load=with_open_load).summary(windows or {})


def name_of(ref: Ref) -> str:
    """An object's name as facts use it: without the namespace in `default`."""
    return ref.name if ref.namespace in ("", "default") else f"{ref.namespace}/{ref.name}"


class _Facts:
    def __init__(self, cluster: Cluster, *, with_open_load: bool) -> None:
        self.cluster = cluster
        self._with_open_load = with_open_load
        self.trace: Trace = cluster.trace
        self.origin: int = cluster.steps.state["origin"] or 0
        self.apps = {ref: self._app(ref) for ref in self.trace.refs("Pod")}

    def summary(self, windows: Windows) -> dict[str, Any]:
        exits = self._exits()
        restarts = [each for each in exits if each.pop("again")]
        found: dict[str, Any] = {
            "restarts": restarts,
            "kills": [
                self._of_container(e, text=e.data["text"]) for e in self.trace.find("container-killing")
            ],
            "exits": [{k: v for k, v in each.items() if k != "again"} for each in exits],
            "pods": self._pods(),
            "ready": self._by_app(lambda pod: is_ready(pod) and not is_deleting(pod)),
            "replicas": self._replicas(),
            "endpoints": self._endpoints(),
            "events": self._events(),
            "requests": self._requests(self.origin, self.cluster.now),
            "refused": [{"ms": e.time_ms - self.origin, **e.data} for e in self.trace.find("action-refused")],
        }
        found["readyAt"] = {app: first_reached(series) for app, series in found["ready"].items()}
        found["windows"] = {name: self._window(found, *bounds) for name, bounds in windows.items()}
        return found

    # -- Pods ------------------------------------------------------------------------------------

    def _app(self, ref: Ref) -> str:
        """The workload that a Pod belongs to: the topmost owner, else its `app` label, else itself."""
        pod = next((v.obj for v in self.trace.versions(ref) if v.obj is not None), None)
        if pod is None:
            return name_of(ref)
        owner = controller_of(pod)
        found: Ref | None = None
        while owner is not None:
            found = Ref(owner["kind"], ref.namespace, owner["name"])
            obj = next((v.obj for v in self.trace.versions(found) if v.obj is not None), None)
            owner = controller_of(obj) if obj else None
        return name_of(found) if found else name_of(ref)

    def _of_container(self, entry: TraceEntry, **more: Any) -> dict[str, Any]:
        return {
            "ms": entry.time_ms - self.origin,
            "app": self.apps.get(entry.ref, name_of(entry.ref)),
            "pod": name_of(entry.ref),
            "container": entry.data["container"],
            **more,
        }

    def _exits(self) -> Series:
        """Every end of a container; `again` tells whether it was started, or waits to be started, again."""
        found = []
        for entry in self.trace.find("container-exited"):
            data = entry.data
            more = {"reason": data["reason"], "exitCode": data["exit_code"], "again": self._again(entry)}
            found.append(self._of_container(entry, **more))
        return found

    def _again(self, entry: TraceEntry) -> bool:
        pod = self.trace.object_at(entry.ref, entry.time_ms)
        if pod is None or is_deleting(pod):
            return False
        policy = pod["spec"].get("restartPolicy") or "Always"
        return policy == "Always" or (policy == "OnFailure" and entry.data["exit_code"] != 0)

    def _pods(self) -> dict[str, Any]:
        found = {}
        for ref, app in self.apps.items():
            instants = dict.fromkeys(("created", "scheduled", "started", "ready", "deleted"), NEVER)
            node = ""
            for version in self.trace.versions(ref):
                ms = version.time_ms - self.origin
                if version.obj is None:
                    instants["deleted"] = ms
                    continue
                reached = [
                    ("created", True),
                    ("scheduled", bool(version.obj["spec"].get("nodeName"))),
                    ("ready", is_ready(version.obj)),
                ]
                for name, holds in reached:
                    if holds and instants[name] == NEVER:
                        instants[name] = ms
                node = version.obj["spec"].get("nodeName") or node
            starts = self.trace.of(ref, "container-started")
            if starts:
                instants["started"] = starts[0].time_ms - self.origin
            found[name_of(ref)] = {"app": app, "node": node, **instants}
        return found

    def _by_app(self, counts: Callable[[Obj], bool]) -> dict[str, Series]:
        """How many Pods of each app something holds for, from each change on."""
        changes: dict[str, list[tuple[int, int]]] = {app: [] for app in sorted(set(self.apps.values()))}
        for ref, app in self.apps.items():
            before = False
            for version in self.trace.versions(ref):
                now = version.obj is not None and counts(version.obj)
                if now is not before:
                    changes[app].append((version.time_ms - self.origin, 1 if now else -1))
                before = now
        return {app: steps(each) for app, each in changes.items()}

    # -- objects over time -----------------------------------------------------------------------

    def _replicas(self) -> dict[str, Series]:
        found: dict[str, Series] = {}
        for kind in ("ReplicaSet", "StatefulSet", "Deployment"):
            for ref in self.trace.refs(kind):
                series: Series = []
                for version in self.trace.versions(ref):
                    count = 0
                    if version.obj is not None:
                        wanted = version.obj["spec"].get("replicas")
                        count = 1 if wanted is None else int(wanted)
                    if not series or series[-1]["count"] != count:
                        series.append({"ms": version.time_ms - self.origin, "count": count})
                found[name_of(ref)] = series
        return found

    def _endpoints(self) -> dict[str, Series]:
        by_service: dict[str, list[tuple[int, Ref, Obj | None]]] = {}
        for ref in self.trace.refs("EndpointSlice"):
            versions = self.trace.versions(ref)
            labels = next((labels_of(v.obj) for v in versions if v.obj is not None), {})
            service = name_of(Ref("Service", ref.namespace, labels.get(_SERVICE, "")))
            by_service.setdefault(service, []).extend((v.time_ms, ref, v.obj) for v in versions)
        found: dict[str, Series] = {}
        for service, versions_of in sorted(by_service.items()):
            now: dict[Ref, list[str]] = {}
            series: Series = []
            for ms, ref, obj in sorted(versions_of, key=lambda each: each[0]):
                now[ref] = _ready_pods(obj)
                pods = sorted(name for names in now.values() for name in names)
                if series and series[-1]["ms"] == ms - self.origin:
                    series.pop()
                if not series or series[-1]["pods"] != pods:
                    series.append({"ms": ms - self.origin, "count": len(pods), "pods": pods})
            found[service] = series
        return found

    def _events(self) -> Series:
        return [
            {
                "ms": e.time_ms - self.origin,
                "kind": e.ref.kind,
                "name": name_of(e.ref),
                **{key: e.data[key] for key in ("type", "reason", "message", "count")},
            }
            for e in self.trace.find("event")
        ]

    # -- requests --------------------------------------------------------------------------------

    def _stretches(self) -> Iterable[tuple[Ref, Mapping[str, Any]]]:
        for entry in self.trace.find("traffic"):
            yield entry.ref, entry.data
        if not self._with_open_load:
            return
        for flow in self.cluster.traffic.state["flows"].values():
            if flow["rps_milli"] and flow["from"] < self.cluster.now:
                stretch = self.cluster.traffic.stretch(flow, self.cluster.now)
                yield Ref("Service", flow["namespace"], flow["target"]), stretch._asdict()

    def _requests(self, from_ms: int, to_ms: int) -> dict[str, Any]:
        """Sent and failed per target, of requests sent within `[from, to)`; stretches count where they begin."""
        found: dict[str, Any] = {}
        for ref, data in self._stretches():
            if from_ms <= data["from_ms"] < to_ms:
                total = found.setdefault(name_of(ref), {"sent": 0, "failed": 0, "byPod": {}, "latencyMs": 0})
                total["sent"] += data["sent"]
                total["failed"] += data["failed"]
                total["latencyMs"] = max(total["latencyMs"], data["latency_ms"])
                for pod, count in data["by_pod"].items():
                    name = pod.removeprefix("default/")
                    total["byPod"][name] = total["byPod"].get(name, 0) + count
        for entry in self.trace.find("request"):
            if from_ms <= entry.time_ms < to_ms:
                total = found.setdefault(
                    entry.data["target"], {"sent": 0, "failed": 0, "byPod": {}, "latencyMs": 0}
                )
                total["sent"] += 1
                total["failed"] += 0 if entry.data["ok"] else 1
                name = entry.data["pod"].removeprefix("default/")
                if name:
                    total["byPod"][name] = total["byPod"].get(name, 0) + 1
        return found

    # -- windows ---------------------------------------------------------------------------------

    def _window(self, found: Mapping[str, Any], from_ms: int, to_ms: int) -> dict[str, Any]:
        inside = [each for each in found["restarts"] if from_ms <= each["ms"] < to_ms]
        restarts: dict[str, int] = dict.fromkeys(found["ready"], 0)
        for each in inside:
            restarts[each["app"]] = restarts.get(each["app"], 0) + 1
        return {
            "requests": self._requests(from_ms + self.origin, to_ms + self.origin),
            "ready": {app: extremes(series, from_ms, to_ms) for app, series in found["ready"].items()},
            "replicas": {app: extremes(series, from_ms, to_ms) for app, series in found["replicas"].items()},
            "endpoints": {
                name: extremes(series, from_ms, to_ms) for name, series in found["endpoints"].items()
            },
            "restarts": restarts,
        }


def _ready_pods(slice_: Obj | None) -> list[str]:
    return [
        str((endpoint.get("targetRef") or {}).get("name", endpoint["addresses"][0]))
        for endpoint in (slice_ or {}).get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready") is not False
    ]


def steps(changes: Sequence[tuple[int, int]]) -> Series:
    """A count over time from its changes `(ms, difference)`: one step per instant at which it differs."""
    series: Series = []
    count = 0
    for ms, difference in sorted(changes):
        count += difference
        if series and series[-1]["ms"] == ms:
            series.pop()
        if (series[-1]["count"] if series else 0) != count:
            series.append({"ms": ms, "count": count})
    return series


def first_reached(series: Series) -> list[int]:
    """When a count first was at least 1, 2, 3, …"""
    found: list[int] = []
    for step in series:
        found += [step["ms"]] * (step["count"] - len(found))
    return found


def extremes(series: Series, from_ms: int, to_ms: int) -> dict[str, int]:
    """The lowest and highest count within `[from, to)`."""
    before = [step["count"] for step in series if step["ms"] <= from_ms]
    inside = [step["count"] for step in series if from_ms < step["ms"] < to_ms]
    counts = [*(before[-1:] or [0]), *inside]
    return {"min": min(counts), "max": max(counts)}
