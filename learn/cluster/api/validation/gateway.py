"""Rules of the Gateway API that its CRDs express in CEL (x-kubernetes-validations)."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import ErrorType, FieldError, Path, invalid
from learn.cluster.api.times import DurationError, parse_duration

_UNENCRYPTED = frozenset({"HTTP", "TCP", "UDP"})
_FILTER_FIELDS = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestMirror": "requestMirror",
    "RequestRedirect": "requestRedirect",
    "URLRewrite": "urlRewrite",
    "ExtensionRef": "extensionRef",
    "CORS": "cors",
}
_ONCE = ("RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite", "CORS")
_FORBIDDEN_PARTS = ("//", "/./", "/../", "%2f", "%2F", "#")
_FORBIDDEN_ENDS = ("/..", "/.")
_PATH_CHARACTERS = r"^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$"
_METHOD_FORMS = {
    "service": r"^\.?[A-Za-z_][A-Za-z_0-9]*(\.[A-Za-z_][A-Za-z_0-9]*)*$",
    "method": r"^[A-Za-z_][A-Za-z_0-9]*$",
}
_MATCHES_MAX = 128
_TOO_MANY_MATCHES = (
    "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route "
    "must be less than 128"
)
_NEW_PATHS = {"ReplaceFullPath": "replaceFullPath", "ReplacePrefixMatch": "replacePrefixMatch"}
_PREFIX_ALONE = "with path.replacePrefixMatch, exactly one PathPrefix match must be specified"
_HOSTNAME = re.compile(r"(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def validate_gateway_api(obj: Mapping[str, Any]) -> list[FieldError]:
    """What the schema alone cannot say about Gateways, HTTPRoutes and GRPCRoutes."""
    spec = map_at(obj, "spec")
    if obj.get("kind") == "Gateway":
        return [
            *_listener_errors(maps_at(spec, "listeners")),
            *_address_errors(maps_at(spec, "addresses")),
        ]
    if obj.get("kind") == "HTTPRoute":
        return _route_errors(spec)
    if obj.get("kind") == "GRPCRoute":
        return _method_errors(spec)
    return []


def _broken(path: Path, word: str, rule: str) -> FieldError:
    return FieldError(ErrorType.INVALID, path, word, rule)


def _listener_errors(listeners: list[Mapping[str, Any]]) -> list[FieldError]:
    path: Path = ("spec", "listeners")
    errors = []
    protocols = [text_at(listener, "protocol") for listener in listeners]
    both = list(zip(listeners, protocols, strict=True))
    if any(protocol in _UNENCRYPTED and "tls" in listener for listener, protocol in both):
        errors.append("tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']")
    modes = [text_at(map_at(x, "tls"), "mode") for x, protocol in both if protocol == "HTTPS" and "tls" in x]
    if any(mode not in {"", "Terminate"} for mode in modes):
        errors.append("tls mode must be Terminate for protocol HTTPS")
    if any(protocol in {"TCP", "UDP"} and text_at(x, "hostname") for x, protocol in both):
        errors.append("hostname must not be specified for protocols ['TCP', 'UDP']")
    listener_names = [text_at(listener, "name") for listener in listeners]
    if len(set(listener_names)) < len(listener_names):
        errors.append("Listener name must be unique within the Gateway")
    places = [(str(x.get("port")), protocol, text_at(x, "hostname")) for x, protocol in both]
    if len(set(places)) < len(places):
        errors.append("Combination of port, protocol and hostname must be unique for each listener")
    return [_broken(path, "array", rule) for rule in errors]


def _address_errors(addresses: list[Mapping[str, Any]]) -> list[FieldError]:
    errors = []
    for index, address in enumerate(addresses):
        kind, value = address.get("type", "IPAddress"), text_at(address, "value")
        if (kind == "IPAddress" and not _is_address(value)) or (
            kind == "Hostname" and not _HOSTNAME.fullmatch(value)
        ):
            rule = f"{kind} values must be {'valid IPs' if kind == 'IPAddress' else 'valid hostnames'}"
            errors.append(_broken(("spec", "addresses", index), "object", rule))
    return errors


def _is_address(value: str) -> bool:
    try:
        return bool(ip_address(value))
    except ValueError:
        return False


def _route_errors(spec: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    if sum(len(maps_at(rule, "matches")) for rule in maps_at(spec, "rules")) > _MATCHES_MAX:
        errors.append(_broken(("spec", "rules"), "array", _TOO_MANY_MATCHES))
    for index, rule in enumerate(maps_at(spec, "rules")):
        path: Path = ("spec", "rules", index)
        filters = maps_at(rule, "filters")
        redirects = any(text_at(item, "type") == "RequestRedirect" for item in filters)
        if redirects and list_at(rule, "backendRefs"):
            text = "RequestRedirect filter must not be used together with backendRefs"
            errors.append(_broken(path, "object", text))
        for number, match in enumerate(maps_at(rule, "matches")):
            errors += _path_errors(map_at(match, "path"), (*path, "matches", number, "path"))
        errors += _prefix_errors(rule, path)
        errors += _timeout_errors(map_at(rule, "timeouts"), (*path, "timeouts"))
        errors += _filter_errors(filters, (*path, "filters"))
        for number, backend in enumerate(maps_at(rule, "backendRefs")):
            at: Path = (*path, "backendRefs", number)
            errors += _backend_errors(backend, at)
            errors += _filter_errors(maps_at(backend, "filters"), (*at, "filters"))
    return errors


def _prefix_errors(rule: Mapping[str, Any], path: Path) -> list[FieldError]:
    """What replaces a matched prefix needs one to replace."""
    matches = maps_at(rule, "matches")
    if len(matches) == 1 and map_at(matches[0], "path").get("type", "PathPrefix") == "PathPrefix":
        return []
    of_backends = [item for backend in maps_at(rule, "backendRefs") for item in maps_at(backend, "filters")]
    found = []
    for when, filters in (("When", maps_at(rule, "filters")), ("Within backendRefs, when", of_backends)):
        for kind, field in (("RequestRedirect", "requestRedirect"), ("URLRewrite", "urlRewrite")):
            changes = [map_at(map_at(item, field), "path") for item in filters]
            if any("replacePrefixMatch" in change for change in changes):
                found.append(_broken(path, "object", f"{when} using {kind} filter {_PREFIX_ALONE}"))
    return found


def _timeout_errors(timeouts: Mapping[str, Any], path: Path) -> list[FieldError]:
    """One try of a backend cannot take longer than the request; 0s is no limit."""
    try:
        whole, one = (parse_duration(text_at(timeouts, key) or "0") for key in ("request", "backendRequest"))
    except DurationError:
        return []
    text = "backendRequest timeout cannot be longer than request timeout"
    return [_broken(path, "object", text)] if whole and one > whole else []


def _path_errors(match: Mapping[str, Any], path: Path) -> list[FieldError]:
    value, kind = match.get("value"), match.get("type", "PathPrefix")
    if not isinstance(value, str) or kind not in {"Exact", "PathPrefix"}:
        return []
    rules = [] if value.startswith("/") else ["value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']"]  # fmt: skip
    rules += [
        f"must not contain '{part}' when type one of ['Exact', 'PathPrefix']"
        for part in _FORBIDDEN_PARTS
        if part in value
    ]
    rules += [
        f"must not end with '{end}' when type one of ['Exact', 'PathPrefix']"
        for end in _FORBIDDEN_ENDS
        if value.endswith(end)
    ]
    if not re.match(_PATH_CHARACTERS, value):
        rules.append(
            f"must only contain valid characters (matching {_PATH_CHARACTERS}) for types ['Exact', 'PathPrefix']"
        )
    return [_broken(path, "object", rule) for rule in rules]


def _method_errors(spec: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    for index, rule in enumerate(maps_at(spec, "rules")):
        for number, match in enumerate(maps_at(rule, "matches")):
            method = map_at(match, "method")
            if method.get("type", "Exact") != "Exact":
                continue
            for field, form in _METHOD_FORMS.items():
                if field in method and not re.match(form, text_at(method, field)):
                    rule_text = f"{field} must only contain valid characters (matching {form})"
                    path: Path = ("spec", "rules", index, "matches", number, "method")
                    errors.append(_broken(path, "object", rule_text))
    return errors


def _filter_errors(filters: list[Mapping[str, Any]], path: Path) -> list[FieldError]:
    errors = []
    kinds = [text_at(item, "type") for item in filters]
    if "RequestRedirect" in kinds and "URLRewrite" in kinds:
        rule = (
            "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both"
        )
        errors.append(_broken(path, "array", rule))
    errors += [
        _broken(path, "array", f"{kind} filter cannot be repeated") for kind in _ONCE if kinds.count(kind) > 1
    ]
    for index, item in enumerate(filters):
        for kind, field in _FILTER_FIELDS.items():
            if kinds[index] == kind and field not in item:
                rule = f"filter.{field} must be specified for {kind} filter.type"
                errors.append(_broken((*path, index), "object", rule))
            elif kinds[index] != kind and field in item:
                rule = f"filter.{field} must be nil if the filter.type is not {kind}"
                errors.append(_broken((*path, index), "object", rule))
        for field in ("requestRedirect", "urlRewrite"):
            errors += _new_path_errors(map_at(map_at(item, field), "path"), (*path, index, field, "path"))
        errors += _mirror_errors(map_at(item, "requestMirror"), (*path, index, "requestMirror"))
    return errors


def _new_path_errors(change: Mapping[str, Any], path: Path) -> list[FieldError]:
    """HTTPPathModifier: the type names the field."""
    kind, errors = text_at(change, "type"), []
    for wanted, field in _NEW_PATHS.items():
        if kind == wanted and field not in change:
            errors.append(
                _broken(path, "object", f"{field} must be specified when type is set to '{wanted}'")
            )
        elif kind != wanted and field in change:
            errors.append(_broken(path, "object", f"type must be '{wanted}' when {field} is set"))
    return errors


def _mirror_errors(mirror: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = []
    if "percent" in mirror and "fraction" in mirror:
        text = "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter"
        errors.append(_broken(path, "object", text))
    fraction = map_at(mirror, "fraction")
    numerator, denominator = int_at(fraction, "numerator"), int_at(fraction, "denominator")
    if numerator is not None and numerator > (100 if denominator is None else denominator):
        text = "numerator must be less than or equal to denominator"
        errors.append(_broken((*path, "fraction"), "object", text))
    backend = mirror.get("backendRef")
    return errors + (_backend_errors(backend, (*path, "backendRef")) if isinstance(backend, dict) else [])


def _backend_errors(backend: Mapping[str, Any], path: Path) -> list[FieldError]:
    service = backend.get("group", "") == "" and backend.get("kind", "Service") == "Service"
    if service and "port" not in backend:
        return [invalid(path, "object", "Must have port for Service reference")]
    return []
