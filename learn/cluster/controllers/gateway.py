"""
The controller of Gateways: classes are accepted, Gateways get an address, routes are told what became of them.

Rules: Gateway API, apis/v1/gatewayclass_types.go, apis/v1/gateway_types.go, apis/v1/httproute_types.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.network import clients
from learn.cluster.network.gateway import (
    Verdict,
    attach,
    gateway_verdict,
    listener_verdicts,
    parents_of,
    resolve_refs,
    supported_kinds,
)
from learn.cluster.network.gatewayproxy import attached_routes
from learn.cluster.network.gatewaytls import certificate_problem
from learn.cluster.network.pool import next_free, used_addresses
from learn.cluster.network.settings import DEFAULT_POOL
from learn.cluster.objects import Obj, Ref, is_deleting, ref_of
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

PROVISION_MS = 2_000
"""From a new Gateway to its address."""


class GatewayController(Controller):
    """Keys are `KIND/namespace/name`; `due` in the state says when a Gateway's address will be there."""

    name = "gateway"
    component: ClassVar[str] = "gateway-controller"

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.state = {"due": {}}

    def watches(self) -> Mapping[str, KeysOf]:
        everything = dict.fromkeys(("GatewayClass", "Gateway", "HTTPRoute", "ReferenceGrant"), self._all)
        return {**everything, "Service": self._if_any, "Namespace": self._if_any, "Secret": self._if_any}

    def _all(self, notice: Notice) -> Iterable[str]:
        """Few objects, closely bound: each change looks at all of them."""
        return [
            f"{kind}/{each['metadata'].get('namespace', '')}/{each['metadata']['name']}"
            for kind in ("GatewayClass", "Gateway", "HTTPRoute")
            for each in self.store.objects(kind)
        ]

    def _if_any(self, notice: Notice) -> Iterable[str]:
        is_status = notice.old is not None and notice.new is not None and _same(notice.old, notice.new)
        return () if is_status else self._all(notice)

    def reconcile(self, key: str) -> None:
        kind, namespace, name = key.split("/", 2)
        obj = self.store.get(Ref(kind, namespace, name))
        if obj is None or is_deleting(obj):
            self.state["due"].pop(key, None)
            return
        match kind:
            case "GatewayClass":
                self._accept_class(obj)
            case "Gateway":
                if self._controller(obj):
                    self._program(key, obj)
            case "HTTPRoute":
                self._judge(obj)

    # -- classes and Gateways --------------------------------------------------------------------

    def _controllers(self) -> frozenset[str]:
        return frozenset(each.controller for each in self.cluster.proxy.settings.gateways)

    def _controller(self, gateway: Obj) -> str:
        """Our name, if the Gateway's class is ours."""
        found = self.store.find("GatewayClass", "", (gateway.get("spec") or {}).get("gatewayClassName", ""))
        name = str(found["spec"].get("controllerName", "")) if found else ""
        return name if name in self._controllers() else ""

    def _accept_class(self, obj: Obj) -> None:
        if obj["spec"].get("controllerName") in self._controllers():
            accepted = ("Accepted", True, "Accepted", "Valid GatewayClass")
            self._write(obj, conditions=self._conditions(obj, [accepted], obj.get("status")))

    def _program(self, key: str, gateway: Obj) -> None:
        """Accepted at once, Programmed as soon as the address is there."""
        address = self._address(key, gateway)
        verdicts = [
            listener_verdicts(gateway, each, certificate_problem(self.cluster, gateway, each))
            for each in gateway["spec"].get("listeners") or ()
        ]
        listeners = [
            self._listener_status(gateway, each, found)
            for each, found in zip(gateway["spec"].get("listeners") or (), verdicts, strict=True)
        ]
        programmed = (
            ("Programmed", True, "Programmed", "Address assigned to the Gateway")
            if address
            else ("Programmed", False, "AddressNotAssigned", "No addresses have been assigned to the Gateway")
        )
        wanted = [_condition("Accepted", gateway_verdict(verdicts)), programmed]
        self._write(
            gateway,
            field="spec.gatewayClassName",
            conditions=self._conditions(gateway, wanted, gateway.get("status")),
            listeners=listeners,
            **({"addresses": [{"type": "IPAddress", "value": address}]} if address else {}),
        )

    def _address(self, key: str, gateway: Obj) -> str:
        for each in (gateway.get("status") or {}).get("addresses") or ():
            return str(each["value"])
        due = self.state["due"].setdefault(key, self.engine.now + PROVISION_MS)
        if self.engine.now < due:
            self.enqueue(key, delay_ms=due - self.engine.now)
            return ""
        del self.state["due"][key]
        balancers = self.cluster.proxy.settings.load_balancers
        return next_free(balancers.pool if balancers else DEFAULT_POOL, used_addresses(self.cluster))

    def _listener_status(self, gateway: Obj, listener: Obj, verdicts: Iterable[tuple[str, Verdict]]) -> Obj:
        known = (gateway.get("status") or {}).get("listeners") or ()
        before = next((each for each in known if each["name"] == listener["name"]), None)
        wanted = [_condition(kind, verdict) for kind, verdict in verdicts]
        return {
            "name": listener["name"],
            "attachedRoutes": len(attached_routes(self.cluster, gateway, listener)),
            "supportedKinds": supported_kinds(listener)[0],
            "conditions": self._conditions(gateway, wanted, before),
        }

    # -- routes ----------------------------------------------------------------------------------

    def _judge(self, route: Obj) -> None:
        """One entry of `status.parents` for each parent that is a Gateway of ours."""
        parents = []
        labels = clients.namespace_labels(self.cluster, route["metadata"]["namespace"])
        references = resolve_refs(
            route,
            lambda namespace, name: self.store.find("Service", namespace, name),
            self.store.objects("ReferenceGrant"),
        )
        for parent, namespace, name in parents_of(route):
            gateway = self.store.find("Gateway", namespace, name)
            controller = self._controller(gateway) if gateway else ""
            if not controller or gateway is None:
                continue
            accepted = attach(route, parent, gateway, labels)
            self._trace(route, gateway, accepted)
            known = (route.get("status") or {}).get("parents") or ()
            before = next((each for each in known if each.get("parentRef") == parent), None)
            wanted = [_condition("Accepted", accepted), _condition("ResolvedRefs", references)]
            parents.append(
                {
                    "parentRef": dict(parent),
                    "controllerName": controller,
                    "conditions": self._conditions(route, wanted, before),
                }
            )
        if parents or (route.get("status") or {}).get("parents"):
            self._write(route, field="spec.parentRefs", parents=parents)

    def _trace(self, route: Obj, gateway: Obj, verdict: Verdict) -> None:
        """Say once per answer why a Gateway took a route or did not."""
        ref = ref_of(route)
        told = self.state.setdefault("told", {})
        key = f"{ref.namespace}/{ref.name} {gateway['metadata']['namespace']}/{gateway['metadata']['name']}"
        if told.get(key) != verdict.reason:
            told[key] = verdict.reason
            data = {"rule": "attach", "gateway": gateway["metadata"]["name"], "reason": verdict.reason}
            self.trace.record(ref, "decision", field="spec.parentRefs", data=data)

    # -- writing ---------------------------------------------------------------------------------

    def _write(self, obj: Obj, *, field: str = "", **status: Any) -> None:
        self.api.update_status(ref_of(obj), {**(obj.get("status") or {}), **status}, field=field)

    def _conditions(
        self, obj: Obj, wanted: Sequence[tuple[str, bool, str, str]], before: Mapping[str, Any] | None
    ) -> list[Obj]:
        """Conditions with the times of their last change kept where the status is the same."""
        known = {each["type"]: each for each in (before or {}).get("conditions") or ()}
        made = []
        for kind, is_true, reason, message in wanted:
            status = "True" if is_true else "False"
            old = known.get(kind, {})
            since = old.get("lastTransitionTime") if old.get("status") == status else None
            made.append(
                {
                    "type": kind,
                    "status": status,
                    "reason": reason,
                    "message": message,
                    "observedGeneration": obj["metadata"].get("generation", 1),
                    "lastTransitionTime": since or self.now_stamp(),
                }
            )
        return made


def _condition(kind: str, verdict: Verdict) -> tuple[str, bool, str, str]:
    return kind, verdict.ok, verdict.reason, verdict.message


def _same(old: Obj, new: Obj) -> bool:
    """Nothing but the status (or the bookkeeping of a write) is different."""
    parts = ("spec", "data")
    labels = old["metadata"].get("labels") == new["metadata"].get("labels")
    return labels and all(old.get(part) == new.get(part) for part in parts)
