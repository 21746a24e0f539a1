"""
Which controller an Ingress belongs to.

Rules: Kubernetes documentation, concepts/services-networking/ingress (Ingress class);
plugin/pkg/admission/network/defaultingressclass/admission.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from learn.cluster.api.access import map_at
from learn.cluster.network.ingress import Ingress

IngressClass = Mapping[str, Any]
DEFAULT_ANNOTATION = "ingressclass.kubernetes.io/is-default-class"
OLD_ANNOTATION = "kubernetes.io/ingress.class"
NGINX = "k8s.io/ingress-nginx"
ALB = "ingress.k8s.aws/alb"


def class_name(ingress: Ingress) -> str:
    """Return the class that an Ingress names, by its field or the old annotation; "" for none."""
    annotations = map_at(ingress["metadata"], "annotations")
    return str(map_at(ingress, "spec").get("ingressClassName") or annotations.get(OLD_ANNOTATION) or "")


def controller_of(ingress: Ingress, classes: Iterable[IngressClass]) -> str:
    """Return the controller that serves an Ingress; "" when its class names none that there is."""
    wanted = class_name(ingress)
    for each in classes:
        if wanted and each["metadata"]["name"] == wanted:
            return str((each.get("spec") or {}).get("controller") or "")
    return ""


def ingresses_of(
    ingresses: Iterable[Ingress], classes: Iterable[IngressClass], controller: str
) -> list[Ingress]:
    """Return the Ingresses that a controller serves, the oldest first."""
    listed = list(classes)
    mine = [each for each in ingresses if controller and controller_of(each, listed) == controller]
    return sorted(mine, key=_age)


def default_class(classes: Iterable[IngressClass]) -> str:
    """Return the class that new Ingresses without one get: the newest default, equal ages by name; "" for none."""
    defaults = [
        each
        for each in classes
        if (each["metadata"].get("annotations") or {}).get(DEFAULT_ANNOTATION) == "true"
    ]
    if not defaults:
        return ""
    newest = max(each["metadata"].get("creationTimestamp") or "" for each in defaults)
    names = [
        each["metadata"]["name"]
        for each in defaults
        if (each["metadata"].get("creationTimestamp") or "") == newest
    ]
    return str(min(names))


def with_default_class(ingress: dict[str, Any], classes: Iterable[IngressClass]) -> dict[str, Any]:
    """Return a new Ingress with the default class filled in, where it has neither field nor annotation."""
    spec = ingress.get("spec")
    if class_name(ingress) or not isinstance(spec, dict) or "ingressClassName" in spec:
        return ingress
    name = default_class(classes)
    if not name:
        return ingress
    return {**ingress, "spec": {**spec, "ingressClassName": name}}


def _age(ingress: Ingress) -> tuple[str, str, str]:
    metadata = ingress["metadata"]
    return metadata.get("creationTimestamp") or "", metadata.get("namespace", ""), metadata["name"]
