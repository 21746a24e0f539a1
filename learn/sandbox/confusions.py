"""Well-known confusions of form: how another tool, or an older API, writes what stands here.

The names of types are those of the Kubernetes API reference. Former fields: "Deprecated API Migration Guide"
(Ingress) and "Migrating from autoscaling/v2beta1" in the reference of HorizontalPodAutoscaler.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from learn.cluster.api.access import map_at
from learn.cluster.api.conformance import Departure, Problem
from learn.cluster.api.schema import Schema, Type
from learn.sandbox.diagnostics import Edit, Fix
from learn.sandbox.edits import last_line, replace_scalar
from learn.sandbox.objects import ManifestObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """A departure from the schema whose cause is known: its code, the fix, and what the words need."""

    code: str
    fix: Fix | None = None
    params: Mapping[str, str] = field(default_factory=dict)


_MAIN_FIELDS = {
    "ConfigMapEnvSource": "name",
    "ConfigMapVolumeSource": "name",
    "ContainerPort": "containerPort",
    "DaemonSetUpdateStrategy": "type",
    "DeploymentStrategy": "type",
    "HTTPGetAction": "port",
    "HostPathVolumeSource": "path",
    "LocalObjectReference": "name",
    "ObjectMeta": "name",
    "PersistentVolumeClaimVolumeSource": "claimName",
    "SecretEnvSource": "name",
    "SecretVolumeSource": "secretName",
    "ServiceBackendPort": "number",
    "ServicePort": "port",
    "SleepAction": "seconds",
    "StatefulSetUpdateStrategy": "type",
    "TCPSocketAction": "port",
}
"""The field that a single value in the place of a whole object means."""

_NUMBERS = frozenset({"containerPort", "number", "port", "seconds"})

_RESOURCES = frozenset({"cpu", "memory", "storage", "ephemeral-storage"})
_RESOURCE_TYPES = frozenset({"ResourceRequirements", "VolumeResourceRequirements"})

_WITHOUT_REPLICAS = frozenset({"PodSpec", "DaemonSetSpec", "JobSpec", "CronJobSpec"})

_FORMER_FIELDS = {
    ("HorizontalPodAutoscalerSpec", "targetCPUUtilizationPercentage"): "metrics",
    ("IngressBackend", "serviceName"): "service.name",
    ("IngressBackend", "servicePort"): "service.port.number",
    ("IngressSpec", "backend"): "defaultBackend",
    ("ResourceMetricSource", "targetAverageUtilization"): "target.averageUtilization",
    ("ResourceMetricSource", "targetAverageValue"): "target.averageValue",
}
"""What older versions of an API called a field, by type; the path that holds it now."""

_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)=(.*)")
_MAPPED_PORT = re.compile(r"(?:[0-9.]+:)?([0-9]{1,5}):([0-9]{1,5})")
_PORT = re.compile(r"[0-9]{1,5}")
_UNITS = {
    "Seconds": re.compile(r"([0-9]{1,9}) *(?:s|sec|秒)"),
    "Utilization": re.compile(r"([0-9]{1,9}) *%"),
    "Percentage": re.compile(r"([0-9]{1,9}) *%"),
}


def confusion_of(obj: ManifestObject, problem: Problem) -> Confusion | None:
    """The known cause of an unknown field or a value of the wrong type, if there is one."""
    if problem.departure is Departure.UNKNOWN_FIELD:
        return (
            _former_field(problem)
            or _newer_field(obj, problem)
            or _left_out_level(obj, problem)
            or _needless_level(obj, problem, problem.schema)
            or _number_of_pods(problem)
        )
    value, wanted = problem.value, problem.schema.type
    if isinstance(value, dict):
        return _environment_map(obj, problem) or _labels_of_map(obj, problem)
    if isinstance(value, str) and wanted is Type.INTEGER:
        return _integer_with_unit(obj, problem)
    if isinstance(value, (str, int)) and not isinstance(value, bool) and wanted is Type.OBJECT:
        return _short_form(obj, problem)
    return None


def _former_field(problem: Problem) -> Confusion | None:
    instead = _FORMER_FIELDS.get((problem.schema.short_name, str(problem.path[-1])))
    return Confusion(code="schema-former-field", params={"instead": instead}) if instead else None


def _newer_field(obj: ManifestObject, problem: Problem) -> Confusion | None:
    """`metrics` and `behavior` in an HPA of autoscaling/v1."""
    if (obj.api_version, problem.schema.short_name) != ("autoscaling/v1", "HorizontalPodAutoscalerSpec"):
        return None
    if problem.path[-1] not in ("metrics", "behavior"):
        return None
    is_mixed = "targetCPUUtilizationPercentage" in map_at(obj.value, "spec")
    fix = None if is_mixed else replace_scalar(obj, ("apiVersion",), "autoscaling/v2")
    return Confusion(
        code="schema-newer-field", fix=fix, params={"api": obj.api_version, "newer": "autoscaling/v2"}
    )


def _left_out_level(obj: ManifestObject, problem: Problem) -> Confusion | None:
    """`selector: {app: web}` for its matchLabels, `resources: {cpu: 1}` for its requests."""
    name = problem.schema.short_name
    if isinstance(problem.value, (dict, list)):
        return None
    if name == "LabelSelector" and not _is_written(obj, problem, "matchLabels"):
        level = "matchLabels"
    elif name in _RESOURCE_TYPES and problem.path[-1] in _RESOURCES:
        level = "requests"
    else:
        return None
    fix = _deepened(obj, problem, level)
    return Confusion(code="schema-level-left-out", fix=fix, params={"level": level})


def _is_written(obj: ManifestObject, problem: Problem, name: str) -> bool:
    """Whether `name` stands beside the field."""
    _, beside = obj.document.locate((*obj.base, *problem.path[:-1]))
    return isinstance(beside, yaml.MappingNode) and any(key.value == name for key, _ in beside.value)


def _deepened(obj: ManifestObject, problem: Problem, level: str) -> Fix | None:
    """Put `level:` above a block mapping, and the mapping two columns deeper; None beside other levels."""
    _, node = obj.document.locate((*obj.base, *problem.path[:-1]))
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return None
    if not all(isinstance(value, yaml.ScalarNode) for _, value in node.value):
        return None
    column, first = node.start_mark.column, node.start_mark.line
    if obj.document.lines[first][:column].strip():
        return None
    edits = [_insert(first, column, f"{level}:\n{' ' * column}  ")]
    edits += [_insert(line, 0, "  ") for line in range(first + 1, last_line(node) + 1)]
    return Fix(edits=tuple(edits))


def _needless_level(obj: ManifestObject, problem: Problem, owner: Schema) -> Confusion | None:
    """A ConfigMap's `spec: {data: …}`: what stands below the unknown field belongs to its owner."""
    names = problem.value.keys() if isinstance(problem.value, dict) else ()
    _, beside = obj.document.locate((*obj.base, *problem.path[:-1]))
    present = {key.value for key, _ in beside.value} if isinstance(beside, yaml.MappingNode) else set()
    if not names or not all(name in owner.properties and name not in present for name in names):
        return None
    return _lifted(obj, problem, next(iter(names)))


