"""Structural schemas of the Gateway API's standard kinds (config/crd/standard of sigs.k8s.io/gateway-api)."""

from collections.abc import Mapping

from learn.cluster.api.gatewayroutes import GRPC_ROUTE, HTTP_ROUTE, REFERENCE_GRANT, TLS_ROUTE
from learn.cluster.api.gatewaywords import (
    CONDITIONS,
    GROUP,
    HOSTNAME,
    NAME,
    PARAMETERS,
    SECRET_REFERENCE,
    SECTION,
    SUBDOMAIN,
    group,
    kind,
)
from learn.cluster.api.structural import (
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

_GATEWAY_CLASS: Raw = struct(
    {
        "spec": struct(
            {
                "controllerName": text(1, 253, rf"^{SUBDOMAIN}\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$"),
                "description": text(high=64),
                "parametersRef": PARAMETERS,
            },
            required=("controllerName",),
        ),
        "status": struct({"conditions": CONDITIONS, "supportedFeatures": listing(struct({"name": TEXT}))}),
    },
    required=("spec",),
)
_TLS: Raw = struct(
    {
        "mode": choice("Terminate", "Passthrough", default="Terminate"),
        "certificateRefs": listing(SECRET_REFERENCE, high=64),
        "options": mapping(text(0, 4096)),
    }
)
_ROUTE_KIND: Raw = struct({"group": group(default=GROUP), "kind": kind()}, required=("kind",))
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
_PROTOCOL = text(1, 255, rf"^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|{SUBDOMAIN}\/[A-Za-z0-9]+$")
_LISTENER: Raw = struct(
    {
        "name": SECTION,
        "hostname": HOSTNAME,
        "port": PORT,
        "protocol": _PROTOCOL,
        "tls": _TLS,
        "allowedRoutes": _ALLOWED_ROUTES,
    },
    required=("name", "port", "protocol"),
)
_AUTHORITIES: Raw = listing(
    struct({**PARAMETERS["properties"]}, required=("group", "kind", "name")), low=1, high=8
)
_VALIDATION: Raw = struct(
    {
        "caCertificateRefs": _AUTHORITIES,
        "mode": choice("AllowValidOnly", "AllowInsecureFallback", default="AllowValidOnly"),
    },
    required=("caCertificateRefs",),
)
_FRONTEND_TLS: Raw = struct({"validation": _VALIDATION})
_GATEWAY_TLS: Raw = struct(
    {
        "backend": struct({"clientCertificateRef": SECRET_REFERENCE}),
        "frontend": struct(
            {
                "default": _FRONTEND_TLS,
                "perPort": keyed(
                    struct({"port": PORT, "tls": _FRONTEND_TLS}, required=("port", "tls")), "port", high=64
                ),
            },
            required=("default",),
        ),
    }
)
_ALLOWED_LISTENERS: Raw = struct(
    {
        "namespaces": struct(
            {"from": choice("All", "Selector", "Same", "None", default="None"), "selector": LABEL_SELECTOR},
            default={"from": "None"},
        )
    }
)
_ADDRESS: Raw = struct({"type": text(1, 253, default="IPAddress"), "value": text(high=253)})
_GATEWAY: Raw = struct(
    {
        "spec": struct(
            {
                "gatewayClassName": NAME,
                "listeners": keyed(_LISTENER, "name", low=1, high=64),
                "addresses": listing(_ADDRESS, high=16),
                "tls": _GATEWAY_TLS,
                "allowedListeners": _ALLOWED_LISTENERS,
                "infrastructure": struct(
                    {
                        "labels": mapping(text(0, 63)),
                        "annotations": mapping(text(0, 4096)),
                        "parametersRef": struct(
                            {"group": group(), "kind": kind(), "name": NAME},
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
                "conditions": CONDITIONS,
                "listeners": keyed(
                    struct(
                        {
                            "name": SECTION,
                            "attachedRoutes": number(),
                            "supportedKinds": listing(_ROUTE_KIND, high=8),
                            "conditions": CONDITIONS,
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
_V1 = f"{GROUP}/v1"
_V1BETA1 = f"{GROUP}/v1beta1"
GATEWAY_API: Mapping[tuple[str, str], Raw] = {
    (_V1, "GatewayClass"): _GATEWAY_CLASS,
    (_V1BETA1, "GatewayClass"): _GATEWAY_CLASS,
    (_V1, "Gateway"): _GATEWAY,
    (_V1BETA1, "Gateway"): _GATEWAY,
    (_V1, "HTTPRoute"): HTTP_ROUTE,
    (_V1BETA1, "HTTPRoute"): HTTP_ROUTE,
    (_V1, "GRPCRoute"): GRPC_ROUTE,
    (_V1, "TLSRoute"): TLS_ROUTE,
    (_V1, "ReferenceGrant"): REFERENCE_GRANT,
    (_V1BETA1, "ReferenceGrant"): REFERENCE_GRANT,
}
