"""Faults: what goes wrong at a given time, and sometimes ends (the event vocabulary of exercises).

A fault hits the processes that run now; one with `persist` also every process that starts while it lasts.
`slowStart`, `leak` and `badStart` say how processes start and therefore always persist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from learn.cluster.api.quantity import parse_json
from learn.cluster.controllers.base import Controller
from learn.cluster.engine import Priority
from learn.cluster.errors import bad_request
from learn.cluster.objects import Obj, Ref, controller_of, labels_of
from learn.cluster.process import FOREVER

if TYPE_CHECKING:
    from learn.cluster.kubelet import Record

PROCESS_FAULTS = frozenset({"hang", "deadlock", "unready", "unhealthy", "status"})
START_FAULTS = frozenset({"slowStart", "leak"})
AT_ONCE = frozenset({"crash", "removeFile", "writeFile"})
KINDS = PROCESS_FAULTS | START_FAULTS | AT_ONCE


def matches(target: str, pod: Obj, owners: Sequence[str], container: str = "") -> bool:
    """Whether a target names a Pod (or a container of it).

    `deployment/web`, `pod/web-0` and the like name by kind; `web` names a workload, a Pod, a container, or the
    label `app`; `trio/api` a container of a Pod or workload.
    """
    head, _, tail = target.partition("/")
    meta = pod["metadata"]
    if head.lower() in _KINDS and tail:
        name, _, inside = tail.partition("/")
        found = (
            name == meta["name"]
            if head.lower() in ("pod", "pods", "po")
            else f"{_KINDS[head.lower()]}/{name}" in owners
        )
        return found and (not inside or inside == container)
    named = head == meta["name"] or any(owner.endswith(f"/{head}") for owner in owners)
    if tail:
        return named and tail == container
    return named or labels_of(pod).get("app") == head or head == container


_KINDS = {
    "pod": "Pod", "pods": "Pod", "po": "Pod", "deployment": "Deployment", "deploy": "Deployment",
    "deployments": "Deployment", "statefulset": "StatefulSet", "sts": "StatefulSet", "daemonset": "DaemonSet",
    "ds": "DaemonSet", "replicaset": "ReplicaSet", "rs": "ReplicaSet", "job": "Job", "cronjob": "CronJob",
}  # fmt: skip


class Faults(Controller):
    """State: `standing` faults that processes meet when they start."""

    name = "faults"
    component = "faults"
    priority: ClassVar[int] = Priority.ACTION
    timers = ("end",)

    def start(self) -> None:
        self.state.update(standing=[], serial=0)

    # -- who is meant ----------------------------------------------------------------------------

    def owners(self, pod: Obj) -> list[str]:
        """`Kind/name` of a Pod's controllers, the nearest first."""
        found: list[str] = []
        owner = controller_of(pod)
        namespace = pod["metadata"]["namespace"]
        while owner is not None and len(found) < 5:
            found.append(f"{owner['kind']}/{owner['name']}")
            obj = self.store.find(owner["kind"], namespace, owner["name"])
            owner = controller_of(obj) if obj else None
        return found

    def targets(self, target: str, namespace: str, count: int | None) -> Iterable[tuple[Record, Obj, str]]:
        """The running containers that a target names, of the first `count` Pods by name."""
        pods = []
        for pod in self.store.objects("Pod", namespace):
            record = self.cluster.kubelet.record(pod["metadata"]["uid"])
            if record is None or "deletionTimestamp" in pod["metadata"]:
                continue
            owners = self.owners(pod)
            names = [
                name
                for name, container in record["containers"].items()
                if container["state"] == "running" and matches(target, pod, owners, name)
            ]
            if names:
                pods.append((record, pod, names))
        for record, pod, names in pods if count is None else pods[:count]:
            for name in names:
                yield record, pod, name

    # -- what happens ----------------------------------------------------------------------------

    def inject(
        self,
        *,
        fault: str,
        target: str,
        namespace: str = "default",
        for_ms: int | None = None,
        count: int | None = None,
        persist: bool = False,
        **arguments: Any,
    ) -> int:
        """Let a fault begin; gives how many containers it hit.  Raises ApiError for a fault that there is not."""
        if fault not in KINDS:
            raise bad_request(f"unknown fault {fault!r}; one of {', '.join(sorted(KINDS))}")
        until = FOREVER if for_ms is None else self.engine.now + for_ms
        hits = 0
        for record, pod, name in list(self.targets(target, namespace, count)):
            hits += 1
            self._hit(record, pod, name, fault, until, arguments)
        if persist or fault in START_FAULTS:
            self.state["serial"] += 1
            number = self.state["serial"]
            self.state["standing"].append(
                {
                    "id": number,
                    "fault": fault,
                    "target": target,
                    "namespace": namespace,
                    "until": until,
                    "arguments": arguments,
                }
            )
            if until != FOREVER:
                self.engine.at(until, Priority.ACTION, "faults.end", number)
        self.cluster.traffic.changed()
        return hits

    def end(self, number: int) -> None:
        self.state["standing"] = [each for each in self.state["standing"] if each["id"] != number]

    def _hit(
        self, record: Record, pod: Obj, name: str, fault: str, until: int, arguments: Mapping[str, Any]
    ) -> None:
        kubelet = self.cluster.kubelet
        container = record["containers"][name]
        process = container["process"]
        ref = Ref("Pod", record["ns"], record["name"])
        data = {"container": name, "fault": fault, "until_ms": until, **arguments}
        causes = (*self.trace.because, container["entry"])
        container["fault_entry"] = self.trace.record(ref, "fault", causes=causes, data=data)
        running = kubelet.running(record, pod, name)
        match fault:
            case "crash":
                kubelet.containers.crash(record, pod, name, int(arguments.get("code", 1)))
                return
            case "removeFile":
                running.remove(str(arguments.get("path", "")))
            case "writeFile":
                running.write(str(arguments.get("path", "")), str(arguments.get("text", "")))
            case "slowStart":
                self._delay(process, arguments)
                if process["listens"] is not None and process["listens"] > self.engine.now:
                    kubelet.programs.look_at(record, name, process["listens"])
            case "leak":
                process["leak"] = _rate(arguments)
                process["leak_since"] = self.engine.now
                kubelet.programs.plan_memory(record, pod, name)
            case _:
                self._mark(process, fault, until, arguments)
                if until != FOREVER:
                    kubelet.programs.look_at(record, name, until)
        kubelet.prober.poke(record, pod, name)

    def _mark(self, process: Record, fault: str, until: int, arguments: Mapping[str, Any]) -> None:
        if fault == "status":
            path = str(arguments.get("path", "/"))
            process["faults"].setdefault("status", {})[path] = [int(arguments.get("code", 500)), until]
        else:
            process["faults"][fault] = until

    def _delay(self, process: Record, arguments: Mapping[str, Any]) -> None:
        """A start that takes so long, counted from the start of the process; one that is over stays over."""
        listens = process["listens"]
        if listens is not None and (listens >= self.engine.now or process["started"] == self.engine.now):
            process["listens"] = process["started"] + round(float(arguments.get("seconds", 0)) * 1000)

    def prepare(self, record: Record, pod: Obj, name: str, process: Record) -> None:
        """A process starts: standing faults that name it are upon it from the beginning."""
        if not self.state["standing"]:
            return
        owners = self.owners(pod)
        for each in self.state["standing"]:
            if each["namespace"] != record["ns"] or not matches(each["target"], pod, owners, name):
                continue
            match each["fault"]:
                case "slowStart":
                    if process["listens"] is not None:
                        seconds = float(each["arguments"].get("seconds", 0))
                        process["listens"] = self.engine.now + round(seconds * 1000)
                case "leak":
                    process["leak"] = _rate(each["arguments"])
                case "crash" | "removeFile" | "writeFile":
                    process.setdefault("standing", []).append(each["id"])
                case fault:
                    self._mark(process, fault, each["until"], each["arguments"])


def _rate(arguments: Mapping[str, Any]) -> int:
    return int(parse_json(arguments.get("perSecond", "1Mi")).value())
