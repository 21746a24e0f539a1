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
    if not is_usable(gateway, listener):
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


def supported_kinds(listener: Listener) -> tuple[list[dict[str, str]], bool]:
    """Return the kinds of routes that a listener takes, and whether all that it names are among them."""
    ours = {"group": GROUP, "kind": "HTTPRoute"}
    if listener.get("protocol") not in ROUTE_PROTOCOLS:
        return [], True
    named = [
        {"group": each.get("group") or GROUP, "kind": each.get("kind")}
        for each in (listener.get("allowedRoutes") or {}).get("kinds") or ()
    ]
    return ([ours] if not named or ours in named else []), all(each == ours for each in named)


def is_in_conflict(gateway: Gateway, listener: Listener) -> bool:
    """Tell whether another listener on the same port speaks another protocol (ListenerReasonProtocolConflict)."""
    return any(
        each["port"] == listener["port"] and each.get("protocol") != listener.get("protocol")
        for each in gateway["spec"].get("listeners") or ()
    )


def is_usable(gateway: Gateway, listener: Listener) -> bool:
    """Tell whether a listener can take HTTP requests at all."""
    return listener.get("protocol") in ROUTE_PROTOCOLS and not is_in_conflict(gateway, listener)


def listener_verdicts(
    gateway: Gateway, listener: Listener, certificate_problem: str
) -> list[tuple[str, Verdict]]:
    """
    Return a listener's conditions by type.

    `certificate_problem` is the reason why none of its certificates can be used, "" where one can or none is needed.
    """
    found: list[tuple[str, Verdict]] = []
    accepted = Verdict(ok=True, reason="Accepted", message="Listener has been successfully translated")
    if listener.get("protocol") not in ROUTE_PROTOCOLS:
        text = f"Protocol {listener.get('protocol')} is unsupported."
        accepted = Verdict(ok=False, reason="UnsupportedProtocol", message=text)
    elif is_in_conflict(gateway, listener):
        text = "All listeners for a given port must use a compatible protocol"
        found.append(("Conflicted", Verdict(ok=True, reason="ProtocolConflict", message=text)))
        accepted = Verdict(ok=False, reason="ProtocolConflict", message=text)
    resolved = Verdict(ok=True, reason="ResolvedRefs", message="Listener references have been resolved")
    if certificate_problem:
        text = "No certificateRef of the listener can be read."
        resolved = Verdict(ok=False, reason=certificate_problem, message=text)
    elif not supported_kinds(listener)[1]:
        text = "allowedRoutes names a kind that the listener does not support."
        resolved = Verdict(ok=False, reason="InvalidRouteKinds", message=text)
    works = accepted.ok and not certificate_problem
    programmed = Verdict(
        ok=works,
        reason="Programmed" if works else "Invalid",
        message="Sending translated listener configuration to the data plane" if works else "Listener is invalid, see other Conditions for details.",
    )  # fmt: skip
    return [("Accepted", accepted), ("Programmed", programmed), ("ResolvedRefs", resolved), *found]


def gateway_verdict(listeners: Iterable[Iterable[tuple[str, Verdict]]]) -> Verdict:
    """Return whether a Gateway is accepted: with some invalid listeners still, with none but such no more."""
    valid = [dict(each)["Programmed"].ok for each in listeners]
    if all(valid):
        return Verdict(ok=True, reason="Accepted", message="The Gateway has been scheduled")
    return Verdict(ok=any(valid), reason="ListenersNotValid", message="One or more listeners are not valid.")


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
