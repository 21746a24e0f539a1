"""
How a cloud controller turns Ingresses into one load balancer: groups, rule order, target types.

Rules: AWS Load Balancer Controller, docs/guide/ingress/annotations.md, docs/guide/ingress/spec.md,
pkg/ingress (group_loader.go, rule order of model_build_listener_rules.go).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from learn.cluster.network.hostnames import without_port
from learn.cluster.network.ingress import Ingress, IngressMatch
from learn.cluster.network.services import Service

PREFIX = "alb.ingress.kubernetes.io/"
TARGET_TYPES = ("instance", "ip")
NEEDS_NODE_PORT = "TargetGroup port is empty. When using Instance targets, your service must be of type 'NodePort' or 'LoadBalancer'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A target group's health check; a status outside `codes` takes a target out."""

    path: str = "/"
    codes: str = "200"

    def accepts(self, status: int) -> bool:
        """Whether a status is among the codes, e.g. `200`, `200,302` or `200-399`."""
        for part in self.codes.split(","):
            low, _, high = part.strip().partition("-")
            if low.isdecimal() and int(low) <= status <= int(high if high.isdecimal() else low):
                return True
        return False


def annotation(obj: Mapping[str, Any], name: str, default: str = "") -> str:
    return str((obj["metadata"].get("annotations") or {}).get(PREFIX + name, default))


def group_of(ingress: Ingress) -> str:
    """Return the name of the load balancer's group; without `group.name` an Ingress is alone: "namespace/name"."""
    meta = ingress["metadata"]
    return annotation(ingress, "group.name") or f"{meta['namespace']}/{meta['name']}"


def in_order(ingresses: Iterable[Ingress]) -> list[Ingress]:
    """Sort a group's Ingresses: `group.order` (0 by default), then namespace/name."""

    def key(ingress: Ingress) -> tuple[int, str]:
        order = annotation(ingress, "group.order", "0")
        meta = ingress["metadata"]
        return int(order) if order.lstrip("-").isdecimal() else 0, f"{meta['namespace']}/{meta['name']}"

    return sorted(ingresses, key=key)


def listen_ports(ingress: Ingress) -> dict[int, str]:
    """Return port -> HTTP or HTTPS: as annotated, else 80, or 443 where a certificate is named."""
    given = annotation(ingress, "listen-ports")
    if given:
        try:
            pairs = [(str(name), int(port)) for each in json.loads(given) for name, port in each.items()]
        except (ValueError, TypeError, AttributeError):
            return {}
        return {port: name for name, port in pairs}
    return {443: "HTTPS"} if annotation(ingress, "certificate-arn") else {80: "HTTP"}


def target_type(ingress: Ingress, service: Service) -> str:
    """Return instance (the default) or ip; an annotation of the Service goes before the Ingress's."""
    return annotation(service, "target-type") or annotation(ingress, "target-type") or "instance"


def health_of(ingress: Ingress, service: Service) -> Health:
    def value(name: str, default: str) -> str:
        return annotation(service, name) or annotation(ingress, name) or default

    return Health(path=value("healthcheck-path", "/"), codes=value("success-codes", "200"))


def backends_of(ingress: Ingress) -> Iterator[Mapping[str, Any]]:
    spec = ingress["spec"]
    if spec.get("defaultBackend"):
        yield spec["defaultBackend"]
    for rule in spec.get("rules") or ():
        for path in (rule.get("http") or {}).get("paths") or ():
            yield path["backend"]


def model_error(ingress: Ingress, services: Mapping[str, Service]) -> str:
    """Return why no load balancer can be built from an Ingress; "" when it can."""
    namespace = ingress["metadata"]["namespace"]
    for backend in backends_of(ingress):
        service = services.get(f"{namespace}/{(backend.get('service') or {}).get('name', '')}")
        if service is None:
            continue
        kind = target_type(ingress, service)
        if kind not in TARGET_TYPES:
            return f"unknown targetType: {kind}"
        if kind == "instance" and service["spec"].get("type") not in ("NodePort", "LoadBalancer"):
            return NEEDS_NODE_PORT
    return ""


def match_alb(ingresses: Iterable[Ingress], host: str, path: str) -> IngressMatch | None:
    """
    Return the first rule of a group's load balancer that fits, else a default backend.

    Ingress after Ingress and host after host, as they are written; among the paths of one host Exact ones
    come first, then Prefix ones by length, then the rest in their order.
    """
    ordered = in_order(ingresses)
    name = without_port(host)
    for ingress in ordered:
        for index, rule in enumerate(ingress["spec"].get("rules") or ()):
            wanted = (rule.get("host") or "").lower()
            if not _host_matches(wanted, name):
                continue
            paths = list(enumerate((rule.get("http") or {}).get("paths") or ()))
            for number, each in sorted(paths, key=_rank):
                kind, text = each.get("pathType") or "ImplementationSpecific", each.get("path") or "/"
                if _path_matches(kind, text, path):
                    field = f"spec.rules[{index}].http.paths[{number}]"
                    return _match(ingress, wanted, text, kind, each["backend"], field)
    for ingress in ordered:
        backend = ingress["spec"].get("defaultBackend")
        if backend:
            return _match(ingress, "", "/", "Prefix", backend, "spec.defaultBackend")
    return None


def _rank(item: tuple[int, Mapping[str, Any]]) -> tuple[int, int, int]:
    number, path = item
    match path.get("pathType"):
        case "Exact":
            return 0, 0, number
        case "Prefix":
            return 1, -len(path.get("path") or "/"), number
    return 2, 0, number


def _host_matches(pattern: str, host: str) -> bool:
    """An ALB's wildcard stands for any characters, dots included."""
    return not pattern or _fits(pattern, host)


def _path_matches(kind: str, pattern: str, path: str) -> bool:
    """Prefix /foo becomes the patterns /foo and /foo/*; other texts are patterns with * and ?."""
    if kind == "Exact":
        return path == pattern
    if kind == "Prefix":
        start = pattern.rstrip("/")
        return path == start or path.startswith(f"{start}/")
    return _fits(pattern, path)


def _fits(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern with * and ?; brackets mean themselves."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _match(
    ingress: Ingress, host: str, path: str, path_type: str, backend: Mapping[str, Any], field: str
) -> IngressMatch:
    meta = ingress["metadata"]
    return IngressMatch(
        namespace=meta["namespace"], name=meta["name"], host=host, path=path, path_type=path_type,
        backend=backend, field=field,
    )  # fmt: skip
