"""Nodes as the simulator makes them: three of 4 CPU and 8 GiB, one per zone, unless said otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from learn.cluster.clock import Clock
from learn.cluster.objects import Obj

ZONES = ("zone-a", "zone-b", "zone-c")
REGION = "region-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpec:
    """What a scenario says about one node; `index` numbers its address and its range of Pod addresses."""

    name: str
    index: int
    zone: str = ""
    cpu: str = "4"
    memory: str = "8Gi"
    pods: str = "110"
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: Sequence[Mapping[str, str]] = ()
    resources: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"192.168.{1 + (10 + self.index) // 256}.{(10 + self.index) % 256}"

    @property
    def pod_cidr(self) -> str:
        return f"10.{244 + self.index // 256}.{self.index % 256}.0/24"


def node_specs(nodes: int | Sequence[Mapping[str, Any]]) -> tuple[NodeSpec, ...]:
    """Nodes from a number, or from mappings with the fields of NodeSpec (all optional).

    Raises TypeError for a field that there is not.
    """
    if isinstance(nodes, int):
        nodes = [{} for _ in range(nodes)]
    specs = []
    for index, given in enumerate(nodes):
        settled = {"name": f"node-{index + 1}", "zone": ZONES[index % len(ZONES)], **given}
        specs.append(NodeSpec(index=index, **settled))
    return tuple(specs)


def node_object(spec: NodeSpec, clock: Clock, now: int, version: str) -> Obj:
    """The Node as its kubelet registers it, Ready."""
    stamp = clock.timestamp(now)
    amounts = {
        "cpu": spec.cpu,
        "ephemeral-storage": "51474912Ki",
        "hugepages-2Mi": "0",
        "memory": spec.memory,
        "pods": spec.pods,
        **spec.resources,
    }
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": spec.name,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": REGION,
        "topology.kubernetes.io/zone": spec.zone,
        **spec.labels,
    }
    body: Obj = {"podCIDR": spec.pod_cidr, "podCIDRs": [spec.pod_cidr], "providerID": f"hatoba://{spec.name}"}
    if spec.taints:
        body["taints"] = [dict(taint) for taint in spec.taints]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": spec.name,
            "labels": labels,
            "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
        },
        "spec": body,
        "status": {
            "addresses": [
                {"address": spec.address, "type": "InternalIP"},
                {"address": spec.name, "type": "Hostname"},
            ],
            "allocatable": amounts,
            "capacity": amounts,
            "conditions": [*_pressures(stamp), ready_condition(stamp, stamp, is_ready=True)],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "images": [],
            "nodeInfo": {
                "architecture": "amd64",
                "containerRuntimeVersion": "containerd://2.2.0",
                "kernelVersion": "6.12.0",
                "kubeProxyVersion": f"v{version}.0",
                "kubeletVersion": f"v{version}.0",
                "operatingSystem": "linux",
                "osImage": "Debian GNU/Linux 13 (trixie)",
            },
        },
    }


def ready_condition(heartbeat: str, transition: str, *, is_ready: bool) -> Obj:
    return {
        "type": "Ready",
        "status": "True" if is_ready else "Unknown",
        "reason": "KubeletReady" if is_ready else "NodeStatusUnknown",
        "message": "kubelet is posting ready status" if is_ready else "Kubelet stopped posting node status.",
        "lastHeartbeatTime": heartbeat,
        "lastTransitionTime": transition,
    }


def _pressures(stamp: str) -> list[Obj]:
    texts = (
        ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    )
    return [
        {
            "type": kind,
            "status": "False",
            "reason": reason,
            "message": message,
            "lastHeartbeatTime": stamp,
            "lastTransitionTime": stamp,
        }
        for kind, reason, message in texts
    ]
