"""Validation of Deployment, ReplicaSet, DaemonSet, StatefulSet and ReplicationController (apps/validation)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, map_at, maps_at, text_at, texts_at
from learn.cluster.api.fielderror import (
    LABEL_SELECTOR,
    LABELS,
    FieldError,
    GoValue,
    Path,
    forbidden,
    invalid,
    not_supported,
    required,
)
from learn.cluster.api.labels import from_map
from learn.cluster.api.validation.claims import validate_claim_spec
from learn.cluster.api.validation.metadata import (
    NOT_NEGATIVE,
    matches_template,
    not_negative,
    selector_of,
    unchanged,
    validate_label_selector,
    validate_metadata,
)
from learn.cluster.api.validation.pods import SPEC, validate_template
from learn.cluster.api.validation.strategies import (
    validate_daemon_strategy,
    validate_management,
    validate_stateful_strategy,
    validate_strategy,
)
from learn.cluster.api.versions import Behaviour

_SELECTOR: Path = (*SPEC, "selector")
_TEMPLATE: Path = (*SPEC, "template")
_MISMATCH = "`selector` does not match template `labels`"


def validate_deployment(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    errors += not_negative(spec, "replicas", SPEC)
    errors += _validate_selector(spec, "empty selector is invalid for deployment")
    errors += _validate_replica_template(spec, rules)
    errors += validate_strategy(map_at(spec, "strategy"), (*SPEC, "strategy"))
    errors += not_negative(spec, "minReadySeconds", SPEC)
    errors += not_negative(spec, "revisionHistoryLimit", SPEC)
    errors += not_negative(spec, "progressDeadlineSeconds", SPEC)
    deadline = int_at(spec, "progressDeadlineSeconds")
    if deadline is not None and deadline <= (int_at(spec, "minReadySeconds") or 0):
        errors.append(
            invalid((*SPEC, "progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds")
        )
    return errors + _validate_same_selector(spec, old)


def validate_replica_set(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    errors += not_negative(spec, "replicas", SPEC)
    errors += not_negative(spec, "minReadySeconds", SPEC)
    errors += _validate_selector(spec, "empty selector is invalid for deployment")
    errors += _validate_replica_template(spec, rules)
    return errors + _validate_same_selector(spec, old)


def validate_daemon_set(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    template, selector = map_at(spec, "template"), spec.get("selector")
    errors += validate_label_selector(selector, _SELECTOR)
    parsed = selector_of(selector)
    if parsed is not None and not matches_template(parsed, template):
        errors.append(_mismatch(template))
    if isinstance(selector, dict) and _is_empty(selector):
        errors.append(invalid(_SELECTOR, selector, "empty selector is invalid for daemonset", LABEL_SELECTOR))
    errors += validate_template(template, _TEMPLATE, rules)
    errors += _validate_always(template, "DaemonSet")
    errors += not_negative(spec, "minReadySeconds", SPEC)
    errors += validate_daemon_strategy(spec)
    errors += not_negative(spec, "revisionHistoryLimit", SPEC)
    return errors + _validate_same_selector(spec, old)


def validate_stateful_set(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    """A StatefulSet's own name must be a DNS label, for its Pods are called after it."""
    errors = validate_metadata(obj, old, names.dns_label)
    spec = map_at(obj, "spec")
    errors += validate_management(spec)
    errors += validate_stateful_strategy(spec)
    errors += _validate_retention(spec)
    errors += not_negative(spec, "replicas", SPEC)
    errors += not_negative(spec, "minReadySeconds", SPEC)
    start = int_at(map_at(spec, "ordinals"), "start")
    if start is not None and start < 0:
        shown = (*SPEC, "ordinals.start")
        errors.append(invalid((*SPEC, "ordinals", "start"), start, NOT_NEGATIVE, shown=shown))
    errors += _validate_selector(spec, "empty selector is invalid for statefulset")
    errors += _validate_matching(spec, "")
    claims = frozenset(
        text_at(map_at(claim, "metadata"), "name") for claim in maps_at(spec, "volumeClaimTemplates")
    )
    errors += validate_template(map_at(spec, "template"), _TEMPLATE, rules, claims)
    for index, claim in enumerate(maps_at(spec, "volumeClaimTemplates")):
        errors += validate_claim_spec(map_at(claim, "spec"), (*SPEC, "volumeClaimTemplates", index, "spec"))
    errors += _validate_always(map_at(spec, "template"), "StatefulSet")
    return errors if old is None else errors + _validate_stateful_update(spec, map_at(old, "spec"), rules)


