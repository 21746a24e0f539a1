"""The checks of the restricted level."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.access import list_at, map_at, maps_at, text_at
from learn.cluster.api.podsecurity.baseline import BASELINE, capabilities, host_paths, seccomp
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


def _is_windows(spec: Mapping[str, Any]) -> bool:
    return map_at(spec, "os").get("name") == "windows"


def _escalation(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    names = names_where(spec, lambda c: context(c).get("allowPrivilegeEscalation") is not False)
    detail = f"{named('container', names)} must set securityContext.allowPrivilegeEscalation=false"
    return Violation("allowPrivilegeEscalation != false", detail) if names and not _is_windows(spec) else None


def _capabilities_restricted(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def added(container: Mapping[str, Any]) -> set[str]:
        names = list_at(map_at(context(container), "capabilities"), "add")
        return {str(name) for name in names} - {"NET_BIND_SERVICE"}

    keeping = names_where(spec, lambda c: "ALL" not in list_at(map_at(context(c), "capabilities"), "drop"))
    adding = names_where(spec, added)
    details = []
    if keeping:
        details.append(f'{named("container", keeping)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        every = sorted(set().union(*map(added, containers(spec))))
        where = "securityContext.capabilities.add"
        details.append(f"{named('container', adding)} must not include {quoted(every)} in {where}")
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
        "restricted volume types", f"{named('volume', names)} {uses(names)} {word} {quoted(every)}"
    )


def _run_as_non_root(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    setter_names = setters(spec, lambda context: context.get("runAsNonRoot") is False)
    if setter_names:
        detail = f"{' and '.join(setter_names)} must not set securityContext.runAsNonRoot=false"
        return Violation("runAsNonRoot != true", detail)
    if context(spec).get("runAsNonRoot") is True:
        return None
    names = names_where(spec, lambda c: context(c).get("runAsNonRoot") is None)
    detail = f"pod or {named('container', names)} must set securityContext.runAsNonRoot=true"
    return Violation("runAsNonRoot != true", detail) if names else None


def _run_as_user(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    def root(context: Mapping[str, Any]) -> bool:
        user = context.get("runAsUser")
        return user == 0 and not isinstance(user, bool)

    setter_names = setters(spec, root)
    detail = f"{' and '.join(setter_names)} must not set runAsUser=0"
    return Violation("runAsUser=0", detail) if setter_names else None


def _seccomp_restricted(pod: Pod, spec: Mapping[str, Any]) -> Violation | None:
    bad = seccomp(pod, spec)
    if bad is not None or map_at(context(spec), "seccompProfile"):
        return bad
    names = names_where(spec, lambda container: not map_at(context(container), "seccompProfile"))
    field = "securityContext.seccompProfile.type"
    detail = f'pod or {named("container", names)} must set {field} to "RuntimeDefault" or "Localhost"'
    return Violation("seccompProfile", detail) if names else None


_OVERRIDDEN = frozenset({capabilities, host_paths, seccomp})
RESTRICTED: tuple[Check, ...] = (
    *(check for check in BASELINE if check not in _OVERRIDDEN),
    _escalation,
    _capabilities_restricted,
    _restricted_volumes,
    _run_as_non_root,
    _run_as_user,
    _seccomp_restricted,
)
