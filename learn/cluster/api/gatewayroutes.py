"""Structural schemas of the Gateway API's routes and grants (config/crd/standard of sigs.k8s.io/gateway-api)."""

from collections.abc import Mapping

from learn.cluster.api.gatewaywords import (
    CONDITIONS,
    DURATION,
    GROUP,
    HEADER_NAME,
    HOSTNAME,
    METHODS,
    NAME,
    NAMESPACE,
    PRECISE_HOSTNAME,
    SECTION,
    group,
    kind,
)
from learn.cluster.api.structural import (
    PORT,
    TEXT,
    Raw,
    choice,
    keyed,
    listing,
    number,
    struct,
    text,
)

_PARENT: Raw = struct(
    {
        "group": group(default=GROUP),
        "kind": kind(default="Gateway"),
        "namespace": NAMESPACE,
        "name": NAME,
        "sectionName": SECTION,
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
        "name": HEADER_NAME,
        "value": text(1, 4096),
    },
    required=("name", "value"),
)
_MATCH: Raw = struct(
    {
        "path": _PATH_MATCH,
        "headers": keyed(_VALUE_MATCH, "name", high=16),
        "queryParams": keyed(_VALUE_MATCH, "name", high=16),
        "method": choice(*METHODS),
    }
)
_HEADER: Raw = struct({"name": HEADER_NAME, "value": text(1, 4096)}, required=("name", "value"))
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
    "group": group(default=""),
    "kind": kind(default="Service"),
    "name": NAME,
    "namespace": NAMESPACE,
    "port": PORT,
}
_CORS: Raw = struct(
    {
        "allowOrigins": {**listing(text(1, 253), high=64), "x-kubernetes-list-type": "set"},
        "allowCredentials": {"type": "boolean"},
        "allowMethods": {**listing(choice(*METHODS, "*"), high=9), "x-kubernetes-list-type": "set"},
        "allowHeaders": {**listing(HEADER_NAME, high=64), "x-kubernetes-list-type": "set"},
        "exposeHeaders": {**listing(HEADER_NAME, high=64), "x-kubernetes-list-type": "set"},
        "maxAge": number(1, default=5),
    }
)
_FILTER: Raw = struct(
    {
        "type": choice(
            "RequestHeaderModifier",
            "ResponseHeaderModifier",
            "RequestMirror",
            "RequestRedirect",
            "URLRewrite",
            "ExtensionRef",
            "CORS",
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
                "hostname": PRECISE_HOSTNAME,
                "path": _NEW_PATH,
                "port": PORT,
                "statusCode": number(enum=[301, 302, 303, 307, 308], default=302),
            }
        ),
        "urlRewrite": struct({"hostname": PRECISE_HOSTNAME, "path": _NEW_PATH}),
        "cors": _CORS,
        "extensionRef": struct(
            {"group": group(), "kind": kind(), "name": NAME}, required=("group", "kind", "name")
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
        "name": SECTION,
        "matches": listing(_MATCH, high=64, default=[{"path": _PATH_DEFAULT}]),
        "filters": _FILTERS,
        "backendRefs": listing(_BACKEND, high=16),
        "timeouts": struct({"request": DURATION, "backendRequest": DURATION}),
    }
)
_ROUTE_STATUS: Raw = struct(
    {
        "parents": listing(
            struct(
                {"parentRef": _PARENT, "controllerName": text(1, 253), "conditions": CONDITIONS},
                required=("controllerName", "parentRef"),
            ),
            high=32,
        )
    },
    required=("parents",),
)
_GRPC_RULE: Raw = struct(
    {
        "name": SECTION,
        "matches": listing(
            struct(
                {
                    "method": struct(
                        {
                            "type": choice("Exact", "RegularExpression", default="Exact"),
                            "service": text(high=1024),
                            "method": text(high=1024),
                        }
                    ),
                    "headers": keyed(_VALUE_MATCH, "name", high=16),
                }
            ),
            high=64,
        ),
        "filters": _FILTERS,
        "backendRefs": listing(_BACKEND, high=16),
    }
)
_TLS_RULE: Raw = struct(
    {
        "name": SECTION,
        "backendRefs": listing(
            struct({**_BACKEND_FIELDS, "weight": number(0, 1_000_000, default=1)}, required=("name",)),
            low=1,
            high=16,
        ),
    },
    required=("backendRefs",),
)
REFERENCE_GRANT: Raw = struct(
    {
        "spec": struct(
            {
                "from": listing(
                    struct(
                        {"group": group(), "kind": kind(), "namespace": NAMESPACE},
                        required=("group", "kind", "namespace"),
                    ),
                    low=1,
                    high=16,
                ),
                "to": listing(
                    struct({"group": group(), "kind": kind(), "name": NAME}, required=("group", "kind")),
                    low=1,
                    high=16,
                ),
            },
            required=("from", "to"),
        )
    },
    required=("spec",),
)


def _route(rules: Raw, *, required: tuple[str, ...] = ()) -> Raw:
    """A route: its parents, host names and rules."""
    return struct(
        {
            "spec": struct(
                {
                    "parentRefs": listing(_PARENT, high=32),
                    "hostnames": listing(HOSTNAME, high=16),
                    "rules": rules,
                },
                required=required,
            ),
            "status": _ROUTE_STATUS,
        },
        required=("spec",),
    )


_HTTP_RULES = listing(_RULE, low=1, high=16, default=[{"matches": [{"path": _PATH_DEFAULT}]}])
HTTP_ROUTE: Raw = _route(_HTTP_RULES)
GRPC_ROUTE: Raw = _route(listing(_GRPC_RULE, high=16))
TLS_ROUTE: Raw = _route(listing(_TLS_RULE, low=1, high=1), required=("hostnames", "rules"))
