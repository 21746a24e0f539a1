"""The kubelets of all nodes: they bring Pods to life, watch over them and end them.

What to do next is decided in `podsync` and `restarts`, whom a node takes in `podadmission`; the probes run in
`prober`, images come from `pulls`, addresses from `podaddresses`, what a program does is `process`, a Pod's end
is carried out in `podends`, all else here.  A Pod's record is plain data:
`{"uid", "ns", "name", "node", "ip", "admitted", "mounted", "initialized", "starting", "hook", "containers": {...}, …}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from learn.cluster import podsync
from learn.cluster.api.versions import behaviour
from learn.cluster.apps import App
from learn.cluster.containers import Containers
from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.engine import Priority
from learn.cluster.environment import MountError, volumes_of
from learn.cluster.images import PullFailure, find_image
from learn.cluster.loads import Loads
from learn.cluster.objects import Obj, Ref
from learn.cluster.podaddresses import PodAddresses
from learn.cluster.podadmission import refusal
from learn.cluster.podchanges import PodChanges
from learn.cluster.podends import PodEnds
from learn.cluster.pods import container_spec, is_terminal, with_resources
from learn.cluster.podstatus import pod_status, reported_phase
from learn.cluster.prober import Prober
from learn.cluster.probes import Outcome
from learn.cluster.process import Running
from learn.cluster.programs import Programs
from learn.cluster.pulls import Pulls
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

Record: TypeAlias = dict[str, Any]


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
        self.ends = PodEnds(self)
        for name, timer in (
            ("started", self.containers.started),
            ("hooked", self.containers.hooked),
            ("stop_in_turn", self.containers.stop_in_turn),
            ("sigterm", self.containers.sigterm),
            ("sigkill", self.containers.sigkill),
            ("milestone", self.programs.milestone),
            ("refresh", self.changes.refresh),
        ):
            self.engine.handlers[f"kubelet.{name}"] = self.as_timer(timer)
        self._apps: dict[str, App | PullFailure] = {}
        self.texts = behaviour(cluster.version)
        self.addresses = PodAddresses(self)

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

    def app(self, image: str) -> App | PullFailure:
        if image not in self._apps:
            self._apps[image] = find_image(self.cluster.config["images"], image)
        return self._apps[image]

    def running(self, record: Record, pod: Obj, name: str) -> Running:
        """A running container seen whole."""
        container = record["containers"][name]
        app = self.app(container_spec(pod, name)["image"])
        assert isinstance(app, App)
        return Running(self.cluster, app, container["process"], pod, self.state["volumes"], container["log"])

    def tell(
        self,
        pod: Obj,
        type_: str,
        reason: str,
        message: str,
        *,
        container: str = "",
        causes: tuple[int, ...] | None = None,
        field: str = "",
    ) -> None:
        """An Event of this Pod's kubelet; `field` is the path that decided it, for the trace."""
        group = "containers"
        if container and any(c["name"] == container for c in pod["spec"].get("initContainers") or ()):
            group = "initContainers"
        self.events.record(
            pod, type_, reason, message,
            source="kubelet", host=pod["spec"].get("nodeName", ""), causes=causes, field=field,
            field_path=f"spec.{group}{{{container}}}" if container else "",
        )  # fmt: skip

    # -- one Pod ---------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        namespace, name, uid = key.split("/")
        record = self.record(uid)
        pod = self.store.find("Pod", namespace, name)
        if pod is None or pod["metadata"]["uid"] != uid:
            if record is not None:
                self.ends.forget(record)
            return
        if self.is_frozen(pod["spec"]["nodeName"]):
            return
        if record is None:
            if is_terminal(pod):
                if "deletionTimestamp" in pod["metadata"]:
                    self.api.delete(Ref("Pod", namespace, name), grace_seconds=0)
                return
            node = self.store.find("Node", "", pod["spec"]["nodeName"])
            refused = refusal(pod, node, self.store.pods_on(pod["spec"]["nodeName"])) if node else None
            if refused:
                self._refuse(pod, *refused)
                return
            record = self._admit(pod)
        if "deletionTimestamp" in pod["metadata"]:
            self.ends.end(record, pod)
        else:
            self.sync(record, self.pod(record) or pod)

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
            "hook": "",
            "ended": False,
            "phase": "Pending",
            "deadline": None,
            "containers": podsync.new_containers(spec),
        }
        for container in record["containers"].values():
            container["entry"] = self.trace.because[-1] if self.trace.because else 0
        self.state["pods"][meta["uid"]] = record
        return record

    def sync(self, record: Record, pod: Obj) -> None:
        """Start what should run and does not, end what should not run any more, and report."""
        if record["ended"]:
            self.ends.end(record, pod)
            return
        containers = record["containers"]
        if not self._mounted(record, pod):
            self.publish(record)
            return
        if not record["initialized"] and podsync.initialized(containers):
            record["initialized"] = True
        if podsync.has_ended(pod["spec"], containers, is_initialized=record["initialized"]):
            record["ended"] = True
            self.ends.end(record, pod)
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
        self.addresses.assign(record, pod)
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
            self.ends.past_deadline(record, pod)
            return
        self.sync(record, pod)

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

    # -- reporting -------------------------------------------------------------------------------

    def publish(self, record: Record, *, causes: tuple[int, ...] | None = None) -> None:
        """Write the Pod's status as it is now; while a postStart hook runs it stays as it was."""
        pod = self.pod(record)
        if pod is None or is_terminal(pod) or self.is_frozen(record["node"]):
            return
        if record["hook"] and not record["ended"] and "deletionTimestamp" not in pod["metadata"]:
            return
        wanted = reported_phase(pod["spec"], record)
        record["phase"] = wanted
        status = pod_status(
            pod, record, clock=self.clock, now=self.engine.now,
            host_ip=self.addresses.host_ip(record["node"]), wanted_phase=wanted,
        )  # fmt: skip
        if "failure" in record:
            status["reason"], status["message"] = record["failure"]
        self.api.update_status(Ref("Pod", record["ns"], record["name"]), status, causes=causes)

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
        self.addresses.changed()

    def node_up(self, node: str) -> None:
        """The node is back: its kubelet looks at every Pod it had."""
        for pod in self.store.pods_on(node):
            meta = pod["metadata"]
            self.enqueue(f"{meta['namespace']}/{meta['name']}/{meta['uid']}")
        for record in self.records():
            if record["node"] == node:
                self._resume_probes(record)
                if self.pod(record) is None:
                    self.ends.forget(record)

    def _resume_probes(self, record: Record) -> None:
        pod = self.pod(record)
        for name, container in record["containers"].items():
            if container["state"] == "running" and pod is not None:
                self.prober.poke(record, pod, name)

    # -- what timers of other parts call ---------------------------------------------------------

    def pulled(self, uid: str, name: str) -> None:
        record = self.record(uid)
        pod = self.pod(record) if record else None
        if record and pod and not self.is_frozen(record["node"]):
            self.trace.because = (record["containers"][name]["entry"],)
            self.pulls.finished(record, pod, name)
