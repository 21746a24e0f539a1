"""What a Job makes of a Pod that failed (pkg/controller/job/pod_failure_policy.go)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from learn.cluster.objects import Obj


class Match(NamedTuple):
    """The action of the first rule that a failed Pod meets, and the words for it."""

    action: str
    """Count, Ignore, FailIndex or FailJob."""
    message: str


def match_policy(policy: Mapping[str, Any], pod: Obj) -> Match | None:
    """The first rule of a podFailurePolicy that a failed Pod meets."""
    name = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
    for index, rule in enumerate(policy.get("rules") or ()):
        action = rule["action"]
        ending = f"matching {action} rule at index {index}"
        for container, code in _codes(pod):
            if _is_listed(rule.get("onExitCodes"), container, code):
                text = f"Container {container} for pod {name} failed with exit code {code} {ending}"
                return Match(action, text)
        for pattern in rule.get("onPodConditions") or ():
            if _has(pod, pattern["type"], pattern.get("status") or "True"):
                return Match(action, f"Pod {name} has condition {pattern['type']} {ending}")
    return None


def _codes(pod: Obj) -> Iterator[tuple[str, int]]:
    """Containers that ended with another code than 0; the app's before the init containers."""
    for group in ("containerStatuses", "initContainerStatuses"):
        for each in pod["status"].get(group) or ():
            code = ((each.get("state") or {}).get("terminated") or {}).get("exitCode", 0)
            if code:
                yield each["name"], code


def _is_listed(codes: Mapping[str, Any] | None, container: str, code: int) -> bool:
    if not codes or codes.get("containerName") not in (None, "", container):
        return False
    return (code in (codes.get("values") or ())) is (codes.get("operator") == "In")


def _has(pod: Obj, kind: str, status: str) -> bool:
    return any(
        each["type"] == kind and each["status"] == status for each in pod["status"].get("conditions") or ()
    )
