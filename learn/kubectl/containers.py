"""Containers of Pods as logs, exec, attach and port-forward find them.

Source: staging/src/k8s.io/kubectl/pkg/polymorphichelpers (logsforobject.go, attachablepodforobject.go),
pkg/cmd/util/podcmd/podcmd.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.kinds import Kind
from learn.cluster.api.labels import from_label_selector, from_map
from learn.cluster.cluster import Cluster
from learn.cluster.objects import Obj, labels_of
from learn.cluster.pods import is_active, is_ready
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


def pods_behind(call: Call, kind: Kind, obj: Obj) -> list[Obj]:
    """The Pods that an object selects, those likely to answer first."""
    spec = obj.get("spec") or {}
    found = spec.get("selector")
    if kind.kind in ("Service", "ReplicationController"):
        selector = from_map(found or {})
    else:
        selector = from_label_selector(found)
    pods = call.cluster.store.objects("Pod", obj["metadata"].get("namespace"))
    matching = [pod for pod in pods if selector.matches(labels_of(pod))]
    return sorted(matching, key=_unlikely)


def _unlikely(pod: Obj) -> tuple[bool, bool, bool, str]:
    """Assigned, running and ready Pods come first (podutils.ByLogging and ActivePods)."""
    status = pod.get("status") or {}
    return (
        not pod["spec"].get("nodeName"),
        status.get("phase") != "Running",
        not (is_ready(pod) and is_active(pod)),
        pod["metadata"]["name"],
    )


def one_pod(call: Call, kind: Kind, obj: Obj) -> Obj:
    """The Pod that stands for an object.  Raises CommandError when there is none."""
    if kind.kind == "Pod":
        return obj
    pods = pods_behind(call, kind, obj)
    if not pods:
        raise CommandError("error: timed out waiting for the condition")
    return pods[0]


def container_names(pod: Obj) -> list[str]:
    return [each["name"] for each in pod["spec"].get("containers") or ()]


def init_names(pod: Obj) -> list[str]:
    return [each["name"] for each in pod["spec"].get("initContainers") or ()]


def default_container(call: Call, pod: Obj) -> str:
    """The first container, or the one that an annotation names; said when there are several."""
    names = container_names(pod)
    annotated = (pod["metadata"].get("annotations") or {}).get(DEFAULT_CONTAINER)
    chosen = annotated if annotated in names else names[0]
    if len(names) + len(init_names(pod)) > 1 and annotated not in names:
        listed = [*names, *(f"{name} (init)" for name in init_names(pod))]
        call.warn(f'Defaulted container "{chosen}" out of: {", ".join(listed)}')
    return str(chosen)


def record_of(cluster: Cluster, pod: Obj, container: str) -> Mapping[str, Any] | None:
    """What the kubelet knows of a container; None before the Pod is on a node."""
    record = cluster.kubelet.record(pod["metadata"]["uid"])
    return record["containers"].get(container) if record else None


def log_lines(cluster: Cluster, pod: Obj, container: str, *, previous: bool = False) -> list[tuple[int, str]]:
    """The lines that a container has printed, each with its virtual instant."""
    record = record_of(cluster, pod, container)
    if record is None:
        return []
    lines = record.get("previous_log" if previous else "log") or ()
    return [(int(ms), str(text)) for ms, text in lines]
