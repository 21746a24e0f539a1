"""Nodes."""

from __future__ import annotations

from collections.abc import Sequence

from learn.cluster.api.quantity import ZERO, Quantity, try_parse
from learn.cluster.api.requests import Resources, pod_limits, pod_requests
from learn.cluster.objects import Obj
from learn.kubectl.columns.cluster import node_roles
from learn.kubectl.describe.common import Scene, events, lower, time_text
from learn.kubectl.describe.writer import NONE, Writer

UNSET = "<unset>"
_STANDARD = frozenset({"cpu", "memory", "ephemeral-storage", "pods"})
_SYSTEM_INFO = (
    ("Machine ID", "machineID"),
    ("System UUID", "systemUUID"),
    ("Boot ID", "bootID"),
    ("Kernel Version", "kernelVersion"),
    ("OS Image", "osImage"),
    ("Operating System", "operatingSystem"),
    ("Architecture", "architecture"),
    ("Container Runtime Version", "containerRuntimeVersion"),
    ("Kubelet Version", "kubeletVersion"),
)


def describe_node(scene: Scene, out: Writer, obj: Obj) -> None:
    meta, spec, status = obj["metadata"], obj.get("spec") or {}, obj.get("status") or {}
    out.field("Name", meta["name"])
    out.field("Roles", node_roles(obj))
    out.labels("Labels", meta.get("labels"))
    out.annotations("Annotations", meta.get("annotations"))
    out.field("CreationTimestamp", time_text(meta.get("creationTimestamp")))
    _taints(out, spec.get("taints") or ())
    out.field("Unschedulable", lower(spec.get("unschedulable")))
    _lease(scene, out, meta["name"])
    _conditions(out, status.get("conditions") or ())
    out.line("Addresses:")
    for each in status.get("addresses") or ():
        out.field(each["type"], each["address"], 1)
    for title, key in (("Capacity", "capacity"), ("Allocatable", "allocatable")):
        if status.get(key):
            out.line(f"{title}:")
            for name in sorted(status[key]):
                out.field(name, status[key][name], 1)
    _system(scene, out, status.get("nodeInfo") or {})
    for title, value in (
        ("PodCIDR", spec.get("podCIDR")),
        ("PodCIDRs", ",".join(spec.get("podCIDRs") or ())),
        ("ProviderID", spec.get("providerID")),
    ):
        if value:
            out.field(title, value)
    _pods(scene, out, obj)
    events(scene, out, obj)


def _taints(out: Writer, taints: Sequence[Obj]) -> None:
    texts = [taint_text(each) for each in sorted(taints, key=lambda t: f"{t.get('effect', '')},{t['key']}")]
    out.field("Taints", texts[0] if texts else NONE)
    for text in texts[1:]:
        out.line(f"\t{text}")


def taint_text(taint: Obj) -> str:
    """`key=value:Effect`, `key:Effect`."""
    value = f"={taint['value']}" if taint.get("value") else ""
    effect = f":{taint['effect']}" if taint.get("effect") else ""
    return f"{taint['key']}{value}{effect}"


def _lease(scene: Scene, out: Writer, node: str) -> None:
    lease = scene.cluster.store.find("Lease", "kube-node-lease", node)
    if lease is None:
        out.line(f'Lease:\tFailed to get lease: leases.coordination.k8s.io "{node}" not found')
        return
    spec = lease.get("spec") or {}
    out.line("Lease:")
    out.field("HolderIdentity", spec.get("holderIdentity") or UNSET, 1)
    out.field("AcquireTime", time_text(spec["acquireTime"]) if spec.get("acquireTime") else UNSET, 1)
    out.field("RenewTime", time_text(spec["renewTime"]) if spec.get("renewTime") else UNSET, 1)


def _conditions(out: Writer, conditions: Sequence[Obj]) -> None:
    if not conditions:
        return
    names = ("Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message")
    out.line("Conditions:")
    out.table([names, tuple("-" * len(name) for name in names)])
    for each in conditions:
        beat, change = time_text(each.get("lastHeartbeatTime")), time_text(each.get("lastTransitionTime"))
        cells = (each["type"], each["status"], beat, change, each.get("reason", ""))
        out.table([(*(f"{cell} " for cell in cells), each.get("message", ""))])


def _system(scene: Scene, out: Writer, info: Obj) -> None:
    out.line("System Info:")
    for title, key in _SYSTEM_INFO:
        out.field(title, info.get(key, ""), 1)
    if scene.minor <= 33:
        out.field("Kube-Proxy Version", info.get("kubeProxyVersion", ""), 1)


def _pods(scene: Scene, out: Writer, node: Obj) -> None:
    running = [
        pod
        for pod in scene.cluster.store.pods_on(node["metadata"]["name"])
        if (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")
    ]
    status = node.get("status") or {}
    allocatable = status.get("allocatable") or status.get("capacity") or {}
    out.line(f"Non-terminated Pods:\t({len(running)} in total)")
    names = ("Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age")
    out.table([names, tuple("-" * len(name) for name in names)])
    requests: Resources = {}
    limits: Resources = {}
    for pod in running:
        wanted, most = pod_requests(pod["spec"]), pod_limits(pod["spec"])
        cells = [
            _share(amounts, name, allocatable) for name in ("cpu", "memory") for amounts in (wanted, most)
        ]
        meta = pod["metadata"]
        age = scene.age(meta.get("creationTimestamp"))
        out.table([(meta["namespace"], meta["name"], "", *cells, age)])
        _add(requests, wanted)
        _add(limits, most)
    out.line("Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)")
    out.table([("Resource", "Requests", "Limits"), ("--------", "--------", "------")])
    huge = sorted(name for name in allocatable if name.startswith("hugepages-"))
    for name in ("cpu", "memory", "ephemeral-storage", *huge):
        out.table([(name, _share(requests, name, allocatable), _share(limits, name, allocatable))])
    for name in sorted(set(allocatable) - _STANDARD - set(huge)):
        out.table([(name, str(requests.get(name, ZERO)), str(limits.get(name, ZERO)))])


def _add(total: Resources, amounts: Resources) -> None:
    for name, amount in amounts.items():
        total[name] = total.get(name, ZERO) + amount


def _share(amounts: Resources, name: str, allocatable: Obj) -> str:
    """`100m (5%)`: the percentage of what can be allocated, cut off."""
    amount: Quantity = amounts.get(name, ZERO)
    whole = try_parse(allocatable.get(name, "0")) or ZERO
    total = whole.milli_value()
    percent = int(amount.milli_value() / total * 100) if total else 0
    return f"{amount} ({percent}%)"
