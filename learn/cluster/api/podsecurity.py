"""Pod Security Standards: what a Pod violates at a level (staging/src/k8s.io/pod-security-admission/policy)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from learn.cluster.api.access import list_at, map_at, maps_at, text_at, texts_at

LABEL_PREFIX = "pod-security.kubernetes.io/"
LEVELS = ("privileged", "baseline", "restricted")
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
_VOLUMES = frozenset(
    [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ]
)
Pod: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Violation:
    reason: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


Check: TypeAlias = Callable[[Pod, Mapping[str, Any]], Violation | None]
"""From the Pod and its spec to what it violates."""


def violations(pod: Pod, level: str, version: str = "") -> tuple[Violation, ...]:
    """In the order of the server's messages: the baseline checks, then the restricted ones.

    `version` is that of the policy, as the namespace pins it; empty means the latest.
    """
    checks = _CHECKS.get(level, ())
    if version and int(version.rpartition(".")[2]) < 34:
        checks = tuple(check for check in checks if check is not _handler_hosts)
    spec = map_at(pod, "spec")
    found = (check(pod, spec) for check in checks)
    return tuple(violation for violation in found if violation is not None)


def refusal(pod: Pod, namespace_labels: Mapping[str, str], mode: str = "enforce") -> str:
    """`violates PodSecurity "restricted:latest": …`; empty if the namespace lets the Pod in.

    For `warn` and `audit` it is `would violate …`.
    """
    level = namespace_labels.get(f"{LABEL_PREFIX}{mode}", "privileged")
    pinned = namespace_labels.get(f"{LABEL_PREFIX}{mode}-version", "latest")
    found = violations(pod, level, "" if pinned == "latest" else pinned.removeprefix("v"))
    if not found:
        return ""
    verb = "violates" if mode == "enforce" else "would violate"
    return f'{verb} PodSecurity "{level}:{pinned}": {", ".join(map(str, found))}'


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


def _named(word: str, words: list[str]) -> str:
    """`container "a"`, `containers "a", "b"`."""
    return f"{word}{'s' if len(words) != 1 else ''} {_quoted(words)}"


def _uses(words: list[str]) -> str:
    return "uses" if len(words) == 1 else "use"


def _containers(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Init containers first, as upstream visits them."""
    fields = ("initContainers", "containers", "ephemeralContainers")
    return [container for field in fields for container in maps_at(spec, field)]


def _names_where(spec: Mapping[str, Any], bad: Callable[[Mapping[str, Any]], object]) -> list[str]:
    return [text_at(container, "name") for container in _containers(spec) if bad(container)]


def _context(owner: Mapping[str, Any]) -> Mapping[str, Any]:
    return map_at(owner, "securityContext")


def _setters(spec: Mapping[str, Any], bad: Callable[[Mapping[str, Any]], object]) -> list[str]:
    """`pod`, `container "a"`: whose securityContext is bad."""
    setters = ["pod"] if bad(_context(spec)) else []
    names = _names_where(spec, lambda container: bad(_context(container)))
    return [*setters, _named("container", names)] if names else setters


