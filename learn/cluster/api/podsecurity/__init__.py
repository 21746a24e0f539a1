"""Pod Security Standards: what a Pod violates at a level (staging/src/k8s.io/pod-security-admission/policy)."""

from collections.abc import Mapping

from learn.cluster.api.access import map_at
from learn.cluster.api.podsecurity.baseline import BASELINE, handler_hosts
from learn.cluster.api.podsecurity.reading import Check, Pod, Violation
from learn.cluster.api.podsecurity.restricted import RESTRICTED

__all__ = ["LABEL_PREFIX", "LEVELS", "Violation", "refusal", "violations"]


LABEL_PREFIX = "pod-security.kubernetes.io/"
LEVELS = ("privileged", "baseline", "restricted")
_CHECKS: Mapping[str, tuple[Check, ...]] = {"baseline": BASELINE, "restricted": RESTRICTED}


def violations(pod: Pod, level: str, version: str = "") -> tuple[Violation, ...]:
    """In the order of the server's messages: the baseline checks, then the restricted ones.

    `version` is that of the policy, as the namespace pins it; empty means the latest.
    """
    checks = _CHECKS.get(level, ())
    if version and int(version.rpartition(".")[2]) < 34:
        checks = tuple(check for check in checks if check is not handler_hosts)
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
