"""Pieces that the Gateway API's schemas share: names, references, conditions."""

from typing import Any

from learn.cluster.api.structural import (
    CONDITION,
    Raw,
    keyed,
    struct,
    text,
)

GROUP = "gateway.networking.k8s.io"
SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
NAMESPACE = text(1, 63, r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
NAME = text(1, 253)
SECTION = text(1, 253, rf"^{SUBDOMAIN}$")
HOSTNAME = text(1, 253, rf"^(\*\.)?{SUBDOMAIN}$")
PRECISE_HOSTNAME = text(1, 253, rf"^{SUBDOMAIN}$")
KIND_PATTERN = r"^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$"
HEADER_NAME = text(1, 256, r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$")
DURATION = text(pattern=r"^([0-9]{1,5}(h|m|s|ms)){1,4}$")


def group(**more: Any) -> Raw:
    """The API group of something referred to; "" is the core group."""
    return text(high=253, pattern=rf"^$|^{SUBDOMAIN}$", **more)


def kind(**more: Any) -> Raw:
    """The kind of something referred to."""
    return text(1, 63, KIND_PATTERN, **more)


PARAMETERS: Raw = struct(
    {"group": group(), "kind": kind(), "name": NAME, "namespace": NAMESPACE},
    required=("group", "kind", "name"),
)
CONDITIONS: Raw = keyed(CONDITION, "type", high=8)
SECRET_REFERENCE: Raw = struct(
    {
        "group": group(default=""),
        "kind": kind(default="Secret"),
        "name": NAME,
        "namespace": NAMESPACE,
    },
    required=("name",),
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
