"""Revisions of a Deployment: templates, their hashes, and what its ReplicaSets are marked with.

Upstream: pkg/controller/deployment/util/deployment_util.go, pkg/controller/controller_utils.go (ComputeHash).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from learn.cluster.apiserver import SUFFIX_ALPHABET
from learn.cluster.controllers.rollout import ReplicaSetSize
from learn.cluster.objects import Obj, annotations_of

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MOST = "deployment.kubernetes.io/max-replicas"
HASH = "pod-template-hash"


def template_hash(template: Mapping[str, Any], collisions: int = 0) -> str:
    """FNV-32a over the template (and the collision count), in the letters of generated names."""
    text = json.dumps(template, sort_keys=True, separators=(",", ":")) + (
        str(collisions) if collisions else ""
    )
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return "".join(SUFFIX_ALPHABET[ord(digit) % len(SUFFIX_ALPHABET)] for digit in str(value))


def plain_template(replica_set: Obj) -> Obj:
    """The template without the hash label, to compare it with the Deployment's."""
    template: Obj = replica_set["spec"]["template"]
    meta = template.get("metadata") or {}
    labels = {key: value for key, value in (meta.get("labels") or {}).items() if key != HASH}
    return {**template, "metadata": {**meta, "labels": labels}}


def revision_of(obj: Obj) -> int:
    text = annotations_of(obj).get(REVISION, "0")
    return int(text) if text.isdecimal() else 0


def size_of(replica_set: Obj) -> ReplicaSetSize:
    """A ReplicaSet as the arithmetic sees it."""
    annotations = annotations_of(replica_set)
    desired = annotations.get(DESIRED, "")
    most = annotations.get(MOST, "")
    return ReplicaSetSize(
        name=replica_set["metadata"]["name"],
        size=int(replica_set["spec"].get("replicas") or 0),
        available=int((replica_set.get("status") or {}).get("availableReplicas") or 0),
        created=f"{replica_set['metadata']['creationTimestamp']}/{revision_of(replica_set):09d}",
        most=int(most) if most.isdecimal() else 0,
        desired=int(desired) if desired.isdecimal() else None,
    )


def same_template(replica_set: Obj, template: Obj) -> bool:
    """Whether a ReplicaSet is of this template, its hash aside (EqualIgnoreHash)."""
    spec = replica_set["spec"]["template"]
    if spec.get("spec") is not template.get("spec") and spec.get("spec") != template.get("spec"):
        return False
    plain, meta = plain_template(replica_set)["metadata"], template.get("metadata") or {}
    keys = {*plain, *meta}
    return all((plain.get(key) or {}) == (meta.get(key) or {}) for key in keys)
