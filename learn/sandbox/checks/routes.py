"""Ingress and HTTPRoute against the Services they lead to."""

from collections.abc import Iterator, Mapping
from typing import Any

from learn.cluster.api.access import int_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import Path
from learn.sandbox.checks.registry import Finding, manifest_check, object_check
from learn.sandbox.checks.world import World, namespace_of
from learn.sandbox.objects import ManifestObject


def _ingress_backends(ingress: ManifestObject) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    spec = map_at(ingress.value, "spec")
    default = map_at(map_at(spec, "defaultBackend"), "service")
    if default:
        yield ("spec", "defaultBackend", "service"), default
    for i, rule in enumerate(maps_at(spec, "rules")):
        for j, path in enumerate(maps_at(map_at(rule, "http"), "paths")):
            service = map_at(map_at(path, "backend"), "service")
            if service:
                yield ("spec", "rules", i, "http", "paths", j, "backend", "service"), service


@object_check("ingress-service-missing", "Ingress")
def ingress_service(ingress: ManifestObject, world: World) -> Iterator[Finding]:
    """A backend whose Service is not among the Services of the manifest."""
    names = world.names("Service", namespace_of(ingress))
    for path, service in _ingress_backends(ingress):
        name = text_at(service, "name")
        if names and name and name not in names:
            yield Finding(
                obj=ingress, path=(*path, "name"), params={"service": name, "known": _listed(names)}
            )


@object_check("ingress-service-port", "Ingress")
def ingress_port(ingress: ManifestObject, world: World) -> Iterator[Finding]:
    """A backend port that the Service does not have."""
    for path, backend in _ingress_backends(ingress):
        service = world.find("Service", namespace_of(ingress), text_at(backend, "name"))
        wanted = map_at(backend, "port")
        if service is None or not wanted:
            continue
        ports = maps_at(map_at(service.value, "spec"), "ports")
        number, name = int_at(wanted, "number"), text_at(wanted, "name")
        if ports and not any(_is_port(port, number, name) for port in ports):
            known = "、".join(_port_text(port) for port in ports)
            leaf = "number" if number is not None else "name"
            params = {"port": str(number or name), "service": service.name, "known": known}
            yield Finding(obj=ingress, path=(*path, "port", leaf), params=params)


def _is_port(port: Mapping[str, Any], number: int | None, name: str) -> bool:
    return int_at(port, "port") == number if number is not None else text_at(port, "name") == name


def _port_text(port: Mapping[str, Any]) -> str:
    name = text_at(port, "name")
    return f"{port.get('port')}（{name}）" if name else str(port.get("port"))


@object_check("ingress-tls-host", "Ingress")
def tls_host(ingress: ManifestObject, world: World) -> Iterator[Finding]:
    """A certificate for a host that no rule serves."""
    spec = map_at(ingress.value, "spec")
    hosts = {text_at(rule, "host") for rule in maps_at(spec, "rules")} - {""}
    for i, tls in enumerate(maps_at(spec, "tls")):
        for j, host in enumerate(tls.get("hosts") or [] if isinstance(tls.get("hosts"), list) else []):
            if hosts and isinstance(host, str) and host not in hosts and not host.startswith("*."):
                yield Finding(
                    obj=ingress,
                    path=("spec", "tls", i, "hosts", j),
                    params={"host": host, "known": _listed(sorted(hosts))},
                )


@manifest_check("ingress-duplicate-path", "Ingress")
def duplicate_path(world: World) -> Iterator[Finding]:
    """The same host and path in two rules: which one answers is up to the controller."""
    seen: dict[tuple[str, str, str, str], ManifestObject] = {}
    for ingress in world.of("Ingress"):
        spec = map_at(ingress.value, "spec")
        for i, rule in enumerate(maps_at(spec, "rules")):
            for j, path in enumerate(maps_at(map_at(rule, "http"), "paths")):
                key = (
                    text_at(spec, "ingressClassName"),
                    text_at(rule, "host"),
                    text_at(path, "path"),
                    text_at(path, "pathType"),
                )
                if key in seen:
                    params = {
                        "path": key[2] or "/",
                        "host": key[1] or "すべてのホスト",
                        "other": seen[key].name,
                    }
                    yield Finding(
                        obj=ingress, path=("spec", "rules", i, "http", "paths", j, "path"), params=params
                    )
                seen.setdefault(key, ingress)


def _route_backends(route: ManifestObject) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for i, rule in enumerate(maps_at(map_at(route.value, "spec"), "rules")):
        for j, backend in enumerate(maps_at(rule, "backendRefs")):
            if (text_at(backend, "kind") or "Service") == "Service":
                yield ("spec", "rules", i, "backendRefs", j), backend


@object_check("httproute-service-missing", "HTTPRoute")
def route_service(route: ManifestObject, world: World) -> Iterator[Finding]:
    """A backendRef whose Service is not among the Services of the manifest."""
    for path, backend in _route_backends(route):
        namespace = text_at(backend, "namespace") or namespace_of(route)
        names, name = world.names("Service", namespace), text_at(backend, "name")
        if names and name and name not in names:
            yield Finding(obj=route, path=(*path, "name"), params={"service": name, "known": _listed(names)})


@object_check("httproute-service-port", "HTTPRoute")
def route_port(route: ManifestObject, world: World) -> Iterator[Finding]:
    """A backendRef port that the Service does not have."""
    for path, backend in _route_backends(route):
        namespace = text_at(backend, "namespace") or namespace_of(route)
        service = world.find("Service", namespace, text_at(backend, "name"))
        number = int_at(backend, "port")
        ports = maps_at(map_at(service.value, "spec"), "ports") if service else []
        if service and number is not None and ports and not any(int_at(p, "port") == number for p in ports):
            params = {
                "port": str(number),
                "service": service.name,
                "known": "、".join(_port_text(p) for p in ports),
            }
            yield Finding(obj=route, path=(*path, "port"), params=params)


@object_check("httproute-gateway-missing", "HTTPRoute")
def route_gateway(route: ManifestObject, world: World) -> Iterator[Finding]:
    """A parentRef that names none of the Gateways of the manifest."""
    for index, parent in enumerate(maps_at(map_at(route.value, "spec"), "parentRefs")):
        if (text_at(parent, "kind") or "Gateway") != "Gateway":
            continue
        names = world.names("Gateway", text_at(parent, "namespace") or namespace_of(route))
        name = text_at(parent, "name")
        if names and name and name not in names:
            yield Finding(
                obj=route,
                path=("spec", "parentRefs", index, "name"),
                params={"gateway": name, "known": _listed(names)},
            )


@object_check("ingress-no-tls", "Ingress")
def no_tls(ingress: ManifestObject, world: World) -> Iterator[Finding]:
    """An Ingress for a host, without a certificate."""
    spec = map_at(ingress.value, "spec")
    if not spec.get("tls") and any(text_at(rule, "host") for rule in maps_at(spec, "rules")):
        yield Finding(obj=ingress, path=("spec", "rules"), on_key=True)


@object_check("ingress-class-annotation", "Ingress")
def class_annotation(ingress: ManifestObject, world: World) -> Iterator[Finding]:
    """The annotation that ingressClassName replaced in 1.18."""
    annotations = map_at(map_at(ingress.value, "metadata"), "annotations")
    value = text_at(annotations, "kubernetes.io/ingress.class")
    if value:
        path = ("metadata", "annotations", "kubernetes.io/ingress.class")
        yield Finding(obj=ingress, path=path, params={"class": value})


def _listed(names: list[str]) -> str:
    return "、".join(f"`{name}`" for name in names[:5])
