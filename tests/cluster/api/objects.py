"""Objects that the tests build on: small, valid once defaults are applied."""

from typing import Any

from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.validation import validate
from learn.cluster.api.versions import NEWEST

Object = dict[str, Any]


def pod(**spec: Any) -> Object:
    containers = [{"name": "app", "image": "nginx:1.27"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"containers": containers, **spec},
    }


def container(**fields: Any) -> Object:
    return pod(containers=[{"name": "app", "image": "nginx:1.27", **fields}])


def workload(kind: str, api_version: str = "apps/v1", **spec: Any) -> Object:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": pod()["spec"]}
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }


def plain(kind: str, api_version: str = "v1", **fields: Any) -> Object:
    metadata = {"name": "web", "namespace": "default"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def service(**spec: Any) -> Object:
    return plain("Service", spec={"ports": [{"port": 80}], **spec})


def texts(obj: Object, old: Object | None = None, version: str = NEWEST) -> list[str]:
    """The texts of all errors of an object after defaulting, as the server would find them."""
    before = apply_defaults(old, version=version) if old is not None else None
    found = validate(apply_defaults(obj, version=version), old=before, version=version)
    return [error.text(version) for error in found]
