"""kube-proxy: its rules on every node follow Services and EndpointSlices, a second later.

All nodes know the same, so it is kept once; a node whose kube-proxy stands still keeps a copy of what it knew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.engine import Priority
from learn.cluster.network.iptables import node_rules
from learn.cluster.network.iptables_rules import NodeRules, Table
from learn.cluster.network.rules import ALWAYS_WRITTEN, Door, RuleTable, ServicePort, chains_of
from learn.cluster.network.services import SERVICE_NAME
from learn.cluster.network.settings import NetworkSettings, read_settings
from learn.cluster.objects import Obj, Ref, labels_of
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

PROPAGATION_MS = 1_000
"""From the change of an object to the rules on every node."""

FULL_SYNC_MS = 3_600_000
"""Every chain is written anew this often (pkg/proxy/util FullSyncPeriod)."""

EVERYWHERE = "*"
ZONE_LABEL = "topology.kubernetes.io/zone"


class KubeProxy(Controller):
    """State, all of it by `namespace/name` or node:

    `services` `slices` as the rules know them · `pending` changes on their way · `held` what nodes knew when
    their kube-proxy stopped (`*`: all of them) · `flushed` chains emptied by hand ("table/chain") ·
    `affinity` `node|service port|client` -> [endpoint, when last used].
    """

    name = "kube-proxy"
    component = "kube-proxy"
    priority: ClassVar[int] = Priority.NETWORK
    timers = ("sync", "full_sync")

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.settings: NetworkSettings = read_settings(cluster.config["settings"])
        self.state = {
            "services": {}, "slices": {}, "pending": {}, "held": {}, "flushed": {}, "affinity": {},
        }  # fmt: skip
        self._tables: dict[str, RuleTable] = {}

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Service": self._changed, "EndpointSlice": self._changed}

    def restore(self, data: Mapping[str, Any]) -> None:
        super().restore(data)
        self._tables.clear()

    # -- following objects -----------------------------------------------------------------------

    def _changed(self, notice: Notice) -> Iterable[str]:
        """Remember the object as it is now; the rules have it when the delay is over."""
        if notice.old is not None and notice.new is not None and _facts(notice.old) == _facts(notice.new):
            return ()
        number = str(self.store.resource_version)
        key = f"{notice.ref.namespace}/{notice.ref.name}"
        self.state["pending"][number] = [notice.ref.kind, key, notice.new, notice.entry]
        if self._is_shown():
            self.sync(number)
        else:
            self.after(self.cluster.setting("endpointDelayMs", PROPAGATION_MS), "sync", number)
        return ()

    def _is_shown(self) -> bool:
        """Whether objects are only put there to be looked at: nothing ran yet, and nothing will."""
        return self.engine.now == 0 and EVERYWHERE in self.cluster.stopped

    def sync(self, number: str) -> None:
        kind, key, new, entry = self.state["pending"].pop(number)
        if not self._is_shown():
            self._hold()
        service = key if kind == "Service" else self._service_of(key, new)
        before = self._ready(service)
        known = self.state["services" if kind == "Service" else "slices"]
        if new is None:
            known.pop(key, None)
        else:
            known[key] = new
        self._tables.clear()
        after = self._ready(service)
        if before != after:
            self.trace.record(
                Ref("Service", *service.split("/", 1)), "rules-synced", causes=(entry,),
                data={"endpoints": after, "added": [each for each in after if each not in before], "removed": [each for each in before if each not in after]},
            )  # fmt: skip
        self._rewrite(service)
        self.cluster.traffic.changed()

    def _service_of(self, key: str, new: Obj | None) -> str:
        slice_ = new or self.state["slices"].get(key) or {"metadata": {}}
        return f"{key.partition('/')[0]}/{labels_of(slice_).get(SERVICE_NAME, '')}"

    def _ready(self, service: str) -> list[str]:
        """`ip:port` of the ready endpoints that the rules lead to, sorted."""
        table = self.table()
        found = table.services.get(service)
        names = {port.get("name") or "" for port in (found or {"spec": {}})["spec"].get("ports") or ()}
        return sorted(
            {f"{e.ip}:{e.port}" for name in names for e in table.endpoints(service, name) if e.is_ready}
        )

    def _hold(self) -> None:
        """What a stopped kube-proxy knew stays as it was, however the objects go on."""
        held = self.state["held"]
        if self.is_stopped and EVERYWHERE not in held:
            held[EVERYWHERE] = self._copy(self.state)
        for component in self.cluster.stopped:
            part, _, node = component.partition("/")
            if part == self.component and node and node not in held:
                held[node] = self._copy(held.get(EVERYWHERE, self.state))

    def _copy(self, known: Mapping[str, Any]) -> dict[str, Any]:
        return {"services": dict(known["services"]), "slices": dict(known["slices"])}

    def resume(self) -> None:
        """A kube-proxy that starts again writes all of its rules at once."""
        super().resume()
        for node in list(self.state["held"]):
            if node == EVERYWHERE or not self.is_stopped_on(node):
                del self.state["held"][node]
        for node in list(self.state["flushed"]):
            if not self.is_stopped_on(node):
                del self.state["flushed"][node]
        self._tables.clear()
        self.cluster.traffic.changed()

    def is_stopped_on(self, node: str) -> bool:
        return self.is_stopped or self.cluster.is_stopped(f"{self.component}/{node}")

    # -- what the rules are ----------------------------------------------------------------------

    def table(self, node: str = "") -> RuleTable:
        """The rules on a node; without one, what a watcher of the API knows by now."""
        held = self.state["held"]
        kept = node if node in held else EVERYWHERE if node and EVERYWHERE in held else ""
        if kept not in self._tables:
            known = held[kept] if kept else self.state
            self._tables[kept] = RuleTable(
                [each for _, each in sorted(known["services"].items())],
                [each for _, each in sorted(known["slices"].items())],
            )
        return self._tables[kept]

    def slices(self, namespace: str, service: str) -> list[Obj]:
        """The slices of a Service, as a watcher knows them by now."""
        return [dict(each) for each in self.table().slices(f"{namespace}/{service}")]

    def zone(self, node: str) -> str:
        found = self.store.find("Node", "", node)
        return str(labels_of(found).get(ZONE_LABEL, "")) if found else ""

    def chains(self, node: str) -> NodeRules:
        """The iptables rules on a node; empty tables in nftables mode."""
        if self.settings.mode != "iptables":
            return node_rules((), (), node=node)
        table = self.table(node)
        rules = node_rules(
            table.services.values(),
            [each for key in table.services for each in table.slices(key)],
            node=node,
            node_ip=self.cluster.kubelet.addresses.host_ip(node),
            zone=self.zone(node),
        )
        emptied = self.flushed(node)
        return NodeRules(nat=_emptied(rules.nat, emptied), filter=_emptied(rules.filter, emptied))

    # -- chains emptied by hand ------------------------------------------------------------------

    def flush(self, node: str, table: str, chain: str | None) -> None:
        """Do `iptables -t TABLE -F [CHAIN]` on a node.  Raises KeyError for a chain that there is not."""
        rules = self.chains(node)
        chains = (rules.nat if table == "nat" else rules.filter).chains
        names = [chain] if chain else list(chains)
        for name in names:
            if name not in chains:
                raise KeyError(name)
        known = self.state["flushed"].setdefault(node, [])
        known += [f"{table}/{name}" for name in names if f"{table}/{name}" not in known]
        self.trace.record(Ref("Node", "", node), "rules-flushed", data={"table": table, "chain": chain or ""})
        self.after(FULL_SYNC_MS - self.engine.now % FULL_SYNC_MS, "full_sync", node)
        self.cluster.traffic.changed()

    def flushed(self, node: str) -> frozenset[str]:
        return frozenset(self.state["flushed"].get(node, ()))

    def full_sync(self, node: str) -> None:
        if not self.is_stopped_on(node) and self.state["flushed"].pop(node, None):
            self.cluster.traffic.changed()

    def _rewrite(self, service: str) -> None:
        """A sync writes the chains of the Service that changed, and the few that lead to all of them."""
        for node in list(self.state["flushed"]):
            if self.is_stopped_on(node):
                continue
            written = {f"nat/{name}" for name in ALWAYS_WRITTEN} | self._own_chains(service, node)
            left = [
                name
                for name in self.state["flushed"][node]
                if name not in written and not name.startswith("filter/KUBE-")
            ]
            if left:
                self.state["flushed"][node] = left
            else:
                del self.state["flushed"][node]

    def _own_chains(self, service: str, node: str) -> set[str]:
        table = self.table(node)
        found = table.services.get(service)
        names: set[str] = set()
        for index, port in enumerate((found or {"spec": {}})["spec"].get("ports") or ()):
            each = ServicePort(service=found or {}, port=port, index=index, door=Door.CLUSTER_IP)
            endpoints = table.endpoints(service, port.get("name") or "")
            names |= {f"nat/{name}" for name in chains_of(each, endpoints)}
        return names

    # -- session affinity ------------------------------------------------------------------------

    def affinity(self, node: str, port: ServicePort, client: str, seconds: int) -> str:
        """The `ip:port` that a client's connections stick to at a node, or ""."""
        found = self.state["affinity"].get(f"{node}|{port.name}|{client}")
        if found is None or self.engine.now - found[1] >= seconds * 1000:
            return ""
        return str(found[0])

    def stick(self, node: str, port: ServicePort, client: str, endpoint: str, seconds: int) -> None:
        """Remember the endpoint of a connection; what nobody used for its time is forgotten."""
        known = self.state["affinity"]
        known[f"{node}|{port.name}|{client}"] = [endpoint, self.engine.now, seconds]
        for key, (_, used, lasts) in list(known.items()):
            if self.engine.now - used >= lasts * 1000:
                del known[key]


def _facts(obj: Obj) -> tuple[Any, ...]:
    """What kube-proxy looks at."""
    meta = obj["metadata"]
    return (
        obj.get("spec"),
        obj.get("status"),
        obj.get("endpoints"),
        obj.get("ports"),
        (meta.get("labels") or {}).get(SERVICE_NAME),
        meta.get("uid"),
    )


def _emptied(table: Table, flushed: frozenset[str]) -> Table:
    for name in table.chains:
        if f"{table.name}/{name}" in flushed:
            table = table.flushed(name)
    return table
