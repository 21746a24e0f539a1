"""The checks of the baseline level."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.access import list_at, map_at, maps_at, text_at, texts_at
from learn.cluster.api.podsecurity.reading import (
    Check,
    Pod,
    Violation,
    containers,
    context,
    named,
    names_where,
    quoted,
    setters,
    uses,
)

_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_BASE_CAPABILITIES = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
_SELINUX_TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
_SYSCTLS = frozenset(
    [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    ]
)


def _app_armor(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def unconfined(context: Mapping[str, Any]) -> bool:
        return text_at(map_at(context, "appArmorProfile"), "type") not in {"", "RuntimeDefault", "Localhost"}

    setter_names = setters(spec, unconfined)
    details = []
    if setter_names:
        contexts = [context(spec), *map(context, containers(spec))]
        types = sorted({text_at(map_at(c, "appArmorProfile"), "type") for c in contexts if unconfined(c)})
        details.append(f"{' and '.join(setter_names)} must not set AppArmor profile type to {quoted(types)}")
    for key, value in sorted(texts_at(map_at(pod, "metadata"), "annotations").items()):
        allowed = value in {"", "runtime/default"} or value.startswith("localhost/")
        if key.startswith(_APP_ARMOR) and not allowed:
            details.append(f'{key}="{value}"')
    word = "forbidden AppArmor profile" + ("s" if len(details) > 1 else "")
    return Violation(word, ", ".join(details)) if details else None


def capabilities(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def extra(container: Mapping[str, Any]) -> set[str]:
        added = list_at(map_at(context(container), "capabilities"), "add")
        return {str(name) for name in added} - _BASE_CAPABILITIES

    names = names_where(spec, extra)
    if not names:
        return None
    forbidden = sorted(set().union(*map(extra, containers(spec))))
    detail = f"{named('container', names)} must not include {quoted(forbidden)} in securityContext.capabilities.add"
    return Violation("non-default capabilities", detail)


def _host_namespaces(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    set_fields = [f"{f}=true" for f in ("hostNetwork", "hostPID", "hostIPC") if spec.get(f) is True]
    return Violation("host namespaces", ", ".join(set_fields)) if set_fields else None


def host_paths(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    names = [text_at(volume, "name") for volume in maps_at(spec, "volumes") if "hostPath" in volume]
    return Violation("hostPath volumes", named("volume", names)) if names else None


def _host_ports(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def used(container: Mapping[str, Any]) -> list[str]:
        return [str(port["hostPort"]) for port in maps_at(container, "ports") if port.get("hostPort")]

    names = names_where(spec, used)
    if not names:
        return None
    ports = sorted({port for container in containers(spec) for port in used(container)})
    word = "hostPort" if len(ports) == 1 else "hostPorts"
    return Violation("hostPort", f"{named('container', names)} {uses(names)} {word} {', '.join(ports)}")


def handler_hosts(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def hosts(container: Mapping[str, Any]) -> set[str]:
        lifecycle = map_at(container, "lifecycle")
        handlers = [map_at(container, f"{name}Probe") for name in ("liveness", "readiness", "startup")]
        handlers += [map_at(lifecycle, name) for name in ("postStart", "preStop")]
        found = (text_at(map_at(h, way), "host") for h in handlers for way in ("httpGet", "tcpSocket"))
        return {host for host in found if host}

    names = sorted(set(names_where(spec, hosts)))
    if not names:
        return None
    every = sorted(set().union(*map(hosts, containers(spec))))
    word = "probe or lifecycle host" + ("s" if len(every) != 1 else "")
    detail = f"{named('container', names)} {uses(names)} {word} {quoted(every)}"
    return Violation("probe or lifecycle host", detail)


def _privileged(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    names = names_where(spec, lambda container: context(container).get("privileged") is True)
    detail = f"{named('container', names)} must not set securityContext.privileged=true"
    return Violation("privileged", detail) if names else None


def _proc_mount(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def mount(container: Mapping[str, Any]) -> str:
        value = text_at(context(container), "procMount")
        return "" if value == "Default" else value

    names = names_where(spec, mount)
    kinds = sorted({mount(container) for container in containers(spec)} - {""})
    detail = f"{named('container', names)} must not set securityContext.procMount to {quoted(kinds)}"
    return Violation("procMount", detail) if names else None


def _selinux(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def options(context: Mapping[str, Any]) -> Mapping[str, Any]:
        return map_at(context, "seLinuxOptions")

    def bad(context: Mapping[str, Any]) -> bool:
        own = options(context)
        return text_at(own, "type") not in _SELINUX_TYPES or bool(
            text_at(own, "user") or text_at(own, "role")
        )

    setter_names = setters(spec, bad)
    if not setter_names:
        return None
    every = [options(context(owner)) for owner in (spec, *containers(spec))]
    types = sorted({text_at(own, "type") for own in every} - _SELINUX_TYPES)
    data = [named("type", types)] if types else []
    data += [
        f"{field} may not be set" for field in ("user", "role") if any(text_at(own, field) for own in every)
    ]
    detail = f"{' and '.join(setter_names)} set forbidden securityContext.seLinuxOptions: {'; '.join(data)}"
    return Violation("seLinuxOptions", detail)


def _unconfined(context: Mapping[str, Any]) -> bool:
    return text_at(map_at(context, "seccompProfile"), "type") not in {"", "RuntimeDefault", "Localhost"}


def seccomp(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    setter_names = setters(spec, _unconfined)
    if not setter_names:
        return None
    contexts = (context(owner) for owner in (spec, *containers(spec)))
    types = sorted({text_at(map_at(c, "seccompProfile"), "type") for c in contexts if _unconfined(c)})
    field = "securityContext.seccompProfile.type"
    return Violation(
        "seccompProfile", f"{' and '.join(setter_names)} must not set {field} to {quoted(types)}"
    )


def _sysctls(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    set_names = [text_at(sysctl, "name") for sysctl in maps_at(context(spec), "sysctls")]
    forbidden = [name for name in set_names if name not in _SYSCTLS]
    return Violation("forbidden sysctls", ", ".join(forbidden)) if forbidden else None


def _host_process(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    setter_names = setters(spec, lambda c: map_at(c, "windowsOptions").get("hostProcess") is True)
    detail = f"{' and '.join(setter_names)} must not set securityContext.windowsOptions.hostProcess=true"
    return Violation("hostProcess", detail) if setter_names else None


BASELINE: tuple[Check, ...] = (
    _app_armor,
    capabilities,
    _host_namespaces,
    host_paths,
    _host_ports,
    handler_hosts,
    _privileged,
    _proc_mount,
    _selinux,
    seccomp,
    _sysctls,
    _host_process,
)