def _labels_of_map(obj: ManifestObject, problem: Problem) -> Confusion | None:
    """A Service's `selector: {matchLabels: {app: web}}`."""
    if problem.schema.type is not Type.STRING or problem.path[-1] != "matchLabels" or not problem.value:
        return None
    return _lifted(obj, problem, next(iter(problem.value)))


def _lifted(obj: ManifestObject, problem: Problem, inner: str) -> Confusion:
    """The finding on a level too many; its fix takes the level's line away and moves what is below up."""
    key, node = obj.document.locate((*obj.base, *problem.path))
    fix = None
    if isinstance(key, yaml.ScalarNode) and isinstance(node, yaml.MappingNode) and not node.flow_style:
        start = key.start_mark
        depth = node.start_mark.column - start.column
        if start.line < node.start_mark.line and depth > 0 and _starts_line(obj, start):
            below = range(start.line + 1, last_line(node) + 1)
            edits = [_cut(start.line, 0, start.line + 1, 0)]
            edits += [_cut(line, 0, line, depth) for line in below if obj.document.lines[line].strip()]
            fix = Fix(edits=tuple(edits))
    params = {"level": str(problem.path[-1]), "inner": inner[:40]}
    return Confusion(code="schema-needless-level", fix=fix, params=params)


def _starts_line(obj: ManifestObject, mark: yaml.Mark) -> bool:
    return not obj.document.lines[mark.line][: mark.column].strip()


def _number_of_pods(problem: Problem) -> Confusion | None:
    """`replicas` in a Pod, a DaemonSet or a Job."""
    if problem.path != ("spec", "replicas") or problem.schema.short_name not in _WITHOUT_REPLICAS:
        return None
    return Confusion(code="schema-without-replicas")


