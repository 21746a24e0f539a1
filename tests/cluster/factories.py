"""Small manifests in which only the difference shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Obj = dict[str, Any]


def container(**fields: Any) -> Obj:
    return {
        "name": "app",
        "image": "example.com/web:1.0",
        "ports": [{"name": "http", "containerPort": 8080}],
        **fields,
    }


def probe(path: str = "/healthz", **fields: Any) -> Obj:
    return {"httpGet": {"path": path, "port": 8080}, **fields}


def pod(
    name: str = "web",
    *,
    labels: Mapping[str, str] | None = None,
    containers: list[Obj] | None = None,
    **spec: Any,
) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": dict(labels or {"app": name})},
        "spec": {"containers": containers or [container()], **spec},
    }


def template(app: str, **fields: Any) -> Obj:
    pod_spec = fields.pop("pod_spec", {})
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [container(**fields)], **pod_spec}}


def deployment(
    name: str = "web", replicas: int = 3, *, spec: Mapping[str, Any] | None = None, **fields: Any
) -> Obj:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": template(name, **fields),
            **(spec or {}),
        },
    }


def service(name: str = "web", **spec: Any) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "selector": {"app": name},
            "clusterIP": "10.96.7.7",
            "ports": [{"port": 80, "targetPort": 8080}],
            **spec,
        },
    }


def shell_pod(script: str, name: str = "sh", **spec: Any) -> Obj:
    """A Pod whose container runs a script in busybox."""
    return pod(
        name, containers=[{"name": "app", "image": "busybox:1.37", "command": ["sh", "-c", script]}], **spec
    )
