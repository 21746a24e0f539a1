"""Host names in Ingress and Gateway API rules."""


def without_port(host: str) -> str:
    """Return the Host header's name in lower case, without the port."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdigit() else host).lower()


def ingress_host_matches(pattern: str, host: str) -> bool:
    """
    Tell whether an Ingress rule's `host` covers a request's.

    A wildcard covers exactly one label; an empty pattern covers every host.
    Source: staging/src/k8s.io/api/networking/v1/types.go, IngressRule.Host.
    """
    if not pattern.startswith("*."):
        return pattern in ("", host)
    label, _, rest = host.partition(".")
    return bool(label) and rest == pattern[2:]


def route_host_matches(pattern: str, host: str) -> bool:
    """
    Tell whether a Gateway API hostname covers a request's.

    A wildcard covers one or more labels, never the bare domain.
    Source: Gateway API, apis/v1/shared_types.go, Hostname.
    """
    if not pattern.startswith("*."):
        return pattern in ("", host)
    return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1


def intersection(listener: str, route: str) -> str | None:
    """
    Return the hostname that a listener and a route share, or None.

    Either may be empty (every host) or a wildcard; the more specific one is what they share.
    Source: Gateway API, apis/v1/httproute_types.go, HTTPRouteSpec.Hostnames.
    """
    if not listener or not route:
        return listener or route
    if listener == route:
        return route
    if _covers(listener, route):
        return route
    if _covers(route, listener):
        return listener
    return None


def _covers(pattern: str, name: str) -> bool:
    return pattern.startswith("*.") and name.endswith(pattern[1:]) and len(name) > len(pattern) - 1


def specificity(pattern: str) -> tuple[int, int]:
    """Sort key, most specific last: no host, then wildcards by length, then exact names."""
    if not pattern:
        return (0, 0)
    return (1 if pattern.startswith("*.") else 2, len(pattern))
