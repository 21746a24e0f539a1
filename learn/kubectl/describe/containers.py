"""Containers, their probes, environment, mounts and volumes, as Pods and Pod templates show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from learn.cluster.api.quantity import try_parse
from learn.cluster.objects import Obj
from learn.kubectl.describe.common import Scene, quantities, time_text, yes
from learn.kubectl.describe.writer import NONE, Writer

_STATUSES = {
    "Init Containers": "initContainerStatuses",
    "Containers": "containerStatuses",
    "Ephemeral Containers": "ephemeralContainerStatuses",
}


def describe_containers(
    scene: Scene,
    out: Writer,
    label: str,
    containers: Sequence[Obj],
    *,
    pod: Obj | None = None,
) -> None:
    """`pod` is the Pod itself, for its statuses and field references; None for a template, which is set in deeper."""
    level, indent = (0, "") if pod is not None else (1, " ")
    if not containers:
        out.line(f"{label}: {NONE}", level)
        return
    out.line(f"{label}:", level)
    found = ((pod or {}).get("status") or {}).get(_STATUSES[label]) or ()
    statuses = {each["name"]: each for each in found}
    for container in containers:
        status = statuses.get(container["name"])
        out.line(f"{indent}{container['name']}:", 1)
        _basics(scene, out, container, status)
        _command(out, container)
        if status is not None:
            _states(out, status)
        _resources(out, container)
        _probes(out, container)
        _environment(out, container, pod)
        _mounts(out, container)
        _devices(out, container)


def _basics(scene: Scene, out: Writer, container: Obj, status: Obj | None) -> None:
    if status is not None:
        out.field("Container ID", status.get("containerID", ""), 2)
    out.field("Image", container.get("image", ""), 2)
    if status is not None:
        out.field("Image ID", status.get("imageID", ""), 2)
    ports = container.get("ports") or ()
    plural = "s" if len(ports) > 1 else ""
    inside = [_port_text(scene, port, "containerPort") for port in ports]
    outside = [_port_text(scene, port, "hostPort") for port in ports]
    out.field(f"Port{plural}", ", ".join(inside) or NONE, 2)
    out.field(f"Host Port{plural}", ", ".join(outside) or NONE, 2)
    profile = (container.get("securityContext") or {}).get("seccompProfile")
    if profile:
        out.field("SeccompProfile", profile.get("type", ""), 2)
        if profile.get("type") == "Localhost":
            out.field("LocalhostProfile", profile.get("localhostProfile", ""), 3)


def _port_text(scene: Scene, port: Obj, field: str) -> str:
    """`80/TCP (http)`; clients up to 1.33 leave the name out."""
    name = port.get("name") if scene.minor >= 34 else None
    return f"{port.get(field, 0)}/{port.get('protocol', 'TCP')}{f' ({name})' if name else ''}"


def _command(out: Writer, container: Obj) -> None:
    for name, key in (("Command", "command"), ("Args", "args")):
        if container.get(key):
            out.line(f"{name}:", 2)
            for word in container[key]:
                for part in str(word).split("\n"):
                    out.line(part, 3)


def _states(out: Writer, status: Obj) -> None:
    _state(out, "State", status.get("state") or {})
    if (status.get("lastState") or {}).get("terminated"):
        _state(out, "Last State", status["lastState"])
    out.field("Ready", yes(status.get("ready")), 2)
    out.field("Restart Count", status.get("restartCount", 0), 2)


def _state(out: Writer, name: str, state: Obj) -> None:
    if (running := state.get("running")) is not None:
        out.field(name, "Running", 2)
        out.field("Started", time_text(running.get("startedAt")), 3)
    elif state.get("waiting") is None and (ended := state.get("terminated")) is not None:
        out.field(name, "Terminated", 2)
        for key, title in (("reason", "Reason"), ("message", "Message")):
            if ended.get(key):
                out.field(title, ended[key], 3)
        out.field("Exit Code", ended.get("exitCode", 0), 3)
        if ended.get("signal"):
            out.field("Signal", ended["signal"], 3)
        out.field("Started", time_text(ended.get("startedAt")), 3)
        out.field("Finished", time_text(ended.get("finishedAt")), 3)
    else:
        out.field(name, "Waiting", 2)
        if (state.get("waiting") or {}).get("reason"):
            out.field("Reason", state["waiting"]["reason"], 3)


def _resources(out: Writer, container: Obj) -> None:
    resources = container.get("resources") or {}
    quantities(out, "Limits", resources.get("limits"), 2)
    quantities(out, "Requests", resources.get("requests"), 2)


def _probes(out: Writer, container: Obj) -> None:
    for name, key in (
        ("Liveness", "livenessProbe"),
        ("Readiness", "readinessProbe"),
        ("Startup", "startupProbe"),
    ):
        if container.get(key):
            out.field(name, probe_text(container[key]), 2)


def probe_text(probe: Obj) -> str:
    """`http-get http://:80/healthz delay=0s timeout=1s period=10s #success=1 #failure=3`."""
    times = (
        f"delay={probe.get('initialDelaySeconds', 0)}s timeout={probe.get('timeoutSeconds', 0)}s "
        f"period={probe.get('periodSeconds', 0)}s #success={probe.get('successThreshold', 0)} "
        f"#failure={probe.get('failureThreshold', 0)}"
    )
    if exec_ := probe.get("exec"):
        return f"exec [{' '.join(map(str, exec_.get('command') or ()))}] {times}"
    if http := probe.get("httpGet"):
        scheme = str(http.get("scheme") or "").lower()
        start = f"{scheme}://" if scheme else "//"
        path = http.get("path") or ""
        if path and not path.startswith("/"):
            path = f"/{path}"
        return f"http-get {start}{http.get('host', '')}:{http.get('port', '')}{path} {times}"
    if tcp := probe.get("tcpSocket"):
        return f"tcp-socket {tcp.get('host', '')}:{tcp.get('port', '')} {times}"
    if grpc := probe.get("grpc"):
        return f"grpc <pod>:{grpc.get('port', '')} {grpc.get('service') or ''} {times}"
    return f"unknown {times}"


def _environment(out: Writer, container: Obj, pod: Obj | None) -> None:
    if container.get("envFrom"):
        out.line("Environment Variables from:", 2)
        for source in container["envFrom"]:
            kind, reference = (
                ("ConfigMap", source["configMapRef"])
                if "configMapRef" in source
                else ("Secret", source.get("secretRef") or {})
            )
            prefix = f" with prefix '{source['prefix']}'" if source.get("prefix") else ""
            out.line(
                f"{reference.get('name', '')}\t{kind}{prefix}\tOptional: {_bool(reference.get('optional'))}",
                3,
            )
    if not container.get("env"):
        out.line(f"Environment:\t{NONE}", 2)
        return
    out.line("Environment:", 2)
    for variable in container["env"]:
        source = variable.get("valueFrom")
        if source is None:
            first, *rest = str(variable.get("value", "")).split("\n")
            out.line(f"{variable['name']}:\t{first}", 3)
            for part in rest:
                out.line(f"\t{part}", 3)
        else:
            out.line(f"{variable['name']}:\t{_source_text(source, container, pod)}", 3)


def _bool(value: Any) -> str:
    return "true" if value else "false"


def _source_text(source: Obj, container: Obj, pod: Obj | None) -> str:
    if field := source.get("fieldRef"):
        value = _field_value(pod, field.get("fieldPath", "")) if pod else ""
        return f"{value} ({field.get('apiVersion', 'v1')}:{field.get('fieldPath', '')})"
    if resource := source.get("resourceFieldRef"):
        name = resource.get("resource", "")
        side, _, amount = str(name).partition(".")
        found = ((container.get("resources") or {}).get(side) or {}).get(amount)
        return f"{_divided(found, resource.get('divisor')) if found is not None else _missing(name)} ({name})"
    if secret := source.get("secretKeyRef"):
        return f"<set to the key '{secret.get('key', '')}' in secret '{secret.get('name', '')}'>\tOptional: {_bool(secret.get('optional'))}"
    key = source.get("configMapKeyRef") or {}
    return f"<set to the key '{key.get('key', '')}' of config map '{key.get('name', '')}'>\tOptional: {_bool(key.get('optional'))}"


def _divided(amount: Any, divisor: Any) -> int:
    """A quantity in units of the divisor (1 without one), rounded up."""
    value, unit = try_parse(amount), try_parse(divisor)
    milli = value.milli_value() if value else 0
    per = unit.milli_value() if unit and unit.milli_value() else 1000
    return -(-milli // per)


def _missing(name: str) -> str:
    return "node allocatable" if name in ("limits.cpu", "limits.memory") else "0"


def _field_value(pod: Obj, path: str) -> str:
    """The client converts the labels of names and namespaces only; other fields stay blank (EnvValueRetriever)."""
    if path not in ("metadata.name", "metadata.namespace"):
        return ""
    return str(pod["metadata"].get(path.removeprefix("metadata."), ""))


def _mounts(out: Writer, container: Obj) -> None:
    mounts = sorted(container.get("volumeMounts") or (), key=lambda mount: mount["mountPath"])
    if not mounts:
        out.line(f"Mounts:\t{NONE}", 2)
        return
    out.line("Mounts:", 2)
    for mount in mounts:
        flags = "ro" if mount.get("readOnly") else "rw"
        if mount.get("subPath"):
            flags += f',path="{mount["subPath"]}"'
        out.line(f"{mount['mountPath']} from {mount['name']} ({flags})", 3)


def _devices(out: Writer, container: Obj) -> None:
    devices = sorted(container.get("volumeDevices") or (), key=lambda device: device["devicePath"])
    if devices:
        out.line("Devices:" if container.get("volumeMounts") else f"Devices:\t{NONE}", 2)
    for device in devices:
        out.line(f"{device['devicePath']} from {device['name']}", 3)
