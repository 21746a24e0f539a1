"""Small nodes and Pods for tables of cases."""

from __future__ import annotations

from typing import Any

from learn.cluster.scheduling.cycle import Placement, Unschedulable, first_refusal, prepared, schedule
from learn.cluster.scheduling.nodeinfo import PodInfo, Snapshot, pod_info

Obj = dict[str, Any]
HOST = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"


def node(name: str, *, cpu: str = "4", memory: str = "8Gi", pods: str = "110", labels: Obj | None = None,
         allocatable: Obj | None = None, **spec: Any) -> Obj:  # fmt: skip
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": {HOST: name, **(labels or {})}},
        "spec": spec,
        "status": {"allocatable": {"cpu": cpu, "memory": memory, "pods": pods, **(allocatable or {})}},
    }


def pod(name: str = "new", *, on: str = "", labels: Obj | None = None, namespace: str = "default",
        requests: Obj | None = None, ports: list[Obj] | None = None, meta: Obj | None = None,
        status: Obj | None = None, **spec: Any) -> Obj:  # fmt: skip
    container: Obj = {"name": "app"}
    if requests is not None:
        container["resources"] = {"requests": requests}
    if ports:
        container["ports"] = ports
    body: Obj = {"containers": [container], **spec}
    if on:
        body["nodeName"] = on
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "uid": f"uid-{name}", "labels": labels or {}, **(meta or {})},
        "spec": body,
        "status": status or {},
    }  # fmt: skip


def info(**fields: Any) -> PodInfo:
    return pod_info(pod(**fields))


def outcome(newcomer: Obj, snapshot: Snapshot) -> dict[str, str]:
    """Node -> "" if it could take the Pod, else the reasons joined."""
    found = schedule(pod_info(newcomer), snapshot)
    if isinstance(found, Placement):
        kept = dict.fromkeys(found.scores, "")
        refused = _refused(newcomer, snapshot, kept)
        return {name: kept.get(name, refused.get(name, "?")) for name in snapshot.nodes}
    return {name: ", ".join(found.refusals[name].reasons) for name in snapshot.nodes}


def _refused(newcomer: Obj, snapshot: Snapshot, feasible: dict[str, str]) -> dict[str, str]:
    checks = prepared(pod_info(newcomer), snapshot)
    found = {}
    for name, each in snapshot.nodes.items():
        refusal = first_refusal(checks, each)
        if name not in feasible and refusal is not None:
            found[name] = ", ".join(refusal.reasons)
    return found


def refused(newcomer: Obj, snapshot: Snapshot) -> Unschedulable:
    found = schedule(pod_info(newcomer), snapshot)
    assert isinstance(found, Unschedulable)
    return found


def app_selector(value: str = "web") -> Obj:
    return {"matchLabels": {"app": value}}
