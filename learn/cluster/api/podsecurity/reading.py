"""What the checks have in common: violations, containers and who sets what."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from learn.cluster.api.access import map_at, maps_at, text_at

Pod: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Violation:
    reason: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


Check: TypeAlias = Callable[[Pod, Mapping[str, Any]], Violation | None]
"""From the Pod and its spec to what it violates."""


def quoted(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


def named(word: str, words: list[str]) -> str:
    """`container "a"`, `containers "a", "b"`."""
    return f"{word}{'s' if len(words) != 1 else ''} {quoted(words)}"


def uses(words: list[str]) -> str:
    return "uses" if len(words) == 1 else "use"


def containers(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Init containers first, as upstream visits them."""
    fields = ("initContainers", "containers", "ephemeralContainers")
    return [container for field in fields for container in maps_at(spec, field)]


def names_where(spec: Mapping[str, Any], bad: Callable[[Mapping[str, Any]], object]) -> list[str]:
    return [text_at(container, "name") for container in containers(spec) if bad(container)]


def context(owner: Mapping[str, Any]) -> Mapping[str, Any]:
    return map_at(owner, "securityContext")


def setters(spec: Mapping[str, Any], bad: Callable[[Mapping[str, Any]], object]) -> list[str]:
    """`pod`, `container "a"`: whose securityContext is bad."""
    setters = ["pod"] if bad(context(spec)) else []
    names = names_where(spec, lambda container: bad(context(container)))
    return [*setters, named("container", names)] if names else setters
