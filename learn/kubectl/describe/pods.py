"""Pods and Pod templates (describePod, DescribePodTemplate)."""

from __future__ import annotations

from collections.abc import Sequence

from learn.cluster.api.labels import label_selector_text
from learn.cluster.clock import parse_timestamp
from learn.cluster.objects import Obj
from learn.cluster.pods import qos_class
from learn.kubectl.describe.common import Scene, controller_text, events, quantities, time_text
from learn.kubectl.describe.containers import describe_containers
from learn.kubectl.describe.volumes import describe_volumes
from learn.kubectl.describe.writer import NONE, Writer
from learn.kubectl.duration import human_duration


def describe_pod(scene: Scene, out: Writer, pod: Obj) -> None:
    meta, spec, status = pod["metadata"], pod["spec"], pod.get("status") or {}
    out.field("Name", meta["name"])
    out.field("Namespace", meta.get("namespace", ""))
    if spec.get("priority") is not None:
        out.field("Priority", spec["priority"])
    if spec.get("priorityClassName"):
        out.field("Priority Class Name", spec["priorityClassName"])
    if spec.get("runtimeClassName"):
        out.field("Runtime Class Name", spec["runtimeClassName"])
    if spec.get("serviceAccountName"):
        out.field("Service Account", spec["serviceAccountName"])
    out.field("Node", f"{spec['nodeName']}/{status.get('hostIP', '')}" if spec.get("nodeName") else NONE)
    if status.get("startTime"):
        out.field("Start Time", time_text(status["startTime"]))
    out.labels("Labels", meta.get("labels"))
    out.annotations("Annotations", meta.get("annotations"))
    _status(scene, out, pod)
    out.field("IP", status.get("podIP", ""))
    _addresses(out, status)
    if owner := controller_text(pod):
        out.field("Controlled By", owner)
    if status.get("nominatedNodeName"):
        out.field("NominatedNodeName", status["nominatedNodeName"])
    if spec.get("resources"):
        out.line("Resources:")
        quantities(out, "Limits", spec["resources"].get("limits"), 1)
        quantities(out, "Requests", spec["resources"].get("requests"), 1)
    if spec.get("initContainers"):
        describe_containers(scene, out, "Init Containers", spec["initContainers"], pod=pod)
    describe_containers(scene, out, "Containers", spec.get("containers") or (), pod=pod)
    if spec.get("ephemeralContainers"):
        describe_containers(scene, out, "Ephemeral Containers", spec["ephemeralContainers"], pod=pod)
    _gates(out, pod)
    if status.get("conditions"):
        out.line("Conditions:\n  Type\tStatus")
        out.table([(f"{each['type']} ", f"{each['status']} ") for each in status["conditions"]])
    describe_volumes(scene, out, spec.get("volumes") or ())
    out.field("QoS Class", status.get("qosClass") or qos_class(spec))
    out.labels("Node-Selectors", spec.get("nodeSelector"))
    tolerations(out, spec.get("tolerations") or ())
    spread_constraints(out, spec.get("topologySpreadConstraints") or ())
    events(scene, out, pod)


def _status(scene: Scene, out: Writer, pod: Obj) -> None:
    meta, status = pod["metadata"], pod.get("status") or {}
    if meta.get("deletionTimestamp") and status.get("phase") not in ("Failed", "Succeeded"):
        past = (scene.now_ms - parse_timestamp(meta["deletionTimestamp"])) // 1000
        out.field("Status", f"Terminating (lasts {human_duration(past)})")
        out.field("Termination Grace Period", f"{meta.get('deletionGracePeriodSeconds', 0)}s")
    else:
        out.field("Status", status.get("phase", ""))
    if status.get("reason"):
        out.field("Reason", status["reason"])
    if status.get("message"):
        out.field("Message", status["message"])
    profile = (pod["spec"].get("securityContext") or {}).get("seccompProfile")
    if profile:
        out.field("SeccompProfile", profile.get("type", ""))
        if profile.get("type") == "Localhost":
            out.field("LocalhostProfile", profile.get("localhostProfile", ""))


def _addresses(out: Writer, status: Obj) -> None:
    if not status.get("podIPs"):
        out.line(f"IPs:\t{NONE}")
        return
    out.line("IPs:")
    for each in status["podIPs"]:
        out.line(f"IP:\t{each['ip']}", 1)


def _gates(out: Writer, pod: Obj) -> None:
    gates = pod["spec"].get("readinessGates")
    if not gates:
        return
    found = {each["type"]: each["status"] for each in (pod.get("status") or {}).get("conditions") or ()}
    out.line("Readiness Gates:")
    out.line("Type\tStatus", 1)
    for gate in gates:
        out.line(f"{gate['conditionType']} \t{found.get(gate['conditionType'], NONE)} ", 1)


def tolerations(out: Writer, found: Sequence[Obj], level: int = 0) -> None:
    """`KEY=VALUE:EFFECT op=Exists for 300s`, one per line."""
    texts = [_toleration(each) for each in sorted(found, key=lambda each: each.get("key", ""))]
    out.line(f"Tolerations:\t{texts[0] if texts else NONE}", level)
    for text in texts[1:]:
        out.line(f"\t{text}")


def _toleration(toleration: Obj) -> str:
    text = str(toleration.get("key") or "")
    if toleration.get("value"):
        text += f"={toleration['value']}"
    if toleration.get("effect"):
        text += f":{toleration['effect']}"
    if toleration.get("operator") == "Exists" and not toleration.get("value"):
        text += " op=Exists" if toleration.get("key") or toleration.get("effect") else "op=Exists"
    if toleration.get("tolerationSeconds") is not None:
        text += f" for {toleration['tolerationSeconds']}s"
    return text


def spread_constraints(out: Writer, found: Sequence[Obj], level: int = 0) -> None:
    if not found:
        return
    texts = [
        f"{each['topologyKey']}:{each['whenUnsatisfiable']} when max skew {each['maxSkew']} is exceeded"
        + (f" for selector {label_selector_text(each['labelSelector'])}" if each.get("labelSelector") else "")
        for each in sorted(found, key=lambda each: each["topologyKey"])
    ]
    out.line(f"Topology Spread Constraints:\t{texts[0]}", level)
    for text in texts[1:]:
        out.line(f"\t{text}")


def describe_template(scene: Scene, out: Writer, template: Obj | None) -> None:
    """`Pod Template:` and what it holds."""
    out.line("Pod Template:")
    template_body(scene, out, template or {})


def template_body(scene: Scene, out: Writer, template: Obj, level: int = 1) -> None:
    meta, spec = template.get("metadata") or {}, template.get("spec") or {}
    out.labels("Labels", meta.get("labels"), level)
    if meta.get("annotations"):
        out.annotations("Annotations", meta["annotations"], level)
    if spec.get("serviceAccountName"):
        out.field("Service Account", spec["serviceAccountName"], level)
    if spec.get("initContainers"):
        describe_containers(scene, out, "Init Containers", spec["initContainers"])
    describe_containers(scene, out, "Containers", spec.get("containers") or ())
    describe_volumes(scene, out, spec.get("volumes") or (), in_template=True)
    spread_constraints(out, spec.get("topologySpreadConstraints") or (), level)
    if spec.get("priorityClassName"):
        out.field("Priority Class Name", spec["priorityClassName"], level)
    out.labels("Node-Selectors", spec.get("nodeSelector"), level)
    tolerations(out, spec.get("tolerations") or (), level)
