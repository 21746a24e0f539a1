"""The kubelets of all nodes: they bring Pods to life, watch over them and end them.

What to do next is decided in `podsync` and `restarts`, the probes run in `prober`, images come from `pulls`,
what a program does is `process`; here it is carried out.  A Pod's record is plain data:
`{"uid", "ns", "name", "node", "ip", "admitted", "mounted", "initialized", "starting", "containers": {...}, …}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from learn.cluster import podsync
from learn.cluster.api.quantity import ZERO
from learn.cluster.api.requests import pod_requests, resource_list
from learn.cluster.api.versions import behaviour
from learn.cluster.apps import App
from learn.cluster.containers import Containers
from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.engine import Priority
from learn.cluster.environment import (
    MountError,
    volumes_of,
)
from learn.cluster.images import PullFailure, find_image
from learn.cluster.loads import Loads
from learn.cluster.objects import Obj, Ref
from learn.cluster.podchanges import PodChanges
from learn.cluster.pods import condition, is_terminal, with_resources
from learn.cluster.podstatus import phase, pod_status
from learn.cluster.prober import Prober
from learn.cluster.probes import Outcome
from learn.cluster.process import Running
from learn.cluster.programs import Programs
from learn.cluster.pulls import Pulls
from learn.cluster.scheduling.nodeaffinity import matches_node
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

Record: TypeAlias = dict[str, Any]


FIRST_ADDRESS, ADDRESSES = 2, 253
"""The addresses of a node's range that Pods get: .2 to .254."""

FIRST_MOUNT_RETRY_MS = 500
LAST_MOUNT_RETRY_MS = 122_000


