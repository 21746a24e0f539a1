"""What is on its way, and what became of it: the words that the parts of a connection share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from learn.cluster.network.clients import Client
from learn.cluster.network.hops import Failure, Reason, Symptom, Trip
from learn.cluster.network.settings import ExternalHost
from learn.cluster.objects import Obj

if TYPE_CHECKING:
    from learn.cluster.process import Running

T = TypeVar("T")


class Picker(Protocol):
    """Which of several ways to follow: each option comes with its share of all."""

    def __call__(self, options: Sequence[tuple[T, Fraction]]) -> Iterable[tuple[T, Fraction]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """
    An open connection.  `pod` and `container` say who accepted it; `external` stands for a host outside,
    and neither for the API server.  `source_ip` is the client's address as it is seen there.
    """

    ip: str
    port: int
    source_ip: str
    pod: Obj | None = None
    container: str = ""
    running: Running | None = None
    external: ExternalHost | None = None

    @property
    def pod_name(self) -> str:
        return f"{self.pod['metadata']['namespace']}/{self.pod['metadata']['name']}" if self.pod else ""


Step: TypeAlias = tuple[Trip, Connected | Failure]
Place: TypeAlias = tuple[dict[str, Any], Obj, str]
"""Who has an address: the kubelet's record of the Pod, the Pod, and the container that opened the port (or "")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What is on its way: who sent it, the address that it seems to come from, and where it goes."""

    client: Client
    source_ip: str
    ip: str
    port: int
    protocol: str = "TCP"


def failed(symptom: Symptom, reason: Reason, pod: str = "") -> Failure:
    return Failure(symptom=symptom, reason=reason, pod=pod)


def drawn_evenly(options: Sequence[T]) -> list[tuple[T, Fraction]]:
    return [(option, Fraction(1, len(options))) for option in options]
