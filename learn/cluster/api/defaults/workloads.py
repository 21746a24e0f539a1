"""Defaults of the workload kinds (pkg/apis/apps/v1/defaults.go and core's ReplicationController)."""

from typing import Any, TypeAlias

from learn.cluster.api.defaults.fields import held, held_all, set_text, sub
from learn.cluster.api.defaults.pods import default_claim_spec, default_pod_spec
from learn.cluster.api.versions import Behaviour

Object: TypeAlias = dict[str, Any]


def default_template(spec: Object, rules: Behaviour) -> None:
    """The Pod template under a workload's spec."""
    template = sub(spec, "template")
    if (pod_spec := template.get("spec")) is None:
        pod_spec = template["spec"] = {}
    if isinstance(pod_spec, dict):
        default_pod_spec(pod_spec, rules)


def default_pod_template(obj: Object, rules: Behaviour) -> None:
    default_template(obj, rules)


def default_deployment(obj: Object, rules: Behaviour) -> None:
    spec = sub(obj, "spec")
    spec.setdefault("replicas", 1)
    strategy = sub(spec, "strategy")
    set_text(strategy, "type", "RollingUpdate")
    if strategy.get("type") == "RollingUpdate":
        rolling = sub(strategy, "rollingUpdate")
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    default_template(spec, rules)


def default_replica_set(obj: Object, rules: Behaviour) -> None:
    spec = sub(obj, "spec")
    spec.setdefault("replicas", 1)
    default_template(spec, rules)


def default_daemon_set(obj: Object, rules: Behaviour) -> None:
    spec = sub(obj, "spec")
    strategy = sub(spec, "updateStrategy")
    set_text(strategy, "type", "RollingUpdate")
    if strategy.get("type") == "RollingUpdate":
        rolling = sub(strategy, "rollingUpdate")
        rolling.setdefault("maxUnavailable", 1)
        rolling.setdefault("maxSurge", 0)
    spec.setdefault("revisionHistoryLimit", 10)
    default_template(spec, rules)


def default_stateful_set(obj: Object, rules: Behaviour) -> None:
    spec = sub(obj, "spec")
    set_text(spec, "podManagementPolicy", "OrderedReady")
    strategy = sub(spec, "updateStrategy")
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
        sub(strategy, "rollingUpdate").setdefault("partition", 0)
    elif strategy["type"] == "RollingUpdate" and (rolling := held(strategy, "rollingUpdate")) is not None:
        rolling.setdefault("partition", 0)
    if rules.stateful_set_max_unavailable and (rolling := held(strategy, "rollingUpdate")) is not None:
        rolling.setdefault("maxUnavailable", 1)
    retention = sub(spec, "persistentVolumeClaimRetentionPolicy")
    set_text(retention, "whenDeleted", "Retain")
    set_text(retention, "whenScaled", "Retain")
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    default_template(spec, rules)
    for claim in held_all(spec, "volumeClaimTemplates"):
        claim["apiVersion"], claim["kind"] = "v1", "PersistentVolumeClaim"
        default_claim_spec(sub(claim, "spec"))
        set_text(sub(claim, "status"), "phase", "Pending")


def default_replication_controller(obj: Object, rules: Behaviour) -> None:
    """Selector and labels fall back to the template's labels."""
    spec = sub(obj, "spec")
    spec.setdefault("replicas", 1)
    template = held(spec, "template")
    metadata = held(template, "metadata") if template else None
    labels = held(metadata, "labels") if metadata else None
    if labels is not None:
        if not spec.get("selector"):
            spec["selector"] = dict(labels)
        own = sub(obj, "metadata")
        if not own.get("labels"):
            own["labels"] = dict(labels)
    default_template(spec, rules)
