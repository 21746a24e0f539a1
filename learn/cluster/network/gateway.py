"""
Which HTTPRoutes a Gateway takes, and whether what they refer to is there.

Rules: Gateway API, apis/v1/gateway_types.go, apis/v1/httproute_types.go, apis/v1/shared_types.go
(RouteConditionReason), apis/v1beta1/referencegrant_types.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.labels import from_label_selector
from learn.cluster.network.hostnames import route_host_matches, specificity
from learn.cluster.network.httproute import HTTPRoute, attached_hostnames, broken_pattern

Gateway = Mapping[str, Any]
Listener = Mapping[str, Any]
GROUP = "gateway.networking.k8s.io"
ROUTE_PROTOCOLS = ("HTTP", "HTTPS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A condition's answer: `reason` is the API's constant; `listeners` are the names of those that took the route."""

    ok: bool
    reason: str
    message: str
    listeners: tuple[str, ...] = ()


def attach(
    route: HTTPRoute, parent: Mapping[str, Any], gateway: Gateway, namespace_labels: Mapping[str, str]
) -> Verdict:
    """
    Tell whether a Gateway accepts a route under one of its parentRefs.

    `namespace_labels` are those of the route's namespace.
    """
    if broken := broken_pattern(route):
        return Verdict(ok=False, reason="UnsupportedValue", message=broken)
    listeners = [
        each
        for each in gateway["spec"].get("listeners") or ()
        if parent.get("sectionName") in (None, each["name"]) and parent.get("port") in (None, each["port"])
    ]
    if not listeners:
        return Verdict(ok=False, reason="NoMatchingParent", message="No listeners match this parent ref")
    allowed = [each for each in listeners if _allows(each, route, gateway, namespace_labels)]
    if not allowed:
        return Verdict(
            ok=False, reason="NotAllowedByListeners", message="No listeners included by this parent ref allowed this attachment."
        )  # fmt: skip
    matching = [each for each in allowed if attached_hostnames((each.get("hostname") or "").lower(), route)]
    if not matching:
        return Verdict(
            ok=False, reason="NoMatchingListenerHostname", message="There were no hostname intersections between the HTTPRoute and this parent ref's Listener(s)."
        )  # fmt: skip
    return Verdict(
        ok=True,
        reason="Accepted",
        message="Route is accepted",
        listeners=tuple(each["name"] for each in matching),
    )


def _allows(listener: Listener, route: HTTPRoute, gateway: Gateway, labels: Mapping[str, str]) -> bool:
    """The listener's allowedRoutes: the route's namespace (Same by default) and its kind."""
    if listener.get("protocol") not in ROUTE_PROTOCOLS:
        return False
    allowed = listener.get("allowedRoutes") or {}
    kinds = [each.get("kind") for each in allowed.get("kinds") or ()]
    if kinds and route.get("kind", "HTTPRoute") not in kinds:
        return False
    namespaces = allowed.get("namespaces") or {}
    match namespaces.get("from") or "Same":
        case "All":
            return True
        case "Selector":
            return from_label_selector(namespaces.get("selector") or {}).matches(labels)
        case "Same":
            return bool(route["metadata"].get("namespace") == gateway["metadata"].get("namespace"))
    return False


def resolve_refs(
    route: HTTPRoute,
    find: Callable[[str, str], Mapping[str, Any] | None],
    grants: Iterable[Mapping[str, Any]],
) -> Verdict:
    """Tell whether every backend of a route is there and may be referred to; `find` gives a Service by namespace and name."""
    listed = list(grants)
    for index, rule in enumerate(route["spec"].get("rules") or ()):
        backends = [(f"backendRef {n}", each) for n, each in enumerate(rule.get("backendRefs") or ())]
        backends += [(f"filter {n}", each) for n, each in mirrors_of(rule.get("filters"))]
        for what, backend in backends:
            found = backend_problem(route, backend, find, listed)
            if found:
                place = f"rule {index} {what}"
                return Verdict(
                    ok=False, reason=found[0], message=f"Failed to process route {place}: {found[1]}."
                )
    return Verdict(ok=True, reason="ResolvedRefs", message="Resolved all the Object references for the Route")


def mirrors_of(filters: Iterable[Mapping[str, Any]] | None) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the backendRefs that get copies of the requests, with the index of the filter."""
    return [
        (index, each["requestMirror"]["backendRef"])
        for index, each in enumerate(filters or ())
        if each.get("type") == "RequestMirror" and each.get("requestMirror")
    ]


def backend_problem(
    route: HTTPRoute,
    backend: Mapping[str, Any],
    find: Callable[[str, str], Mapping[str, Any] | None],
    grants: Iterable[Mapping[str, Any]],
) -> tuple[str, str] | None:
    """Return the reason and the text of what is wrong with one backendRef, or None."""
    own = route["metadata"].get("namespace", "default")
    namespace = backend.get("namespace") or own
    name = f"{namespace}/{backend['name']}"
    if (backend.get("kind") or "Service") != "Service" or backend.get("group"):
        return (
            "InvalidKind",
            f"{backend.get('group') or 'core'}/{backend.get('kind')} is not a supported kind",
        )
    if namespace != own and not is_permitted(
        grants,
        kind="HTTPRoute",
        namespace=own,
        to_kind="Service",
        to_namespace=namespace,
        to_name=backend["name"],
    ):
        return (
            "RefNotPermitted",
            f"backend reference to service {name} is not permitted by any ReferenceGrant",
        )
    service = find(namespace, backend["name"])
    if service is None:
        return "BackendNotFound", f"service {name} not found"
    if not any(port["port"] == backend.get("port") for port in service["spec"].get("ports") or ()):
        return "BackendNotFound", f"port {backend.get('port')} not found on service {name}"
    return None


def is_permitted(
    grants: Iterable[Mapping[str, Any]],
    *,
    kind: str,
    namespace: str,
    to_kind: str,
    to_namespace: str,
    to_name: str,
    group: str = GROUP,
) -> bool:
    """Tell whether some ReferenceGrant in the target's namespace allows a reference from another."""
    return any(
        grant["metadata"].get("namespace") == to_namespace
        and any(
            (each.get("group") or "", each["kind"], each["namespace"]) == (group, kind, namespace)
            for each in grant["spec"].get("from") or ()
        )
        and any(
            each["kind"] == to_kind and each.get("name") in (None, "", to_name)
            for each in grant["spec"].get("to") or ()
        )
        for grant in grants
    )


def choose_listener(gateway: Gateway, port: int, host: str) -> Listener | None:
    """Return the listener that a request meets: of those on the port, the one whose hostname is most specific."""
    fitting = [
        each
        for each in gateway["spec"].get("listeners") or ()
        if each["port"] == port and route_host_matches((each.get("hostname") or "").lower(), host)
    ]
    return max(fitting, key=lambda each: specificity((each.get("hostname") or "").lower()), default=None)


def parents_of(route: HTTPRoute) -> list[tuple[Mapping[str, Any], str, str]]:
    """Return the Gateways that a route names: `(parentRef, namespace, name)`."""
    own = route["metadata"].get("namespace", "default")
    return [
        (each, each.get("namespace") or own, each["name"])
        for each in (route.get("spec") or {}).get("parentRefs") or ()
        if (each.get("kind") or "Gateway") == "Gateway"
    ]
