"""The scheduler's picture of the cluster, kept up to date by watching (pkg/scheduler/backend/cache)."""

from __future__ import annotations

from learn.cluster.objects import Obj
from learn.cluster.pods import is_terminal
from learn.cluster.scheduling.amounts import differing_allocations
from learn.cluster.scheduling.nodeinfo import NodeInfo, PodInfo, Snapshot, pod_info
from learn.cluster.store import Notice, Store


class Cache:
    """Derived from the store alone, but for Pods that are `assumed` on a node until they are bound."""

    def __init__(self, store: Store, minor: int) -> None:
        self._store = store
        nodes = {node["metadata"]["name"]: NodeInfo(node) for node in store.objects("Node")}
        self.snapshot = Snapshot(nodes, store, minor)
        self._placed: dict[str, str] = {}
        for pod in store.objects("Pod"):
            self._place(pod)

    def node_changed(self, notice: Notice) -> None:
        nodes = self.snapshot.nodes
        if notice.new is None:
            nodes.pop(notice.ref.name, None)
        elif notice.ref.name in nodes:
            nodes[notice.ref.name].set_node(notice.new)
        else:
            nodes[notice.ref.name] = NodeInfo(notice.new)
            for name in sorted(nodes):
                nodes[name] = nodes.pop(name)
            for pod in self._store.objects("Pod"):
                if pod["spec"].get("nodeName") == notice.ref.name:
                    self._place(pod)

    def pod_changed(self, notice: Notice) -> None:
        """Take over a change of a Pod that is, or was, on a node."""
        if notice.new is not None and notice.new["spec"].get("nodeName"):
            self._place(notice.new)
        else:
            self.forget(notice.obj["metadata"]["uid"])

    def assume(self, pod: PodInfo, node: str) -> None:
        """Count a Pod on a node although it is not bound yet."""
        if node in self.snapshot.nodes:
            self.snapshot.nodes[node].add(pod)
            self._placed[pod.uid] = node

    def forget(self, uid: str) -> None:
        node = self.snapshot.nodes.get(self._placed.pop(uid, ""))
        if node is not None:
            node.remove(uid)

    def _place(self, pod: Obj) -> None:
        if not pod["spec"].get("nodeName"):
            return
        self.forget(pod["metadata"]["uid"])
        if not is_terminal(pod):
            self.assume(pod_info(pod), pod["spec"]["nodeName"])


def matters(old: Obj, new: Obj) -> bool:
    """Whether a change of a Pod on a node changes what it occupies or how selectors see it."""
    if old["spec"] is not new["spec"] and old["spec"] != new["spec"]:
        return True
    before, after = old["metadata"], new["metadata"]
    if before.get("labels") != after.get("labels"):
        return True
    if ("deletionTimestamp" in before) != ("deletionTimestamp" in after) or is_terminal(old) != is_terminal(
        new
    ):
        return True
    return _allocated(old) != _allocated(new)


def _allocated(pod: Obj) -> list[object]:
    """What its containers were given, where that is not what they ask for (a resize under way)."""
    return list(differing_allocations(pod).values())