class Kubelet(Controller):
    """Keys are `namespace/name/uid` of Pods that are bound to a node."""

    name = "kubelet"
    component = "kubelet"
    priority: ClassVar[int] = Priority.KUBELET
    timers = ("pulled", "probe", "probed", "retry")

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.state = {"allocated": {}, "pods": {}, "nodes": {}, "volumes": {}, "backoffs": {}}
        self.prober = Prober(self)
        self.pulls = Pulls(self)
        self.containers = Containers(self)
        self.programs = Programs(self)
        self.loads = Loads(self)
        self.changes = PodChanges(self)
        for name, timer in (
            ("started", self.containers.started),
            ("sigterm", self.containers.sigterm),
            ("sigkill", self.containers.sigkill),
            ("milestone", self.programs.milestone),
            ("refresh", self.changes.refresh),
        ):
            self.engine.handlers[f"kubelet.{name}"] = self.as_timer(timer)
        self._apps: dict[str, App | PullFailure] = {}
        self.texts = behaviour(cluster.version)
        self._by_address: dict[str, list[str]] | None = None

    def watches(self) -> Mapping[str, KeysOf]:
        return {
            "Pod": self._changed,
            "ConfigMap": lambda notice: self.changes.configuration_changed(notice),
            "Secret": lambda notice: self.changes.configuration_changed(notice),
        }

    def _changed(self, notice: Notice) -> Iterable[str]:
        old, new = notice.old, notice.new
        obj = notice.obj
        if not obj["spec"].get("nodeName"):
            return ()
        if old is not None and new is not None and old["spec"] is new["spec"]:
            before, after = old["metadata"], new["metadata"]
            same = before.get("deletionTimestamp") == after.get("deletionTimestamp")
            gates = obj["spec"].get("readinessGates")
            if same and not (gates and self._gates(old) != self._gates(new)):
                return ()
        return (f"{notice.ref.namespace}/{notice.ref.name}/{obj['metadata']['uid']}",)

    def _gates(self, pod: Obj) -> dict[str, str]:
        wanted = {gate["conditionType"] for gate in pod["spec"].get("readinessGates") or ()}
        return {c["type"]: c["status"] for c in pod["status"].get("conditions") or () if c["type"] in wanted}

    # -- looking things up -----------------------------------------------------------------------

    def records(self) -> Iterable[Record]:
        """The Pods that are on nodes, in the order in which they came."""
        records: dict[str, Record] = self.state["pods"]
        return list(records.values())

    def record(self, uid: str) -> Record | None:
        found: Record | None = self.state["pods"].get(uid)
        return found

    def pod(self, record: Record) -> Obj | None:
        """The Pod's object; None when it is gone (deleted by force) or another one has its name.

        While a resize waits, its containers have the resources that were allocated before.
        """
        found = self.store.find("Pod", record["ns"], record["name"])
        if found is None or found["metadata"]["uid"] != record["uid"]:
            return None
        allocated = self.state["allocated"]
        return with_resources(found, allocated[record["uid"]]) if record["uid"] in allocated else found

    def is_frozen(self, node: str) -> bool:
        """The kubelet of this node does nothing: it is stopped, or its node is down."""
        return self.cluster.is_stopped(f"kubelet/{node}") or self.cluster.is_stopped(f"node/{node}")

    def container_spec(self, pod: Obj, name: str) -> Obj:
        for group in ("containers", "initContainers"):
            for each in pod["spec"].get(group) or ():
                if each["name"] == name:
                    return each  # type: ignore[no-any-return]  # plain data
        raise KeyError(name)

    def field_path(self, pod: Obj, name: str, field: str) -> str:
        """The manifest path of a container's field, e.g. `spec.containers[0].livenessProbe`."""
        for group in ("containers", "initContainers"):
            for index, each in enumerate(pod["spec"].get(group) or ()):
                if each["name"] == name:
                    return f"spec.{group}[{index}].{field}"
        return ""

    def app(self, image: str) -> App | PullFailure:
        if image not in self._apps:
            self._apps[image] = find_image(self.cluster.config["images"], image)
        return self._apps[image]

    def running(self, record: Record, pod: Obj, name: str) -> Running:
        """A running container seen whole."""
        container = record["containers"][name]
        app = self.app(self.container_spec(pod, name)["image"])
        assert isinstance(app, App)
        return Running(self.cluster, app, container["process"], pod, self.state["volumes"], container["log"])

    def grace_seconds(self, pod: Obj) -> int:
        grace = pod["spec"].get("terminationGracePeriodSeconds")
        return 30 if grace is None else int(grace)

    def tell(
        self,
        pod: Obj,
        type_: str,
        reason: str,
        message: str,
        *,
        container: str = "",
        causes: tuple[int, ...] | None = None,
    ) -> None:
        """An Event of this Pod's kubelet."""
        group = "containers"
        if container and any(c["name"] == container for c in pod["spec"].get("initContainers") or ()):
            group = "initContainers"
        self.events.record(
            pod, type_, reason, message,
            source="kubelet", host=pod["spec"].get("nodeName", ""), causes=causes,
            field_path=f"spec.{group}{{{container}}}" if container else "",
        )  # fmt: skip

    # -- one Pod ---------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        namespace, name, uid = key.split("/")
        record = self.record(uid)
        pod = self.store.find("Pod", namespace, name)
        if pod is None or pod["metadata"]["uid"] != uid:
            if record is not None:
                self._forget(record)
            return
        if self.is_frozen(pod["spec"]["nodeName"]):
            return
        if record is None:
            if is_terminal(pod):
                if "deletionTimestamp" in pod["metadata"]:
                    self.api.delete(Ref("Pod", namespace, name), grace_seconds=0)
                return
            refusal = self._refusal(pod)
            if refusal:
                self._refuse(pod, *refusal)
                return
            record = self._admit(pod)
        if "deletionTimestamp" in pod["metadata"]:
            self.end(record, pod)
        else:
            self.sync(record, self.pod(record) or pod)

    def _refusal(self, pod: Obj) -> tuple[str, str] | None:
        """Why the kubelet does not take a Pod that no scheduler has bound (lifecycle/predicate.go)."""
        node = self.store.find("Node", "", pod["spec"]["nodeName"])
        if node is None or condition(pod, "PodScheduled") is not None:
            return None
        if not matches_node(pod["spec"], node):
            text = "node(s) didn't match Pod's node affinity/selector"
            return "NodeAffinity", f"Pod was rejected: Predicate NodeAffinity failed: {text}"
        others = [
            p for p in self.store.pods_on(node["metadata"]["name"]) if p is not pod and not is_terminal(p)
        ]
        free = resource_list(node["status"].get("allocatable") or {})
        for name, amount in pod_requests(pod["spec"]).items():
            used = sum((pod_requests(p["spec"]).get(name, ZERO) for p in others), ZERO)
            capacity = free.get(name, ZERO)
            if amount and used + amount > capacity:
                numbers = [q.milli_value() if name == "cpu" else q.value() for q in (amount, used, capacity)]
                text = (
                    f"resource: {name}, requested: {numbers[0]}, used: {numbers[1]}, capacity: {numbers[2]}"
                )
                return f"OutOf{name}", f"Pod was rejected: Node didn't have enough {text}"
        return None

    def _refuse(self, pod: Obj, reason: str, message: str) -> None:
        status = {
            **pod["status"],
            "phase": "Failed",
            "reason": reason,
            "message": message,
            "startTime": self.now_stamp(),
        }
        self.tell(pod, "Warning", reason, message.removeprefix("Pod was rejected: "))
        ref = Ref("Pod", pod["metadata"]["namespace"], pod["metadata"]["name"])
        self.api.update_status(ref, status, field="spec.nodeName")

    def _admit(self, pod: Obj) -> Record:
        """A Pod has come to its node."""
        meta, spec = pod["metadata"], pod["spec"]
        record: Record = {
            "uid": meta["uid"],
            "ns": meta["namespace"],
            "name": meta["name"],
            "node": spec["nodeName"],
            "ip": "",
            "admitted": self.engine.now,
            "mounted": False,
            "mount_retry": 0,
            "initialized": not spec.get("initContainers"),
            "starting": "",
            "ended": False,
            "phase": "Pending",
            "deadline": None,
            "containers": podsync.new_containers(spec),
        }
        for container in record["containers"].values():
            container["entry"] = self.trace.because[-1] if self.trace.because else 0
        self.state["pods"][meta["uid"]] = record
        return record

    def _address(self, record: Record, pod: Obj) -> str:
        """The Pod's address: the node's own with hostNetwork, else the next free one of the node's range."""
        node = self.store.find("Node", "", record["node"])
        if pod["spec"].get("hostNetwork"):
            return self.host_ip(record["node"])
        prefix = str((node or {"spec": {}})["spec"].get("podCIDR", "10.244.255.0/24")).rpartition(".")[0]
        state = self.pulls.node(record["node"])
        # Until each address has been given out once, none needs to be looked for.
        taken = self._taken(record["node"]) if state["ip"] >= ADDRESSES else ()
        for _ in range(ADDRESSES):
            address = f"{prefix}.{FIRST_ADDRESS + state['ip'] % ADDRESSES}"
            state["ip"] += 1
            if address not in taken:
                return address
        return ""

    def _taken(self, node: str) -> set[str]:
        """The addresses of the Pods on a node that have not ended."""
        return {record["ip"] for record in self.records() if record["node"] == node and not record["ended"]}

    def host_ip(self, node_name: str) -> str:
        node = self.store.find("Node", "", node_name)
        for address in (node or {"status": {}})["status"].get("addresses") or ():
            if address["type"] == "InternalIP":
                return str(address["address"])
        return ""

    def sync(self, record: Record, pod: Obj) -> None:
        """Start what should run and does not, end what should not run any more, and report."""
        if record["ended"]:
            self.end(record, pod)
            return
        containers = record["containers"]
        if not self._mounted(record, pod):
            self.publish(record)
            return
        if not record["initialized"] and podsync.initialized(containers):
            record["initialized"] = True
        if podsync.has_ended(pod["spec"], containers, is_initialized=record["initialized"]):
            record["ended"] = True
            self.end(record, pod)
            return
        self.changes.follow(record, pod)
        if not record["starting"]:
            for name in podsync.to_start(pod["spec"], containers, is_initialized=record["initialized"]):
                if self.containers.begin(record, pod, name):
                    break
        self.publish(record)

    def _mounted(self, record: Record, pod: Obj) -> bool:
        """Set up volumes and the sandbox; a volume that is missing is tried again later and later."""
        if record["mounted"]:
            return True
        try:
            volumes_of(self.store, pod)
        except MountError as error:
            self.tell(pod, "Warning", "FailedMount", str(error))
            wait = min(record["mount_retry"] * 2 or FIRST_MOUNT_RETRY_MS, LAST_MOUNT_RETRY_MS)
            record["mount_retry"] = wait
            self.after(wait, "retry", record["uid"])
            return False
        record["mounted"] = True
        record["ip"] = self._address(record, pod)
        self._by_address = None
        deadline = pod["spec"].get("activeDeadlineSeconds")
        if deadline is not None:
            self.after(int(deadline) * 1000, "retry", record["uid"])
        return True

    def retry(self, uid: str) -> None:
        """Look at a Pod again: a back-off has passed, or something that was missing may be there."""
        record = self.record(uid)
        pod = self.pod(record) if record else None
        if record is None or pod is None or self.is_frozen(record["node"]):
            return
        if "deletionTimestamp" in pod["metadata"]:
            return
        deadline = pod["spec"].get("activeDeadlineSeconds")
        if deadline is not None and self.engine.now >= record["admitted"] + int(deadline) * 1000:
            self._past_deadline(record, pod)
            return
        self.sync(record, pod)

    def _past_deadline(self, record: Record, pod: Obj) -> None:
        if not record["ended"]:
            record["ended"] = True
            record["failure"] = [
                "DeadlineExceeded",
                "Pod was active on the node longer than the specified deadline",
            ]
            self.end(record, pod)

    def current(self, uid: str, name: str, serial: int) -> tuple[Record, Obj, Record] | None:
        """The Pod and container that a timer was set for, if that run of it still goes on."""
        record = self.record(uid)
        if record is None or self.cluster.is_stopped(f"node/{record['node']}"):
            return None
        container = record["containers"].get(name)
        if container is None or container["serial"] != serial or container["state"] != "running":
            return None
        pod = self.pod(record)
        return None if pod is None else (record, pod, container)

    # -- probes ----------------------------------------------------------------------------------

    def probe(self, uid: str, name: str, serial: int, kind: str) -> None:
        found = self.current(uid, name, serial)
        if found and kind in found[2]["probes"]:
            if self.is_frozen(found[0]["node"]):
                found[2]["probes"][kind]["timer"] = 0
                return
            self.prober.tick(found[0], found[1], name, kind)

    def probed(
        self,
        uid: str,
        name: str,
        serial: int,
        kind: str,
        success: bool,
        text: str,
        warning: str,
        started: int,
    ) -> None:
        found = self.current(uid, name, serial)
        if found and kind in found[2]["probes"]:
            self.prober.conclude(found[0], found[1], name, kind, Outcome(success, text, 0, warning), started)

    # -- ending a Pod ----------------------------------------------------------------------------

    def end(self, record: Record, pod: Obj) -> None:
        """End the containers that still run, in their order; when none is left, the Pod is over."""
        meta = pod["metadata"]
        deleting = "deletionTimestamp" in meta
        if deleting:
            grace_ms = int(meta.get("deletionGracePeriodSeconds") or 0) * 1000
            deadline = self._deadline(record, grace_ms)
        else:
            deadline = self.engine.now + self.grace_seconds(pod) * 1000
        record["starting"] = ""
        for name in podsync.to_kill(pod["spec"], record["containers"]):
            self.containers.kill(
                record, pod, name, message=f"Stopping container {name}",
                grace_ms=max(0, deadline - self.engine.now), causes=self.trace.because,
                field="spec.terminationGracePeriodSeconds",
            )  # fmt: skip
        if any(c["state"] == "running" for c in record["containers"].values()):
            self.publish(record)
        else:
            self._over(record, pod, deleting)

    def _deadline(self, record: Record, grace_ms: int) -> int:
        """When a deleted Pod must be gone; a later, shorter grace brings it forward."""
        deadline = self.engine.now + grace_ms
        known = record["deadline"]
        if known is None or deadline < known:
            record["deadline"] = deadline
            if known is not None:
                for name, container in record["containers"].items():
                    if container["killing"] is not None:
                        self.engine.at(
                            deadline,
                            Priority.PROCESS,
                            "kubelet.sigkill",
                            record["uid"],
                            name,
                            container["serial"],
                        )
        return int(record["deadline"])

    def _over(self, record: Record, pod: Obj, deleting: bool) -> None:
        """Nothing runs any more: report the final phase, and let a deleted Pod's object go."""
        if deleting and self.pod(record) is None:
            return
        if deleting:
            record["ended"] = True
        self.publish(record)
        if deleting:
            self.api.delete(Ref("Pod", record["ns"], record["name"]), grace_seconds=0)

    def _forget(self, record: Record) -> None:
        """The Pod's object is gone: what still runs of it is killed."""
        for name, container in record["containers"].items():
            if container["state"] == "running":
                self.containers.exit(record, name, 137)
        uid = record["uid"]
        del self.state["pods"][uid]
        self._by_address = None
        for group in ("volumes", "backoffs"):
            for key in [k for k in self.state[group] if k.startswith((f"pod/{uid}/", f"{uid}/"))]:
                del self.state[group][key]
        self.cluster.traffic.changed()

    # -- reporting -------------------------------------------------------------------------------

    def publish(self, record: Record, *, causes: tuple[int, ...] | None = None) -> None:
        """Write the Pod's status as it is now."""
        pod = self.pod(record)
        if pod is None or is_terminal(pod) or self.is_frozen(record["node"]):
            return
        containers = record["containers"]
        policy = str(pod["spec"].get("restartPolicy") or "Always")
        wanted = phase(policy, containers.values(), is_initialized=record["initialized"])
        still_running = any(c["state"] == "running" for c in containers.values())
        if "failure" in record or (record["ended"] and wanted not in ("Succeeded", "Failed")):
            wanted = self._final_phase(record)
        if wanted in ("Succeeded", "Failed") and (still_running or not record["ended"]):
            wanted = record["phase"] if record["phase"] != "Pending" or not still_running else "Running"
        record["phase"] = wanted
        status = pod_status(
            pod, record, clock=self.clock, now=self.engine.now,
            host_ip=self.host_ip(record["node"]), wanted_phase=wanted,
        )  # fmt: skip
        if "failure" in record:
            status["reason"], status["message"] = record["failure"]
        self.api.update_status(Ref("Pod", record["ns"], record["name"]), status, causes=causes)

    def _final_phase(self, record: Record) -> str:
        """A Pod that was ended from outside: Failed if it was told so or any container failed."""
        if "failure" in record:
            return "Failed"
        codes = [c["exit"] for c in record["containers"].values() if c["kind"] == "app"]
        return "Failed" if any(codes) else "Succeeded"

    # -- nodes that go and come ------------------------------------------------------------------

    def node_down(self, node: str) -> None:
        """The node has lost its power: its processes are gone, and nobody is there to say so."""
        for record in self.records():
            if record["node"] != node:
                continue
            record["starting"] = ""
            for name, container in record["containers"].items():
                if container["state"] == "running":
                    self.containers.exit(record, name, 255, reason="Unknown")
        self._by_address = None

    def node_up(self, node: str) -> None:
        """The node is back: its kubelet looks at every Pod it had."""
        for pod in self.store.pods_on(node):
            meta = pod["metadata"]
            self.enqueue(f"{meta['namespace']}/{meta['name']}/{meta['uid']}")
        for record in self.records():
            if record["node"] == node:
                self._resume_probes(record)
                if self.pod(record) is None:
                    self._forget(record)

    def _resume_probes(self, record: Record) -> None:
        pod = self.pod(record)
        for name, container in record["containers"].items():
            if container["state"] == "running" and pod is not None:
                self.prober.poke(record, pod, name)

    # -- what other parts ask --------------------------------------------------------------------

    def at_address(self, ip: str, port: int) -> tuple[Record, Obj, str] | None:
        """Who has an address: the Pod and its container that listens on the port ("" if none does).

        None when no Pod that runs on a living node has it.
        """
        if self._by_address is None:
            self._by_address = {}
            for record in self.records():
                if record["ip"]:
                    self._by_address.setdefault(record["ip"], []).append(record["uid"])
        answer = None
        for uid in self._by_address.get(ip, ()):
            record = self.state["pods"][uid]
            pod = self.pod(record)
            if pod is None or record["ended"] or self.cluster.is_stopped(f"node/{record['node']}"):
                continue
            for name, container in record["containers"].items():
                if container["state"] == "running" and self.running(record, pod, name).opens(port):
                    return record, pod, name
            answer = (record, pod, "")
        return answer

    # -- what timers of other parts call ---------------------------------------------------------

    def pulled(self, uid: str, name: str) -> None:
        record = self.record(uid)
        pod = self.pod(record) if record else None
        if record and pod and not self.is_frozen(record["node"]):
            self.trace.because = (record["containers"][name]["entry"],)
            self.pulls.finished(record, pod, name)
