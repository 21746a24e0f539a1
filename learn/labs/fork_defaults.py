"""The numbers that count in a run although the manifest leaves them out: the API's defaults, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.access import map_at, maps_at
from learn.cluster.api.fielderror import Path
from learn.cluster.probes import FIELDS
from learn.sandbox.objects import TEMPLATE_PATHS, ManifestObject

_PROBES = frozenset(FIELDS.values())
_PROBE = {"failureThreshold": 3, "periodSeconds": 10, "timeoutSeconds": 1, "initialDelaySeconds": 0}
_ROLLOUT: Path = ("spec", "strategy", "rollingUpdate")
_SCALE_DOWN: Path = ("spec", "behavior", "scaleDown", "stabilizationWindowSeconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritten:
    """A field that an object leaves out, with its default; the object has the first `present` steps of its path."""

    path: Path
    present: int
    default: int | str

    def written(self, value: int | str) -> tuple[Path, object]:
        """The entry that brings the field into the object: where it goes, and what it holds."""
        entry: object = value
        for step in reversed(self.path[self.present + 1 :]):
            entry = {step: entry}
        return self.path[: self.present + 1], entry


def unwritten_fields(obj: ManifestObject) -> Iterator[Unwritten]:
    """What probes, rollouts and autoscaling go by; the values are those of `pkg/apis/*/v*/defaults.go`.

    The window for scaling down is `--horizontal-pod-autoscaler-downscale-stabilization` of kube-controller-manager.
    """
    for path, default in _defaults(obj):
        present = _present(obj.value, path)
        if present is not None:
            yield Unwritten(path=path, present=present, default=default)


def _defaults(obj: ManifestObject) -> Iterator[tuple[Path, int | str]]:
    spec = map_at(obj.value, "spec")
    if obj.kind in TEMPLATE_PATHS:
        yield from _of_pods(obj)
    if obj.kind == "Deployment":
        yield ("spec", "replicas"), 1
        if map_at(spec, "strategy").get("type") != "Recreate":
            yield (*_ROLLOUT, "maxSurge"), "25%"
            yield (*_ROLLOUT, "maxUnavailable"), "25%"
    elif obj.kind == "HorizontalPodAutoscaler":
        yield ("spec", "minReplicas"), 1
        yield _SCALE_DOWN, 300


def _of_pods(obj: ManifestObject) -> Iterator[tuple[Path, int | str]]:
    """Every probe's numbers; how long an end may take, where a probe may bring one about."""
    above: Path = (*TEMPLATE_PATHS[obj.kind], "spec")
    spec: Mapping[str, Any] = obj.value
    for step in above:
        spec = map_at(spec, str(step))
    ends = False
    for lists in ("initContainers", "containers"):
        for index, container in enumerate(maps_at(spec, lists)):
            for probe in container:
                if probe in _PROBES and map_at(container, probe):
                    ends = ends or probe != FIELDS["readiness"]
                    yield from (
                        ((*above, lists, index, probe, name), value) for name, value in _PROBE.items()
                    )
    if ends:
        yield (*above, "terminationGracePeriodSeconds"), 30


def _present(value: Any, path: Path) -> int | None:
    """How many steps of a path there are, up to a map that may be added to; None where no such map is."""
    for count, step in enumerate(path):
        if isinstance(value, dict) and step not in value:
            return count if value else None
        if not isinstance(value, (dict, list)):
            return None
        value = value[step]  # type: ignore[index]  # a list's step is the index of one of its items
    return None
