"""`kubectl drain` as it goes on: evictions are tried again while a disruption budget refuses them."""

from __future__ import annotations

from typing import ClassVar

from learn.cluster.controllers.base import Controller
from learn.cluster.engine import Priority
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, controller_of, is_deleting, ref_of
from learn.cluster.pods import is_terminal

RETRY_MS = 5_000


def is_drained(pod: Obj) -> bool:
    """Whether a drain takes a Pod away: not those of DaemonSets, nor static ones."""
    owner = controller_of(pod)
    return owner is None or owner["kind"] != "DaemonSet"


class Drains(Controller):
    """Keys are names of nodes; state: the nodes being drained."""

    name = "drain"
    component = "drain"
    priority: ClassVar[int] = Priority.ACTION

    def begin(self, node: str) -> None:
        self.state[node] = True
        self.reconcile(node)

    def cancel(self, node: str) -> None:
        self.state.pop(node, None)

    def reconcile(self, key: str) -> None:
        if key not in self.state:
            return
        refused = False
        for pod in self.store.pods_on(key):
            if is_deleting(pod) or not is_drained(pod):
                continue
            try:
                if is_terminal(pod):
                    self.api.delete(ref_of(pod))
                else:
                    self.api.evict(ref_of(pod))
            except ApiError as error:
                self.trace.record(ref_of(pod), "eviction-refused", data={"text": error.message})
                refused = True
        if refused:
            self.enqueue(key, delay_ms=RETRY_MS)
        else:
            del self.state[key]
