"""How a Pod ends: its containers in their turn, its last report, and what is forgotten of it.

Upstream: pkg/kubelet/pod_workers.go (syncTerminatingPod, syncTerminatedPod), kuberuntime_container.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn.cluster.engine import Priority
from learn.cluster.hooks import SHORTEST_GRACE_MS
from learn.cluster.objects import Obj, Ref
from learn.cluster.pods import grace_seconds

if TYPE_CHECKING:
    from learn.cluster.kubelet import Kubelet, Record


class PodEnds:
    """Ends Pods; what is left to do lies in their records."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.engine = kubelet.engine
        self.trace = kubelet.trace

    def past_deadline(self, record: Record, pod: Obj) -> None:
        if not record["ended"]:
            record["ended"] = True
            record["failure"] = [
                "DeadlineExceeded",
                "Pod was active on the node longer than the specified deadline",
            ]
            self.end(record, pod)

    def end(self, record: Record, pod: Obj) -> None:
        """End the containers that still run, each in its turn; when none is left, the Pod is over."""
        meta = pod["metadata"]
        deleting = "deletionTimestamp" in meta
        if deleting:
            grace_ms = int(meta.get("deletionGracePeriodSeconds") or 0) * 1000
            deadline = self._deadline(record, grace_ms)
        else:
            deadline = self.engine.now + grace_seconds(pod) * 1000
        record["starting"] = record["hook"] = ""
        containers = record["containers"]
        for name in [
            each for each, c in containers.items() if c["state"] == "running" and c["killing"] is None
        ]:
            self.kubelet.containers.kill(
                record, pod, name, message=f"Stopping container {name}",
                grace_ms=max(0, deadline - self.engine.now), causes=self.trace.because,
                field="spec.terminationGracePeriodSeconds", is_pod_ending=True,
            )  # fmt: skip
        for name, container in reversed(containers.items()):
            if container["state"] == "running":
                self.kubelet.containers.stop_in_turn(record["uid"], name, container["serial"])
        if any(c["state"] == "running" for c in record["containers"].values()):
            self.kubelet.publish(record)
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
                        container["killing"]["deadline"] = deadline
                        timers = [
                            (deadline, "stop_in_turn"),
                            (max(deadline, self.engine.now + SHORTEST_GRACE_MS), "sigkill"),
                        ]
                        for due, timer in timers:
                            self.engine.at(
                                due, Priority.PROCESS, f"kubelet.{timer}", record["uid"], name, container["serial"]
                            )  # fmt: skip
        return int(record["deadline"])

    def _over(self, record: Record, pod: Obj, deleting: bool) -> None:
        """Nothing runs any more: report the final phase, and let a deleted Pod's object go."""
        if deleting and self.kubelet.pod(record) is None:
            return
        if deleting:
            record["ended"] = True
        self.kubelet.publish(record)
        if deleting:
            self.kubelet.api.delete(Ref("Pod", record["ns"], record["name"]), grace_seconds=0)

    def forget(self, record: Record) -> None:
        """The Pod's object is gone: what still runs of it is killed."""
        for name, container in record["containers"].items():
            if container["state"] == "running":
                self.kubelet.containers.exit(record, name, 137)
        uid = record["uid"]
        del self.kubelet.state["pods"][uid]
        self.kubelet.addresses.changed()
        for group in ("volumes", "backoffs"):
            for key in [k for k in self.kubelet.state[group] if k.startswith((f"pod/{uid}/", f"{uid}/"))]:
                del self.kubelet.state[group][key]
        self.kubelet.cluster.traffic.changed()
