"""What a filter answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, TypeAlias

from learn.cluster.scheduling.nodeinfo import NodeInfo


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a node does not take a Pod.

    `resolvable`: it might, were other Pods not there (upstream's Unschedulable against
    UnschedulableAndUnresolvable).  `field` is the path in the Pod that decided, `detail` the numbers.
    """

    plugin: str
    reasons: tuple[str, ...]
    resolvable: bool = False
    field: str = ""
    detail: Mapping[str, Any] = dataclass_field(default_factory=dict)


NodeFilter: TypeAlias = Callable[[NodeInfo], Refusal | None]
"""One plugin, prepared for one Pod: None means that the node passes."""


class Refused(Exception):
    """The Pod cannot be scheduled whatever the node (a PreFilter's refusal); the message is upstream's."""

    def __init__(self, plugin: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.plugin = plugin
        self.message = message
        self.field = field
