"""Structural schemas of the Gateway API's standard kinds (config/crd/standard of sigs.k8s.io/gateway-api)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.structural import (
    CONDITION,
    LABEL_SELECTOR,
    PORT,
    TEXT,
    Raw,
    choice,
    keyed,
    listing,
    mapping,
    number,
    struct,
    text,
)

_GROUP = "gateway.networking.k8s.io"
_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_NAMESPACE = text(1, 63, r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
_NAME = text(1, 253)
_SECTION = text(1, 253, rf"^{_SUBDOMAIN}$")
_HOSTNAME = text(1, 253, rf"^(\*\.)?{_SUBDOMAIN}$")
_PRECISE_HOSTNAME = text(1, 253, rf"^{_SUBDOMAIN}$")
_KIND_PATTERN = r"^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$"
_HEADER_NAME = text(1, 256, r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$")
_DURATION = text(pattern=r"^([0-9]{1,5}(h|m|s|ms)){1,4}$")


def _group(**more: Any) -> Raw:
    return text(high=253, pattern=rf"^$|^{_SUBDOMAIN}$", **more)


def _kind(**more: Any) -> Raw:
    return text(1, 63, _KIND_PATTERN, **more)


_PARAMETERS: Raw = struct(
    {"group": _group(), "kind": _kind(), "name": _NAME, "namespace": _NAMESPACE},
    required=("group", "kind", "name"),
)
_CONDITIONS: Raw = keyed(CONDITION, "type", high=8)
_GATEWAY_CLASS: Raw = struct(
    {
        "spec": struct(
            {
                "controllerName": text(1, 253, rf"^{_SUBDOMAIN}\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$"),
                "description": text(high=64),
                "parametersRef": _PARAMETERS,
            },
            required=("controllerName",),
        ),
        "status": struct({"conditions": _CONDITIONS, "supportedFeatures": listing(struct({"name": TEXT}))}),
    },
    required=("spec",),
)
_SECRET_REFERENCE: Raw = struct(
    {
        "group": _group(default=""),
        "kind": _kind(default="Secret"),
        "name": _NAME,
        "namespace": _NAMESPACE,
    },
    required=("name",),
)
_TLS: Raw = struct(
    {
        "mode": choice("Terminate", "Passthrough", default="Terminate"),
        "certificateRefs": listing(_SECRET_REFERENCE, high=64),
        "options": mapping(text(0, 4096)),
    }
)
_ROUTE_KIND: Raw = struct({"group": _group(default=_GROUP), "kind": _kind()}, required=("kind",))
_ALLOWED_ROUTES: Raw = struct(
    {
        "namespaces": struct(
            {"from": choice("All", "Selector", "Same", default="Same"), "selector": LABEL_SELECTOR},
            default={"from": "Same"},
        ),
        "kinds": listing(_ROUTE_KIND, high=8),
    },
    default={"namespaces": {"from": "Same"}},
)
_PROTOCOL = text(1, 255, rf"^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|{_SUBDOMAIN}\/[A-Za-z0-9]+$")
_LISTENER: Raw = struct(
    {
        "name": _SECTION,
        "hostname": _HOSTNAME,
        "port": PORT,
        "protocol": _PROTOCOL,
        "tls": _TLS,
        "allowedRoutes": _ALLOWED_ROUTES,
    },
    required=("name", "port", "protocol"),
)
_ADDRESS: Raw = struct({"type": text(1, 253, default="IPAddress"), "value": text(high=253)})
_GATEWAY: Raw = struct(
    {
        "spec": struct(
            {
                "gatewayClassName": _NAME,
                "listeners": keyed(_LISTENER, "name", low=1, high=64),
                "addresses": listing(_ADDRESS, high=16),
                "infrastructure": struct(
                    {
                        "labels": mapping(text(0, 63)),
                        "annotations": mapping(text(0, 4096)),
                        "parametersRef": struct(
                            {"group": _group(), "kind": _kind(), "name": _NAME},
                            required=("group", "kind", "name"),
                        ),
                    }
                ),
            },
            required=("gatewayClassName", "listeners"),
        ),
        "status": struct(
            {
                "addresses": listing(_ADDRESS, high=16),
                "conditions": _CONDITIONS,
                "listeners": keyed(
                    struct(
                        {
                            "name": _SECTION,
                            "attachedRoutes": number(),
                            "supportedKinds": listing(_ROUTE_KIND, high=8),
                            "conditions": _CONDITIONS,
                        }
                    ),
                    "name",
                    high=64,
                ),
            }
        ),
    },
    required=("spec",),
)
_PARENT: Raw = struct(
    {
        "group": _group(default=_GROUP),
        "kind": _kind(default="Gateway"),
        "namespace": _NAMESPACE,
        "name": _NAME,
        "sectionName": _SECTION,
        "port": PORT,
    },
    required=("name",),
)
_PATH_DEFAULT = {"type": "PathPrefix", "value": "/"}
_PATH_MATCH: Raw = struct(
    {
        "type": choice("Exact", "PathPrefix", "RegularExpression", default="PathPrefix"),
        "value": text(high=1024, default="/"),
    },
    default=_PATH_DEFAULT,
)
_VALUE_MATCH: Raw = struct(
    {
        "type": choice("Exact", "RegularExpression", default="Exact"),
        "name": _HEADER_NAME,
        "value": text(1, 4096),
    },
    required=("name", "value"),
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
_MATCH: Raw = struct(
    {
        "path": _PATH_MATCH,
        "headers": keyed(_VALUE_MATCH, "name", high=16),
        "queryParams": keyed(_VALUE_MATCH, "name", high=16),
        "method": choice(*_METHODS),
    }
)
_HEADER: Raw = struct({"name": _HEADER_NAME, "value": text(1, 4096)}, required=("name", "value"))
_HEADERS: Raw = struct(
    {
        "set": keyed(_HEADER, "name", high=16),
        "add": keyed(_HEADER, "name", high=16),
        "remove": {**listing(TEXT, high=16), "x-kubernetes-list-type": "set"},
    }
)
_NEW_PATH: Raw = struct(
    {
        "type": choice("ReplaceFullPath", "ReplacePrefixMatch"),
        "replaceFullPath": text(high=1024),
        "replacePrefixMatch": text(high=1024),
    },
    required=("type",),
)
_BACKEND_FIELDS: Mapping[str, Raw] = {
    "group": _group(default=""),
    "kind": _kind(default="Service"),
    "name": _NAME,
    "namespace": _NAMESPACE,
    "port": PORT,
}
_FILTER: Raw = struct(
    {
        "type": choice(
            "RequestHeaderModifier",
            "ResponseHeaderModifier",
            "RequestMirror",
            "RequestRedirect",
            "URLRewrite",
            "ExtensionRef",
        ),
        "requestHeaderModifier": _HEADERS,
        "responseHeaderModifier": _HEADERS,
        "requestMirror": struct(
            {
                "backendRef": struct(_BACKEND_FIELDS, required=("name",)),
                "percent": number(0, 100),
                "fraction": struct(
                    {"numerator": number(0), "denominator": number(1, default=100)}, required=("numerator",)
                ),
            },
            required=("backendRef",),
        ),
        "requestRedirect": struct(
            {
                "scheme": choice("http", "https"),
                "hostname": _PRECISE_HOSTNAME,
                "path": _NEW_PATH,
                "port": PORT,
                "statusCode": number(enum=[301, 302], default=302),
            }
        ),
        "urlRewrite": struct({"hostname": _PRECISE_HOSTNAME, "path": _NEW_PATH}),
        "extensionRef": struct(
            {"group": _group(), "kind": _kind(), "name": _NAME}, required=("group", "kind", "name")
        ),
    },
    required=("type",),
)
_FILTERS: Raw = listing(_FILTER, high=16)
_BACKEND: Raw = struct(
    {**_BACKEND_FIELDS, "weight": number(0, 1_000_000, default=1), "filters": _FILTERS}, required=("name",)
)
_RULE: Raw = struct(
    {
        "name": _SECTION,
        "matches": listing(_MATCH, high=64, default=[{"path": _PATH_DEFAULT}]),
        "filters": _FILTERS,
        "backendRefs": listing(_BACKEND, high=16),
        "timeouts": struct({"request": _DURATION, "backendRequest": _DURATION}),
    }
)
_ROUTE_STATUS: Raw = struct(
    {
        "parents": listing(
            struct(
                {"parentRef": _PARENT, "controllerName": text(1, 253), "conditions": _CONDITIONS},
                required=("controllerName", "parentRef"),
            ),
            high=32,
        )
    },
    required=("parents",),
)
_HTTP_ROUTE: Raw = struct(
    {
        "spec": struct(
            {
                "parentRefs": listing(_PARENT, high=32),
                "hostnames": listing(_HOSTNAME, high=16),
                "rules": listing(_RULE, low=1, high=16, default=[{"matches": [{"path": _PATH_DEFAULT}]}]),
            }
        ),
        "status": _ROUTE_STATUS,
    },
    required=("spec",),
)
GATEWAY_API: Mapping[tuple[str, str], Raw] = {
    (f"{_GROUP}/{version}", kind): raw
    for version in ("v1", "v1beta1")
    for kind, raw in (("GatewayClass", _GATEWAY_CLASS), ("Gateway", _GATEWAY), ("HTTPRoute", _HTTP_ROUTE))
}
