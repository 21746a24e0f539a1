"""
Which rule of which HTTPRoute a Gateway chooses for a request.

Rules: Gateway API, apis/v1/httproute_types.go (HTTPRouteRule.Matches, precedence; HTTPBackendRef weights).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from learn.cluster.network.hostnames import intersection, route_host_matches, specificity, without_port
from learn.cluster.network.paths import is_element_prefix
from learn.cluster.network.patterns import fits, pattern_error

HTTPRoute = Mapping[str, Any]
_EVERY_PATH: Mapping[str, Any] = {"path": {"type": "PathPrefix", "value": "/"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class HTTPRequest:
    host: str
    path: str = "/"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMatch:
    """The rule that took a request, by which of its matches; `field` is its place in the HTTPRoute."""

    namespace: str
    name: str
    hostname: str
    rule: Mapping[str, Any]
    field: str
    prefix: str
    """The path prefix that matched; empty where the path matched otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    route: HTTPRoute
    hostname: str
    rule_index: int
    match: Mapping[str, Any]


def attached_hostnames(listener_hostname: str, route: HTTPRoute) -> tuple[str, ...]:
    """
    Return the hostnames that the route serves on a listener.

    An empty tuple means that the route is not accepted (reason NoMatchingListenerHostname).
    """
    wanted = route["spec"].get("hostnames") or [""]
    shared = (intersection(listener_hostname, hostname) for hostname in wanted)
    return tuple(hostname for hostname in shared if hostname is not None)


def match_routes(
    routes: Iterable[HTTPRoute], request: HTTPRequest, *, listener_hostname: str = ""
) -> RouteMatch | None:
    """
    Return the rule that serves a request among the routes of one listener, or None (404).

    The most specific hostname wins, then an exact path, the longest regular expression (where they stand is up
    to the implementation: as Envoy Gateway and Contour have it), the longest prefix, a method match, the most
    headers, the most query parameters, the oldest route, the first in alphabetical order, the first rule.
    """
    host = without_port(request.host)
    candidates = [
        candidate
        for route in sorted(routes, key=_age)
        for candidate in _candidates(route, listener_hostname)
        if route_host_matches(candidate.hostname, host) and _matches(candidate.match, request)
    ]
    if not candidates:
        return None
    best = max(candidates, key=_precedence)
    metadata = best.route["metadata"]
    return RouteMatch(
        namespace=metadata.get("namespace", "default"),
        name=metadata["name"],
        hostname=best.hostname,
        rule=best.route["spec"]["rules"][best.rule_index],
        field=f"spec.rules[{best.rule_index}]",
        prefix=_prefix(best.match),
    )


def broken_pattern(route: HTTPRoute) -> str:
    """Return what is wrong with the first regular expression of a route that RE2 refuses, "" for none."""
    for rule in route["spec"].get("rules") or ():
        for match in rule.get("matches") or ():
            for each in (_path(match), *(match.get("headers") or ()), *(match.get("queryParams") or ())):
                if each.get("type") == "RegularExpression" and (
                    error := pattern_error(each.get("value", ""))
                ):
                    return f'Regex "{each.get("value", "")}" is invalid: {error}.'
    return ""


def choose_backend(backend_refs: Sequence[Mapping[str, Any]], draw: float) -> int | None:
    """
    Return the index of the backend that a request with `draw` in [0, 1) goes to.

    Each backend's share is its weight (default 1) over the sum; None when the sum is 0 (500 is answered).
    """
    weights = [ref.get("weight", 1) for ref in backend_refs]
    point = draw * sum(weights)
    for index, weight in enumerate(weights):
        if point < weight:
            return index
        point -= weight
    return None


def _age(route: HTTPRoute) -> tuple[str, str]:
    metadata = route["metadata"]
    return metadata.get("creationTimestamp") or "", f"{metadata.get('namespace', '')}/{metadata['name']}"


def _candidates(route: HTTPRoute, listener_hostname: str) -> Iterator[_Candidate]:
    for hostname in attached_hostnames(listener_hostname, route):
        for index, rule in enumerate(route["spec"].get("rules") or ()):
            for match in rule.get("matches") or (_EVERY_PATH,):
                yield _Candidate(route=route, hostname=hostname.lower(), rule_index=index, match=match)


def _matches(match: Mapping[str, Any], request: HTTPRequest) -> bool:
    """Everything in one match must hold; of entries with an equivalent name only the first is considered."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    wanted = {item["name"].lower(): item for item in reversed(match.get("headers") or ())}
    query = {item["name"]: item for item in reversed(match.get("queryParams") or ())}
    return (
        _path_matches(_path(match), request.path)
        and match.get("method", request.method) == request.method
        and all(_value_matches(item, headers.get(name)) for name, item in wanted.items())
        and all(_value_matches(item, request.query.get(name)) for name, item in query.items())
    )


def _value_matches(wanted: Mapping[str, Any], value: str | None) -> bool:
    if value is None or wanted.get("type", "Exact") == "Exact":
        return bool(value == wanted["value"])
    return fits(wanted["value"], value)


def _path(match: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = match.get("path") or _EVERY_PATH["path"]
    return found


def _prefix(match: Mapping[str, Any]) -> str:
    path = _path(match)
    return str(path.get("value", "/")) if path.get("type", "PathPrefix") == "PathPrefix" else ""


def _path_matches(rule: Mapping[str, Any], path: str) -> bool:
    value = rule.get("value", "/")
    match rule.get("type", "PathPrefix"):
        case "Exact":
            return bool(path == value)
        case "RegularExpression":
            return fits(value, path)
    return is_element_prefix(value, path)


_PATH_RANK = {"Exact": 2, "RegularExpression": 1}


def _precedence(candidate: _Candidate) -> tuple[tuple[int, int], int, int, bool, int, int]:
    match = candidate.match
    path = _path(match)
    rank = _PATH_RANK.get(path.get("type", "PathPrefix"), 0)
    return (
        specificity(candidate.hostname),
        rank,
        0 if rank == _PATH_RANK["Exact"] else len(path.get("value", "/")),
        "method" in match,
        len(match.get("headers") or ()),
        len(match.get("queryParams") or ()),
    )
