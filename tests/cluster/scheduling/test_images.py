"""pkg/scheduler/framework/plugins/imagelocality."""

from __future__ import annotations

from learn.cluster.scheduling.imagelocality import image_scores
from learn.cluster.scheduling.nodeinfo import Snapshot, pod_info
from tests.cluster.scheduling.builders import Obj, node, pod

MI = 1024 * 1024


def with_image(name: str, size: int) -> Obj:
    made = node(name)
    image = {"names": ["docker.io/library/app:1.0"], "sizeBytes": size}
    return {**made, "status": {**made["status"], "images": [image] if size else []}}


def scores(*sizes: int) -> list[int] | None:
    nodes = [with_image(f"n{i}", size) for i, size in enumerate(sizes)]
    newcomer = pod("new")
    newcomer["spec"]["containers"][0]["image"] = "app:1.0"
    snapshot = Snapshot.of(nodes)
    return image_scores(pod_info(newcomer), list(snapshot.nodes.values()), snapshot)


def test_large_images_at_hand_count() -> None:
    # Half of 1000 MiB, for one of two nodes has it: 100 * (500 - 23) / (1000 - 23)
    assert scores(1000 * MI, 0) == [48, 0]
    assert scores(1000 * MI, 1000 * MI) == [100, 100]
    assert scores(40 * MI, 0) == [0, 0]


def test_without_images_there_is_nothing_to_say() -> None:
    assert scores(0, 0) is None
