"""What becomes of a request, as plain data: the hops that it took, and its answer or the reason for none."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from learn.cluster.objects import Ref


class HopKind(StrEnum):
    """One step of the way, in the order in which a request may meet them."""

    DNS = "dns"
    LOAD_BALANCER = "load-balancer"
    NODE_PORT = "node-port"
    HOST_PORT = "host-port"
    SERVICE = "service"
    ENDPOINT = "endpoint"
    POLICY = "network-policy"
    PROXY = "proxy"
    INGRESS = "ingress"
    ROUTE = "route"
    MIRROR = "mirror"
    POD = "pod"


class Symptom(StrEnum):
    """What the client sees where it gets no answer (`curl.text` says it in curl's words)."""

    UNRESOLVED = "unresolved"
    REFUSED = "refused"
    CONNECT_TIMEOUT = "connect-timeout"
    NO_ANSWER = "no-answer"
    EMPTY_REPLY = "empty-reply"
    WRONG_TLS = "wrong-tls"
    BAD_CERTIFICATE = "bad-certificate"


class Reason(StrEnum):
    """Why there is no good answer: what a lesson explains and a goal asks for."""

    CLIENT_NOT_RUNNING = "client-not-running"
    NAME_NOT_FOUND = "name-not-found"
    NAME_WITHOUT_ADDRESS = "name-without-address"
    DNS_BLOCKED = "dns-blocked"
    DNS_DOWN = "dns-down"
    NOT_ROUTABLE = "not-routable"
    PORT_NOT_SERVED = "port-not-served"
    NO_RULES = "no-rules"
    SOURCE_RANGE = "source-range"
    NO_ENDPOINTS = "no-endpoints"
    NO_LOCAL_ENDPOINTS = "no-local-endpoints"
    NO_TARGETS = "no-targets"
    NODE_DOWN = "node-down"
    NO_SUCH_ADDRESS = "no-such-address"
    NOT_LISTENING = "not-listening"
    LOCALHOST_ONLY = "localhost-only"
    POLICY_EGRESS = "policy-egress"
    POLICY_INGRESS = "policy-ingress"
    CUT = "network-cut"
    HANG = "hang"
    NOT_HTTP = "not-http"
    NOT_TLS = "not-tls"
    CERTIFICATE = "certificate"
    NO_RULE_MATCHES = "no-rule-matches"
    BACKEND_NOT_FOUND = "backend-not-found"
    REF_NOT_PERMITTED = "ref-not-permitted"
    UPSTREAM_REFUSED = "upstream-refused"
    UPSTREAM_TIMEOUT = "upstream-timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step: the object that decided it, the field or rule of it, and what it did."""

    kind: HopKind
    ref: Ref | None = None
    field: str = ""
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The certificate that a TLS handshake showed; `secret` is "namespace/name", empty for one made up by a proxy."""

    subject: str
    hosts: tuple[str, ...] = ()
    secret: str = ""

    @property
    def is_trusted(self) -> bool:
        return bool(self.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    An HTTP answer, or an opened connection (`status` 0) where no HTTP was asked for.

    `pod` ("namespace/name") is the application's Pod; it is empty where a proxy or load balancer answered
    by itself, and `reason` then says why.  `source_ip` is the client's address as the Pod saw it.
    """

    status: int
    body: str = ""
    pod: str = ""
    container: str = ""
    source_ip: str = ""
    location: str = ""
    reason: Reason | None = None
    latency_ms: int = 0
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """No answer: what the client sees, and why; `pod` is the Pod that should have answered, if one was chosen."""

    symptom: Symptom
    reason: Reason
    pod: str = ""
    elapsed_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one request met: its hops in order, and either an answer or a failure."""

    hops: tuple[Hop, ...]
    answer: Answer | None = None
    failure: Failure | None = None
    certificate: Certificate | None = None
    text: str = ""
    exit_code: int = 0

    @property
    def is_ok(self) -> bool:
        """An answer below 400, or an opened connection."""
        return self.answer is not None and self.answer.status < 400

    @property
    def pod(self) -> str:
        if self.answer:
            return self.answer.pod
        return self.failure.pod if self.failure else ""

    @property
    def reason(self) -> Reason | None:
        if self.answer:
            return self.answer.reason
        return self.failure.reason if self.failure else None

    @property
    def route(self) -> tuple[str, ...]:
        """The kinds of the hops, e.g. ("dns", "service", "endpoint", "pod")."""
        return tuple(hop.kind.value for hop in self.hops)


@dataclass(frozen=True, slots=True)
class Trip:
    """A way so far and its chance among all ways of this request."""

    hops: tuple[Hop, ...] = ()
    weight: Fraction = Fraction(1)
    certificate: Certificate | None = None

    def via(self, kind: HopKind, ref: Ref | None = None, field: str = "", **data: Any) -> Trip:
        hop = Hop(kind=kind, ref=ref, field=field, data=data)
        return Trip((*self.hops, hop), self.weight, self.certificate)

    def times(self, share: Fraction) -> Trip:
        return self if share == 1 else Trip(self.hops, self.weight * share, self.certificate)

    def with_certificate(self, certificate: Certificate) -> Trip:
        return Trip(self.hops, self.weight, certificate)
