"""`get --raw PATH`: what the server answers to a GET of a path.

Source: Kubernetes documentation, "Kubernetes API Concepts" (resource URIs).
"""

from __future__ import annotations

import json
import re
from typing import Any

from learn.cluster.api.kinds import KINDS, Kind
from learn.cluster.cluster import Cluster
from learn.cluster.objects import Ref
from learn.kubectl.errors import CommandError

_PATH = re.compile(
    r"/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/[a-z]))?(?:/(?P<plural>[a-z]+))(?:/(?P<name>[^/]+))?/?"
)


def raw_answer(cluster: Cluster, path: str) -> str:
    """The body, as compact JSON; raises CommandError (NotFound)."""
    bare = path.partition("?")[0]
    match bare.rstrip("/"):
        case "/version":
            return json.dumps(version_info(cluster.version), indent=2)
        case "/healthz" | "/livez" | "/readyz":
            return "ok"
    found = _PATH.fullmatch(bare)
    kind = _kind(found["group"] or "", found["plural"]) if found else None
    if found is None or kind is None:
        raise CommandError("Error from server (NotFound): the server could not find the requested resource")
    return _answer(cluster, kind, found["namespace"] or "", found["name"] or "")


def _kind(group: str, plural: str) -> Kind | None:
    return next((kind for kind in KINDS if (kind.group, kind.plural) == (group, plural)), None)


def _answer(cluster: Cluster, kind: Kind, namespace: str, name: str) -> str:
    if name:
        obj = cluster.store.get(Ref(kind.kind, namespace if kind.namespaced else "", name))
        if obj is None:
            raise CommandError(f'Error from server (NotFound): {kind.resource} "{name}" not found')
        return _compact(obj)
    objects = cluster.store.objects(kind.kind, namespace or None)
    version = str(cluster.store.resource_version)
    return _compact(
        {
            "kind": f"{kind.kind}List",
            "apiVersion": kind.api_version,
            "metadata": {"resourceVersion": version},
            "items": objects,
        }
    )


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n"


def version_info(version: str) -> dict[str, str]:
    """What `/version` answers."""
    major, _, minor = version.partition(".")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": f"v{version}.0",
        "compiler": "gc",
        "platform": "linux/amd64",
    }