def _app_armor(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def unconfined(context: Mapping[str, Any]) -> bool:
        return text_at(map_at(context, "appArmorProfile"), "type") not in {"", "RuntimeDefault", "Localhost"}

    setters = _setters(spec, unconfined)
    details = []
    if setters:
        owners = [_context(spec), *map(_context, _containers(spec))]
        types = sorted({text_at(map_at(c, "appArmorProfile"), "type") for c in owners if unconfined(c)})
        details.append(f"{' and '.join(setters)} must not set AppArmor profile type to {_quoted(types)}")
    for key, value in sorted(texts_at(map_at(pod, "metadata"), "annotations").items()):
        allowed = value in {"", "runtime/default"} or value.startswith("localhost/")
        if key.startswith(_APP_ARMOR) and not allowed:
            details.append(f'{key}="{value}"')
    word = "forbidden AppArmor profile" + ("s" if len(details) > 1 else "")
    return Violation(word, ", ".join(details)) if details else None


def _capabilities(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def extra(container: Mapping[str, Any]) -> set[str]:
        added = list_at(map_at(_context(container), "capabilities"), "add")
        return {str(name) for name in added} - _BASE_CAPABILITIES

    names = _names_where(spec, extra)
    if not names:
        return None
    forbidden = sorted(set().union(*map(extra, _containers(spec))))
    detail = f"{_named('container', names)} must not include {_quoted(forbidden)} in securityContext.capabilities.add"
    return Violation("non-default capabilities", detail)


def _host_namespaces(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    set_fields = [f"{f}=true" for f in ("hostNetwork", "hostPID", "hostIPC") if spec.get(f) is True]
    return Violation("host namespaces", ", ".join(set_fields)) if set_fields else None


def _host_paths(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    names = [text_at(volume, "name") for volume in maps_at(spec, "volumes") if "hostPath" in volume]
    return Violation("hostPath volumes", _named("volume", names)) if names else None


def _host_ports(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def used(container: Mapping[str, Any]) -> list[str]:
        return [str(port["hostPort"]) for port in maps_at(container, "ports") if port.get("hostPort")]

    names = _names_where(spec, used)
    if not names:
        return None
    ports = sorted({port for container in _containers(spec) for port in used(container)})
    word = "hostPort" if len(ports) == 1 else "hostPorts"
    return Violation("hostPort", f"{_named('container', names)} {_uses(names)} {word} {', '.join(ports)}")


def _handler_hosts(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def hosts(container: Mapping[str, Any]) -> set[str]:
        lifecycle = map_at(container, "lifecycle")
        handlers = [map_at(container, f"{name}Probe") for name in ("liveness", "readiness", "startup")]
        handlers += [map_at(lifecycle, name) for name in ("postStart", "preStop")]
        found = (text_at(map_at(h, way), "host") for h in handlers for way in ("httpGet", "tcpSocket"))
        return {host for host in found if host}

    names = sorted(set(_names_where(spec, hosts)))
    if not names:
        return None
    every = sorted(set().union(*map(hosts, _containers(spec))))
    word = "probe or lifecycle host" + ("s" if len(every) != 1 else "")
    detail = f"{_named('container', names)} {_uses(names)} {word} {_quoted(every)}"
    return Violation("probe or lifecycle host", detail)


def _privileged(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    names = _names_where(spec, lambda container: _context(container).get("privileged") is True)
    detail = f"{_named('container', names)} must not set securityContext.privileged=true"
    return Violation("privileged", detail) if names else None


def _proc_mount(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def mount(container: Mapping[str, Any]) -> str:
        value = text_at(_context(container), "procMount")
        return "" if value == "Default" else value

    names = _names_where(spec, mount)
    kinds = sorted({mount(container) for container in _containers(spec)} - {""})
    detail = f"{_named('container', names)} must not set securityContext.procMount to {_quoted(kinds)}"
    return Violation("procMount", detail) if names else None


def _selinux(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def options(context: Mapping[str, Any]) -> Mapping[str, Any]:
        return map_at(context, "seLinuxOptions")

    def bad(context: Mapping[str, Any]) -> bool:
        own = options(context)
        return text_at(own, "type") not in _SELINUX_TYPES or bool(
            text_at(own, "user") or text_at(own, "role")
        )

    setters = _setters(spec, bad)
    if not setters:
        return None
    every = [options(_context(owner)) for owner in (spec, *_containers(spec))]
    types = sorted({text_at(own, "type") for own in every} - _SELINUX_TYPES)
    data = [_named("type", types)] if types else []
    data += [
        f"{field} may not be set" for field in ("user", "role") if any(text_at(own, field) for own in every)
    ]
    detail = f"{' and '.join(setters)} set forbidden securityContext.seLinuxOptions: {'; '.join(data)}"
    return Violation("seLinuxOptions", detail)


def _unconfined(context: Mapping[str, Any]) -> bool:
    return text_at(map_at(context, "seccompProfile"), "type") not in {"", "RuntimeDefault", "Localhost"}


def _seccomp(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    setters = _setters(spec, _unconfined)
    if not setters:
        return None
    owners = (_context(owner) for owner in (spec, *_containers(spec)))
    types = sorted({text_at(map_at(c, "seccompProfile"), "type") for c in owners if _unconfined(c)})
    field = "securityContext.seccompProfile.type"
    return Violation("seccompProfile", f"{' and '.join(setters)} must not set {field} to {_quoted(types)}")


def _seccomp_restricted(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    bad = _seccomp(pod, spec)
    if bad is not None or map_at(_context(spec), "seccompProfile"):
        return bad
    names = _names_where(spec, lambda container: not map_at(_context(container), "seccompProfile"))
    field = "securityContext.seccompProfile.type"
    detail = f'pod or {_named("container", names)} must set {field} to "RuntimeDefault" or "Localhost"'
    return Violation("seccompProfile", detail) if names else None


def _sysctls(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    set_names = [text_at(sysctl, "name") for sysctl in maps_at(_context(spec), "sysctls")]
    forbidden = [name for name in set_names if name not in _SYSCTLS]
    return Violation("forbidden sysctls", ", ".join(forbidden)) if forbidden else None


def _host_process(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    setters = _setters(spec, lambda c: map_at(c, "windowsOptions").get("hostProcess") is True)
    detail = f"{' and '.join(setters)} must not set securityContext.windowsOptions.hostProcess=true"
    return Violation("hostProcess", detail) if setters else None


def _is_windows(spec: Mapping[str, Any]) -> bool:
    return map_at(spec, "os").get("name") == "windows"


def _escalation(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    names = _names_where(spec, lambda c: _context(c).get("allowPrivilegeEscalation") is not False)
    detail = f"{_named('container', names)} must set securityContext.allowPrivilegeEscalation=false"
    return Violation("allowPrivilegeEscalation != false", detail) if names and not _is_windows(spec) else None


def _capabilities_restricted(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def added(container: Mapping[str, Any]) -> set[str]:
        names = list_at(map_at(_context(container), "capabilities"), "add")
        return {str(name) for name in names} - {"NET_BIND_SERVICE"}

    keeping = _names_where(spec, lambda c: "ALL" not in list_at(map_at(_context(c), "capabilities"), "drop"))
    adding = _names_where(spec, added)
    details = []
    if keeping:
        details.append(f'{_named("container", keeping)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        every = sorted(set().union(*map(added, _containers(spec))))
        where = "securityContext.capabilities.add"
        details.append(f"{_named('container', adding)} must not include {_quoted(every)} in {where}")
    return (
        Violation("unrestricted capabilities", "; ".join(details))
        if details and not _is_windows(spec)
        else None
    )


def _restricted_volumes(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    bad = [(text_at(v, "name"), sorted(set(v) - {"name"} - _VOLUMES)) for v in maps_at(spec, "volumes")]
    names = [name for name, kinds in bad if kinds]
    if not names:
        return None
    every = sorted({kinds[0] for _, kinds in bad if kinds})
    word = "restricted volume type" + ("s" if len(every) != 1 else "")
    return Violation(
        "restricted volume types", f"{_named('volume', names)} {_uses(names)} {word} {_quoted(every)}"
    )


def _run_as_non_root(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    setters = _setters(spec, lambda context: context.get("runAsNonRoot") is False)
    if setters:
        detail = f"{' and '.join(setters)} must not set securityContext.runAsNonRoot=false"
        return Violation("runAsNonRoot != true", detail)
    if _context(spec).get("runAsNonRoot") is True:
        return None
    names = _names_where(spec, lambda c: _context(c).get("runAsNonRoot") is None)
    detail = f"pod or {_named('container', names)} must set securityContext.runAsNonRoot=true"
    return Violation("runAsNonRoot != true", detail) if names else None


def _run_as_user(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def root(context: Mapping[str, Any]) -> bool:
        user = context.get("runAsUser")
        return user == 0 and not isinstance(user, bool)

    setters = _setters(spec, root)
    detail = f"{' and '.join(setters)} must not set runAsUser=0"
    return Violation("runAsUser=0", detail) if setters else None


_BASELINE: tuple[Check, ...] = (
    _app_armor,
    _capabilities,
    _host_namespaces,
    _host_paths,
    _host_ports,
    _handler_hosts,
    _privileged,
    _proc_mount,
    _selinux,
    _seccomp,
    _sysctls,
    _host_process,
)
_OVERRIDDEN = frozenset({_capabilities, _host_paths, _seccomp})
_RESTRICTED: tuple[Check, ...] = (
    *(check for check in _BASELINE if check not in _OVERRIDDEN),
    _escalation,
    _capabilities_restricted,
    _restricted_volumes,
    _run_as_non_root,
    _run_as_user,
    _seccomp_restricted,
)
_CHECKS: Mapping[str, tuple[Check, ...]] = {"baseline": _BASELINE, "restricted": _RESTRICTED}
