"""What changed between the Kubernetes versions that a cluster can have: one table.

A version is written "1.37". `behaviour(version)` answers with everything that depends on it.
"""

from dataclasses import dataclass, replace
from functools import cache

SUPPORTED = ("1.32", "1.33", "1.34", "1.35", "1.36", "1.37")
NEWEST = SUPPORTED[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Texts and rules of one version; the defaults are those of the newest."""

    minor: int
    json_values_in_errors: bool = True
    """Struct, map and list values in validation errors print as JSON since 1.34 (before: Go syntax)."""
    relaxed_env_names: bool = True
    """Environment variable names: any printable ASCII but `=` (on by default since 1.32, GA 1.34)."""
    relaxed_service_names: bool = True
    """Service names are DNS-1123 labels since 1.37 (before: DNS-1035, starting with a letter)."""
    strict_addresses: bool = True
    """Addresses and networks without leading zeros, host bits or IPv4 inside IPv6: by default since 1.36."""
    hpa_scale_to_zero: bool = True
    """minReplicas 0 with an Object or External metric, on by default since 1.37."""
    hpa_tolerance: bool = True
    """behavior.scaleUp/scaleDown.tolerance is kept since 1.35."""
    service_cidr_message: bool = True
    """Multiple ServiceCIDRs (GA 1.33): a cluster IP outside gives the ServiceCIDR text."""
    pod_level_resources: bool = True
    """spec.resources of a Pod, on by default since 1.34."""
    delete_names_namespace: bool = True
    """kubectl delete prints `from NAMESPACE namespace` since 1.34."""
    null_creation_timestamp: bool = False
    """Dry-run YAML carried `creationTimestamp: null` up to 1.33."""
    container_event_names: bool = False
    """Kubelet's events: `Created container: app` up to 1.34, `Container created` since 1.35."""
    image_present_suffix: str = " and can be accessed by the pod"
    """Ending of `Container image "x" already present on machine` since 1.35."""
    taint_named_in_message: bool = False
    """Scheduler text `had untolerated taint {k: v}` up to 1.34, `had untolerated taint(s)` since 1.35."""
    traffic_distributions: tuple[str, ...] = ("PreferClose", "PreferSameNode", "PreferSameZone")
    """trafficDistribution of Services: PreferSameNode and PreferSameZone by default since 1.34."""
    container_restart_rules: bool = True
    """restartPolicy and restartPolicyRules on ordinary containers, on by default since 1.35."""
    restart_actions: tuple[str, ...] = ("Restart", "RestartAllContainers")
    """action of restartPolicyRules: RestartAllContainers by default since 1.36 (KEP-5532)."""
    lenient_prestop_sleep: bool = True
    """preStop.sleep.seconds of 0 is allowed since 1.33 (alpha) and by default since 1.34."""
    stateful_set_history_mutable: bool = True
    """revisionHistoryLimit of a StatefulSet may be updated since 1.33."""
    stateful_set_max_unavailable: bool = True
    """rollingUpdate.maxUnavailable of StatefulSets: on in 1.35, off in 1.36, on since 1.37; off before."""


_OLDER: tuple[tuple[int, dict[str, object]], ...] = (
    (36, {"relaxed_service_names": False, "hpa_scale_to_zero": False, "stateful_set_max_unavailable": False}),
    (35, {"stateful_set_max_unavailable": True, "restart_actions": ("Restart",), "strict_addresses": False}),
    (34, {
        "stateful_set_max_unavailable": False,
        "container_restart_rules": False,
        "hpa_tolerance": False,
        "container_event_names": True,
        "image_present_suffix": "",
        "taint_named_in_message": True,
    }),
    (33, {
        "json_values_in_errors": False,
        "traffic_distributions": ("PreferClose",),
        "pod_level_resources": False,
        "delete_names_namespace": False,
        "null_creation_timestamp": True,
        "lenient_prestop_sleep": False,
    }),
    (32, {"service_cidr_message": False, "stateful_set_history_mutable": False}),
)  # fmt: skip


@cache
def behaviour(version: str) -> Behaviour:
    """Everything that depends on a cluster's version.

    Raises ValueError for a version outside `SUPPORTED`.
    """
    if version not in SUPPORTED:
        raise ValueError(f"unsupported Kubernetes version {version!r}; one of {', '.join(SUPPORTED)}")
    minor = int(version.partition(".")[2])
    result = Behaviour(minor=minor)
    for last, changes in _OLDER:
        if minor <= last:
            result = replace(result, **changes)  # type: ignore[arg-type]  # a table of field names
    return result
