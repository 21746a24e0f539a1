"""What a kind shows in `kubectl get`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from learn.cluster.clock import parse_timestamp
from learn.kubectl.duration import human_duration

Obj = Mapping[str, Any]
Cells = Sequence[str]
NONE = "<none>"


@dataclass(frozen=True, slots=True)
class Columns:
    """
    The header of a kind and how an object fills it; `wide` ones appear with `-o wide` only.

    `cells(obj, now_ms)` returns one text per column, wide ones included; `now_ms` counts since 1970.
    """

    names: tuple[str, ...]
    wide: tuple[str, ...]
    cells: Callable[[Obj, int], Cells]


def columns(names: str, wide: str = "") -> Callable[[Callable[[Obj, int], Cells]], Columns]:
    """Declare a printer: `@columns("NAME|READY|AGE", wide="IP|NODE")`."""

    def declare(cells: Callable[[Obj, int], Cells]) -> Columns:
        return Columns(tuple(names.split("|")), tuple(wide.split("|")) if wide else (), cells)

    return declare


def name_of(obj: Obj) -> str:
    return str(obj["metadata"]["name"])


def age(obj: Obj, now_ms: int) -> str:
    return age_of(obj["metadata"].get("creationTimestamp"), now_ms)


def age_of(timestamp: str | None, now_ms: int) -> str:
    """Write how long ago an instant was; `<unknown>` without one."""
    return span(timestamp, now_ms) if timestamp else "<unknown>"


def span(timestamp: str, until_ms: int) -> str:
    return human_duration((until_ms - parse_timestamp(timestamp)) // 1000)


def labels_text(labels: Mapping[str, str] | None) -> str:
    """Write labels as `a=b,c=d`, sorted; `<none>` without any."""
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) if labels else NONE


def containers_of(obj: Obj) -> list[Obj]:
    template = obj["spec"].get("template") or {}
    return list((template.get("spec") or {}).get("containers") or ())


def names_and_images(obj: Obj) -> tuple[str, str]:
    """The CONTAINERS and IMAGES cells of a workload."""
    containers = containers_of(obj)
    return (
        ",".join(item["name"] for item in containers),
        ",".join(item.get("image", "") for item in containers),
    )


def status_of(obj: Obj) -> Obj:
    return obj.get("status") or {}


def more(items: Sequence[str], limit: int) -> str:
    """Join at most `limit` items, and say how many were left out."""
    shown = ",".join(items[:limit])
    return f"{shown} + {len(items) - limit} more..." if len(items) > limit else shown
