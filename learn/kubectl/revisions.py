"""Revisions of a Deployment, StatefulSet or DaemonSet, as `describe` and `rollout` see them.

Source: staging/src/k8s.io/kubectl/pkg/util/deployment/deployment.go (EqualIgnoreHash, Revision).
"""

from __future__ import annotations

from typing import Any

from learn.cluster.objects import Obj, annotations_of

REVISION = "deployment.kubernetes.io/revision"
HASH_LABEL = "pod-template-hash"
CHANGE_CAUSE = "kubernetes.io/change-cause"


def template_of_revision(obj: Obj) -> dict[str, Any]:
    """The Pod template without the hash that the controller adds to its labels."""
    template = obj["spec"].get("template") or {}
    meta = template.get("metadata") or {}
    labels = {key: value for key, value in (meta.get("labels") or {}).items() if key != HASH_LABEL}
    bare = {key: value for key, value in meta.items() if key not in ("labels", "creationTimestamp")}
    return {**template, "metadata": {**bare, **({"labels": labels} if labels else {})}}


def revision_of(obj: Obj) -> int:
    """The number in a ReplicaSet's or Deployment's annotation; 0 without one."""
    if obj["kind"] == "ControllerRevision":
        return int(obj.get("revision", 0))
    text = annotations_of(obj).get(REVISION, "")
    return int(text) if text.isdecimal() else 0
