"""Images that a node has already (plugins/imagelocality)."""

from __future__ import annotations

from collections.abc import Sequence

from learn.cluster.api.access import maps_at, text_at
from learn.cluster.podstatus import canonical_image
from learn.cluster.scheduling.nodeinfo import NodeInfo, PodInfo, Snapshot
from learn.cluster.scheduling.score import MAX_SCORE

LEAST = 23 * 1024 * 1024
MOST_PER_CONTAINER = 1000 * 1024 * 1024


def image_scores(pod: PodInfo, nodes: Sequence[NodeInfo], snapshot: Snapshot) -> list[int] | None:
    """The bytes of the Pod's images at hand, each weighed by how many nodes have it; None when none has any."""
    if not any(node.images for node in nodes):
        return None
    containers = maps_at(pod.spec, "initContainers") + maps_at(pod.spec, "containers")
    names = [canonical_image(text_at(container, "image")) for container in containers]
    everywhere = list(snapshot.nodes.values())
    spread = {name: sum(name in node.images for node in everywhere) / len(everywhere) for name in names}
    most = MOST_PER_CONTAINER * len(containers)
    scores = []
    for node in nodes:
        held = sum(int(node.images[name] * spread[name]) for name in names if name in node.images)
        scores.append(MAX_SCORE * (min(max(held, LEAST), most) - LEAST) // (most - LEAST))
    return scores