def _environment_map(obj: ManifestObject, problem: Problem) -> Confusion | None:
    """`env: {PORT: 8080}`, as Docker Compose has it."""
    items = problem.schema.items
    if items is None or items.short_name != "EnvVar" or not problem.value:
        return None
    if any(isinstance(value, (dict, list)) for value in problem.value.values()):
        return None
    params = {"key": str(next(iter(problem.value)))[:40]}
    return Confusion(code="schema-environment-map", fix=_listed_variables(obj, problem), params=params)


def _listed_variables(obj: ManifestObject, problem: Problem) -> Fix | None:
    _, node = obj.document.locate((*obj.base, *problem.path))
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return None
    column = node.start_mark.column
    edits = []
    for key, value in node.value:
        if not isinstance(value, yaml.ScalarNode) or key.start_mark.line != value.end_mark.line:
            return None
        start, end = key.start_mark, value.end_mark
        written = _quoted(value.value)
        edits.append(
            Edit(
                line=start.line + 1,
                column=start.column + 1,
                end_line=end.line + 1,
                end_column=end.column + 1,
                text=f"- name: {key.value}\n{' ' * column}  value: {written}",
            )
        )
    return Fix(edits=tuple(edits))


def _integer_with_unit(obj: ManifestObject, problem: Problem) -> Confusion | None:
    """`periodSeconds: 10s`, `averageUtilization: 50%`."""
    for ending, pattern in _UNITS.items():
        match = pattern.fullmatch(problem.value)
        if match is not None and str(problem.path[-1]).endswith(ending):
            fix = replace_scalar(obj, problem.path, match[1])
            return Confusion(code="schema-integer-with-unit", fix=fix, params={"meant": match[1]})
    return None


def _short_form(obj: ManifestObject, problem: Problem) -> Confusion | None:
    """One value in the place of an object: `strategy: Recreate`, `- PORT=8080`, `- "8080:80"`."""
    meant = _meant_fields(problem.schema.short_name, problem.value)
    if not meant:
        return None
    lines = [f"{name}: {text}" for name, text in meant.items()]
    return Confusion(
        code="schema-short-form",
        fix=_spelt_out(obj, problem, lines),
        params={"meant": "、".join(f"`{line}`" for line in lines)},
    )


def _meant_fields(type_name: str, value: str | int) -> dict[str, str]:
    """The fields that the value stands for, as YAML; empty where that is not certain."""
    text = str(value).strip()
    if type_name == "EnvVar":
        match = _VARIABLE.fullmatch(text)
        return {"name": match[1], "value": _quoted(match[2])} if match else {}
    if type_name in ("ServicePort", "ContainerPort") and (mapped := _MAPPED_PORT.fullmatch(text)):
        published, target = mapped[1], mapped[2]
        if type_name == "ContainerPort":
            return {"containerPort": target}
        return {"port": published, "targetPort": target}
    main = _MAIN_FIELDS.get(type_name)
    if main is None or not text or len(text.split()) > 1:
        return {}
    if type_name == "ServiceBackendPort" and isinstance(value, str):
        main = "name"
    if main in _NUMBERS:
        return {main: text} if _PORT.fullmatch(text) else {}
    return {main: text} if isinstance(value, str) and ":" not in text else {}


def _spelt_out(obj: ManifestObject, problem: Problem, lines: list[str]) -> Fix | None:
    """Write the fields below the key, or in the place of the list's item."""
    key, node = obj.document.locate((*obj.base, *problem.path))
    _, parent = obj.document.locate((*obj.base, *problem.path[:-1]))
    start, end = node.start_mark, node.end_mark
    if start.line != end.line or getattr(parent, "flow_style", True):
        return None
    column = start.column
    if key is None:
        text = ("\n" + " " * column).join(lines)
    elif key.end_mark.line == start.line:
        column = key.end_mark.column + 1
        text = "".join(f"\n{' ' * (key.start_mark.column + 2)}{line}" for line in lines)
    else:
        return None
    line = start.line + 1
    return Fix(
        edits=(Edit(line=line, column=column + 1, end_line=line, end_column=end.column + 1, text=text),)
    )


def _quoted(text: Any) -> str:
    escaped = str(text).strip("\"'").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _cut(line: int, column: int, end_line: int, end_column: int) -> Edit:
    return Edit(line=line + 1, column=column + 1, end_line=end_line + 1, end_column=end_column + 1, text="")


def _insert(line: int, column: int, text: str) -> Edit:
    return Edit(line=line + 1, column=column + 1, end_line=line + 1, end_column=column + 1, text=text)
