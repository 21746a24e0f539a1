"""Which Pod has which address: every node gives out its own range, and asks who stands behind an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn.cluster.objects import Obj

if TYPE_CHECKING:
    from learn.cluster.kubelet import Kubelet, Record

FIRST_ADDRESS, ADDRESSES = 2, 253
"""The addresses of a node's range that Pods get: .2 to .254."""


class PodAddresses:
    """The addresses of the Pods of all nodes; the records hold them, the look-up by address is made anew."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.store = kubelet.store
        self.cluster = kubelet.cluster
        self._by_address: dict[str, list[str]] | None = None

    def changed(self) -> None:
        """A Pod has got its address, has gone, or lost its node."""
        self._by_address = None

    def assign(self, record: Record, pod: Obj) -> None:
        """Give a Pod its address: the node's own with hostNetwork, else the next free one of the node's range."""
        record["ip"] = self._next(record, pod)
        self.changed()

    def _next(self, record: Record, pod: Obj) -> str:
        node = self.store.find("Node", "", record["node"])
        if pod["spec"].get("hostNetwork"):
            return self.host_ip(record["node"])
        prefix = str((node or {"spec": {}})["spec"].get("podCIDR", "10.244.255.0/24")).rpartition(".")[0]
        state = self.kubelet.pulls.node(record["node"])
        # Until each address has been given out once, none needs to be looked for.
        taken = self._taken(record["node"]) if state["ip"] >= ADDRESSES else ()
        for _ in range(ADDRESSES):
            address = f"{prefix}.{FIRST_ADDRESS + state['ip'] % ADDRESSES}"
            state["ip"] += 1
            if address not in taken:
                return address
        return ""

    def _taken(self, node: str) -> set[str]:
        """The addresses of the Pods on a node that have not ended."""
        records = self.kubelet.records()
        return {record["ip"] for record in records if record["node"] == node and not record["ended"]}

    def host_ip(self, node_name: str) -> str:
        """The node's own address; "" for one that does not exist."""
        node = self.store.find("Node", "", node_name)
        for address in (node or {"status": {}})["status"].get("addresses") or ():
            if address["type"] == "InternalIP":
                return str(address["address"])
        return ""

    def holder(self, ip: str, port: int) -> tuple[Record, Obj, str] | None:
        """Who has an address: the Pod and its container that listens on the port ("" if none does).

        None when no Pod that runs on a living node has it.
        """
        answer = None
        for uid in self._index().get(ip, ()):
            record = self.kubelet.state["pods"][uid]
            pod = self.kubelet.pod(record)
            if pod is None or record["ended"] or self.cluster.is_stopped(f"node/{record['node']}"):
                continue
            for name, container in record["containers"].items():
                if container["state"] == "running" and self.kubelet.running(record, pod, name).opens(port):
                    return record, pod, name
            answer = (record, pod, "")
        return answer

    def _index(self) -> dict[str, list[str]]:
        if self._by_address is None:
            self._by_address = {}
            for record in self.kubelet.records():
                if record["ip"]:
                    self._by_address.setdefault(record["ip"], []).append(record["uid"])
        return self._by_address
