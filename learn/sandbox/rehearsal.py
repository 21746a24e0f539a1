"""Any manifest played in a cluster of its own: what it leaves open is filled in, and told."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from learn.cluster.api.access import list_at, map_at, maps_at, text_at
from learn.cluster.api.images import parse_image
from learn.cluster.images import CATALOGUE, PullFailure, find_image
from learn.sandbox.objects import ManifestObject, templates_of
from learn.sandbox.runs import Played, play
from learn.sandbox.spelling import nearest

_BUILT_IN_NAMESPACES = frozenset({"", "default", "kube-system", "kube-public", "kube-node-lease"})
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_SHELLS = frozenset({"sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash"})
_ONCE = frozenset({"Job", "CronJob"})
_ONCE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class _Use:
    """How a manifest uses an image that the simulator does not know."""

    ports: set[int] = field(default_factory=set)
    programs: set[str] = field(default_factory=set)
    stays: list[bool] = field(default_factory=list)

    def as_app(self) -> dict[str, Any]:
        """A program that starts at once, listens where it is asked and answers everything.

        It ends after a few seconds where it only stands in init containers and Jobs.
        """
        app = {"memory": "16Mi", "otherwise": {"body": "{host}\n"}}
        lasting = {} if any(self.stays) else {"runSeconds": _ONCE_SECONDS}
        return {**app, **lasting, "listens": sorted(self.ports), "programs": sorted(self.programs)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A manifest as it was played; `played` is None where there is nothing to play.

    `stand_ins` are images that a general program stood in for, `misspelt` names of images with the known
    one that was probably meant (they cannot be pulled), `namespaces` were made beforehand.
    """

    played: Played | None
    stand_ins: tuple[str, ...]
    misspelt: tuple[tuple[str, str], ...]
    namespaces: tuple[str, ...]


def rehearse(objects: Sequence[ManifestObject], *, seconds: int, version: str) -> Rehearsal:
    """Play the objects of a manifest without errors for some seconds in a cluster of three nodes.

    Equal inputs are played once. Never raises for a manifest that passed the check.
    """
    written = [named for obj in objects if (named := _named(obj.value))]
    if not written:
        return Rehearsal(played=None, stand_ins=(), misspelt=(), namespaces=())
    uses = _uses_of_unknown_images(written)
    misspelt = tuple((name, meant) for name in uses if (meant := _meant(name)))
    stand_ins = tuple(name for name in uses if not _meant(name))
    namespaces = tuple(_missing_namespaces(objects))
    scenario = {
        "version": version,
        "duration": seconds,
        "images": {name: uses[name].as_app() for name in stand_ins},
        "manifests": [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in namespaces
        ],
    }
    played = play("sandbox", json.dumps(scenario, sort_keys=True), json.dumps(written, sort_keys=True))
    return Rehearsal(played=played, stand_ins=stand_ins, misspelt=misspelt, namespaces=namespaces)


def _named(value: dict[str, Any]) -> dict[str, Any] | None:
    """The object with the name that the server would make for it; None for what is no object, a tool's file."""
    metadata = map_at(value, "metadata")
    if text_at(metadata, "name"):
        return value
    prefix = text_at(metadata, "generateName")
    return {**value, "metadata": {**metadata, "name": f"{prefix}x7k2p"}} if prefix else None


def _uses_of_unknown_images(written: Sequence[dict[str, Any]]) -> dict[str, _Use]:
    found: dict[str, _Use] = {}
    for container, stays in _containers(written):
        name = container.get("image")
        if not isinstance(name, str) or not _is_unknown(name):
            continue
        use = found.setdefault(name, _Use())
        use.ports.update(_ports(container))
        use.stays.append(stays)
        command = list_at(container, "command")[:1]
        use.programs.update(str(word) for word in command if word not in _SHELLS)
    return found


def _containers(written: Sequence[dict[str, Any]]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Every container of every template, and whether it is meant to go on running."""
    for value in written:
        for template in templates_of(value):
            for container in maps_at(template["spec"], "initContainers"):
                yield container, container.get("restartPolicy") == "Always"
            for container in maps_at(template["spec"], "containers"):
                yield container, template["kind"] not in _ONCE


def _is_unknown(name: str) -> bool:
    found = find_image({}, name)
    return isinstance(found, PullFailure) and found.reason == "ErrImagePull"


def _ports(container: Mapping[str, Any]) -> Iterator[int]:
    declared = {port.get("name"): port.get("containerPort") for port in maps_at(container, "ports")}
    asked = [
        map_at(map_at(container, probe), way).get("port")
        for probe in _PROBES
        for way in ("httpGet", "tcpSocket", "grpc")
    ]
    for port in [*declared.values(), *(declared.get(each, each) for each in asked)]:
        if isinstance(port, int) and 0 < port < 65536:
            yield port


def _meant(name: str) -> str:
    """The known image of which `name` is a misspelling, "" if there is none."""
    reference = parse_image(name)
    known = {entry.partition(":")[0]: entry for entry in CATALOGUE}
    if reference is None or "/" in name:
        return ""
    written = name.partition(":")[0]
    return "" if written in known else nearest(written, (each for each in known if "/" not in each)) or ""


def _missing_namespaces(objects: Sequence[ManifestObject]) -> list[str]:
    made = {obj.name for obj in objects if obj.kind == "Namespace"}
    return sorted({obj.namespace for obj in objects} - made - _BUILT_IN_NAMESPACES)