def validate_replication_controller(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    template, selector = spec.get("template"), texts_at(spec, "selector")
    errors += not_negative(spec, "minReadySeconds", SPEC)
    if not selector:
        errors.append(required(_SELECTOR))
    errors += not_negative(spec, "replicas", SPEC)
    if not isinstance(template, dict):
        return [*errors, required(_TEMPLATE)]
    if selector and not matches_template(from_map(selector), template):
        errors.append(_mismatch(template))
    errors += validate_template(template, _TEMPLATE, rules)
    return errors + _validate_always(template, "ReplicationController")


def _is_empty(selector: Mapping[str, Any]) -> bool:
    return not map_at(selector, "matchLabels") and not maps_at(selector, "matchExpressions")


def _validate_selector(spec: Mapping[str, Any], empty: str) -> list[FieldError]:
    """A selector that is there, well formed, and not empty."""
    selector = spec.get("selector")
    if not isinstance(selector, dict):
        return [required(_SELECTOR)]
    errors = validate_label_selector(selector, _SELECTOR)
    if _is_empty(selector):
        errors.append(invalid(_SELECTOR, selector, empty, LABEL_SELECTOR))
    return errors


def _validate_matching(spec: Mapping[str, Any], broken: str) -> list[FieldError]:
    """The template's labels satisfy the selector; a missing selector matches nothing."""
    selector = selector_of(spec.get("selector"))
    if selector is None:
        return [invalid(_SELECTOR, spec.get("selector"), broken, LABEL_SELECTOR)]
    template = map_at(spec, "template")
    if selector.is_everything or matches_template(selector, template):
        return []
    return [_mismatch(template)]


def _mismatch(template: Mapping[str, Any]) -> FieldError:
    meta = map_at(template, "metadata")
    at: Path = (*_TEMPLATE, "metadata", "labels")
    labels: Any = dict(map_at(meta, "labels")) or GoValue(None, "map[string]string(nil)")
    return invalid(at, labels, _MISMATCH, LABELS)


def _validate_replica_template(spec: Mapping[str, Any], rules: Behaviour) -> list[FieldError]:
    errors = _validate_matching(spec, "invalid label selector")
    if selector_of(spec.get("selector")) is None:
        return errors
    template = map_at(spec, "template")
    return errors + validate_template(template, _TEMPLATE, rules) + _validate_always(template, "ReplicaSet")


def _validate_always(template: Mapping[str, Any], kind: str) -> list[FieldError]:
    """Workloads that keep Pods running: restartPolicy Always and no deadline."""
    errors: list[FieldError] = []
    pod_spec, at = map_at(template, "spec"), (*_TEMPLATE, "spec")
    policy = text_at(pod_spec, "restartPolicy")
    if policy != "Always":
        errors.append(not_supported((*at, "restartPolicy"), policy, ("Always",)))
    if pod_spec.get("activeDeadlineSeconds") is not None:
        detail = f"activeDeadlineSeconds in {kind} is not Supported"
        errors.append(forbidden((*at, "activeDeadlineSeconds"), detail))
    return errors


def _validate_same_selector(spec: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[FieldError]:
    return [] if old is None else unchanged(spec, map_at(old, "spec"), "selector", SPEC, LABEL_SELECTOR)


def _validate_retention(spec: Mapping[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    policy = spec.get("persistentVolumeClaimRetentionPolicy")
    if isinstance(policy, dict):
        for key in ("whenDeleted", "whenScaled"):
            value = text_at(policy, key)
            if value not in ("Retain", "Delete"):
                at = (*SPEC, "persistentVolumeClaimRetentionPolicy", key)
                errors.append(not_supported(at, value, ("Retain", "Delete")))
    return errors


_MUTABLE = (
    "replicas",
    "template",
    "updateStrategy",
    "minReadySeconds",
    "ordinals",
    "persistentVolumeClaimRetentionPolicy",
)


def _validate_stateful_update(
    spec: Mapping[str, Any], old: Mapping[str, Any], rules: Behaviour
) -> list[FieldError]:
    """Everything but the listed fields stays as it was."""
    history = rules.stateful_set_history_mutable
    mutable = (*_MUTABLE, "revisionHistoryLimit") if history else _MUTABLE
    if all(spec.get(key) == old.get(key) for key in {*spec, *old} - set(mutable)):
        return []
    detail = (
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
        + ("'revisionHistoryLimit', " if history else "")
        + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
    )
    return [forbidden(SPEC, detail)]
