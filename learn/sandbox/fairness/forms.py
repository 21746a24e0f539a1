"""Other manifests that say the same as a solution, or add what does no harm.

A form is a function that changes copies of the objects in place. It may find nothing to change.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from learn.cluster.api.access import copy_json, list_at, map_at, text_at
from learn.cluster.api.defaults import apply_defaults
from learn.sandbox.fairness.names import (
    PROBES,
    Fixed,
    Object,
    containers,
    label_maps,
    pod_specs,
    port_names,
    probe_handlers,
    relabel,
    rename_port,
    rename_volume,
    service_ports,
)
from learn.sandbox.objects import TEMPLATE_PATHS

Form = Callable[[list[Object], Fixed, random.Random], None]

_UNORDERED = frozenset({"containers", "env", "ports", "volumes", "volumeMounts"})
_HARMLESS: Mapping[str, Mapping[str, Any]] = {
    "container": {
        "imagePullPolicy": "IfNotPresent",
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "stdin": False,
    },
    "pod": {"enableServiceLinks": False, "dnsPolicy": "ClusterFirst", "hostNetwork": False, "nodeSelector": {}},
    "Deployment": {"revisionHistoryLimit": 5, "progressDeadlineSeconds": 900, "paused": False},
    "Job": {"backoffLimit": 4, "activeDeadlineSeconds": 600},
    "Service": {"sessionAffinity": "None", "internalTrafficPolicy": "Cluster", "ipFamilyPolicy": "SingleStack"},
}  # fmt: skip


def all_defaults(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """Every default written out."""
    objects[:] = [apply_defaults(obj) for obj in objects]


def some_defaults(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """A drawn part of the defaults written out."""
    objects[:] = [_partly(obj, apply_defaults(obj), rng) for obj in objects]


def _partly(value: Any, full: Any, rng: random.Random) -> Any:
    match value, full:
        case dict(), dict():
            added = {key: item for key, item in full.items() if key not in value and rng.random() < 0.4}
            return {key: _partly(item, full.get(key, item), rng) for key, item in value.items()} | added
        case list(), list() if len(value) == len(full):
            return [_partly(*pair, rng) for pair in zip(value, full, strict=True)]
    return value


def empty_values(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """Zeroes, empty strings and empty lists where leaving a field out means the same."""
    for each in containers(objects):
        for name in PROBES:
            if isinstance(probe := each.get(name), dict):
                probe.setdefault("initialDelaySeconds", 0)
        for kind, handler in probe_handlers(each):
            empty = {"grpc": "service", "httpGet": "host", "tcpSocket": "host"}.get(kind)
            if empty:
                handler.setdefault(empty, "")
        each.setdefault("args", [])
        each.setdefault("env", [])


def shuffled_objects(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """The objects in another order."""
    rng.shuffle(objects)


def shuffled_lists(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """Lists whose order means nothing in another order."""
    for holder in [*pod_specs(objects), *containers(objects)]:
        for key in sorted(_UNORDERED & holder.keys()):
            rng.shuffle(holder[key])


def notes(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """Labels and annotations for people."""
    for obj in objects:
        for metadata in _metadata(obj):
            metadata["annotations"] = {**metadata.get("annotations", {}), "example.com/owner": "波止場"}
            metadata["labels"] = {**metadata.get("labels", {}), "app.kubernetes.io/part-of": "shop"}


def _metadata(obj: Object) -> Iterator[Object]:
    yield obj.setdefault("metadata", {})
    steps = TEMPLATE_PATHS.get(text_at(obj, "kind"), ())
    template: Any = obj
    for step in steps:
        template = map_at(template, str(step))
    if steps and isinstance(template, dict):
        yield template.setdefault("metadata", {})


def namespace_named(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """The default Namespace written out."""
    for obj in objects:
        obj["metadata"].setdefault("namespace", "default")


def harmless_fields(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """Fields that the exercise does not speak of."""
    for each in containers(objects):
        _add(each, _HARMLESS["container"], rng)
        for kind, handler in probe_handlers(each):
            if kind == "httpGet" and rng.random() < 0.5:
                handler["httpHeaders"] = [{"name": "X-Probe", "value": "1"}]
    for spec in pod_specs(objects):
        _add(spec, _HARMLESS["pod"], rng)
    for obj in objects:
        if isinstance(obj.get("spec"), dict):
            _add(obj["spec"], _HARMLESS.get(text_at(obj, "kind"), {}), rng)


def _add(holder: Object, fields: Mapping[str, Any], rng: random.Random) -> None:
    for key, value in fields.items():
        if rng.random() < 0.6:
            holder.setdefault(key, copy_json(value))


def more_environment(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """An environment variable, a scratch volume and a declared port more."""
    for spec in pod_specs(objects):
        spec["volumes"] = [{"name": "scratch", "emptyDir": {}}, *list_at(spec, "volumes")]
    for index, each in enumerate(containers(objects)):
        each["env"] = [{"name": "TZ", "value": "Asia/Tokyo"}, *list_at(each, "env")]
        each["volumeMounts"] = [*list_at(each, "volumeMounts"), {"name": "scratch", "mountPath": "/scratch"}]
        each["ports"] = [{"name": f"metrics-{index}", "containerPort": 9800 + index}, *list_at(each, "ports")]


def one_more_object(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """An object that nothing here uses."""
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "notes"}, "data": {"port": "80"}}
    objects.insert(rng.randrange(len(objects) + 1), config)


def other_port_names(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """Every free port name changed, wherever it is used."""
    for name in port_names(objects):
        if name not in fixed.names:
            rename_port(objects, name, f"{name[:9]}-{rng.choice(('p', 'main', 'x1'))}")


def other_names(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """Every free name of an object, a container or a volume changed."""
    named = [*(obj["metadata"] for obj in objects), *containers(objects)]
    for each in named:
        if (name := text_at(each, "name")) and name not in fixed.names:
            each["name"] = f"{name}-{rng.choice(('b', 'v2'))}"
    for spec in pod_specs(objects):
        for name in [text_at(volume, "name") for volume in list_at(spec, "volumes")]:
            if name not in fixed.names:
                rename_volume(objects, name, f"{name}-{rng.choice(('b', 'v2'))}")


def other_labels(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """Every free label changed, wherever it is set or selected by."""
    pairs = sorted({pair for labels in label_maps(objects) for pair in labels.items()})
    for index, (key, value) in enumerate(pairs):
        if (key, value) not in fixed.labels and key not in fixed.names:
            relabel(objects, (key, value), (rng.choice((key, f"role-{index}")), f"{value}-{index}"))


def ports_by_number(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """Probes and Services that name a port say its number."""
    number_probes(objects)
    numbers = {port["name"]: port["containerPort"] for port in _declared(objects) if "name" in port}
    for port in service_ports(objects):
        if port.get("targetPort") in numbers and _is_one(objects, port["targetPort"]):
            port["targetPort"] = numbers[port["targetPort"]]


def number_probes(objects: Sequence[Object]) -> None:
    """Probes that name a port of their container say its number."""
    for each in containers(objects):
        own = {port["name"]: port["containerPort"] for port in list_at(each, "ports") if "name" in port}
        for _, handler in probe_handlers(each):
            if handler.get("port") in own:
                handler["port"] = own[handler["port"]]


def ports_by_name(objects: list[Object], fixed: Fixed, rng: random.Random) -> None:
    """Probes and Services that say a declared port's number name it."""
    for each in containers(objects):
        own = {port["containerPort"]: port["name"] for port in list_at(each, "ports") if "name" in port}
        for kind, handler in probe_handlers(each):
            if kind != "grpc" and handler.get("port") in own:
                handler["port"] = own[handler["port"]]
    names = {port["containerPort"]: port["name"] for port in _declared(objects) if "name" in port}
    for port in service_ports(objects):
        if port.get("targetPort") in names:
            port["targetPort"] = names[port["targetPort"]]


def _declared(objects: Sequence[Object]) -> list[Object]:
    return [port for each in containers(objects) for port in list_at(each, "ports")]


def _is_one(objects: Sequence[Object], name: str) -> bool:
    return [port.get("name") for port in _declared(objects)].count(name) == 1


FORMS: tuple[Form, ...] = (
    all_defaults,
    some_defaults,
    empty_values,
    shuffled_objects,
    shuffled_lists,
    notes,
    namespace_named,
    harmless_fields,
    more_environment,
    one_more_object,
    other_port_names,
    other_names,
    other_labels,
    ports_by_number,
    ports_by_name,
)
