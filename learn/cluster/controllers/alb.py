"""
A cloud controller that keeps one load balancer for each group of Ingresses.

Source: AWS Load Balancer Controller, controllers/ingress/group_controller.go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.network.alb import annotation, group_of, model_error
from learn.cluster.network.albproxy import all_of
from learn.cluster.network.pool import next_free, used_addresses
from learn.cluster.network.settings import DEFAULT_POOL
from learn.cluster.objects import Obj, is_deleting, ref_of
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

SOURCE = "ingress"
REGION = "region-1"


def balancer_name(group: str, scheme: str) -> str:
    """Return the DNS name of a group's load balancer; names of internal ones say so."""
    parts = group.replace("/", "-")[:17]
    digest = hashlib.sha256(group.encode()).hexdigest()
    name = f"k8s-{parts}-{digest[:10]}-{int(digest[10:18], 16) % 10**9:09d}.{REGION}.elb.example.com"
    return name if scheme == "internet-facing" else f"internal-{name}"


class LoadBalancerController(Controller):
    """Keys are groups; `groups` in the state holds each one's host name, address, and whether it answers yet."""

    name = "alb"
    component: ClassVar[str] = "aws-load-balancer-controller"

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.state = {"groups": {}, "told": {}}

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Ingress": self._group, "IngressClass": self._all, "Service": self._if_changed}

    def _group(self, notice: Notice) -> Iterable[str]:
        """The groups of an Ingress before and after."""
        return dict.fromkeys(group_of(each) for each in (notice.old, notice.new) if each is not None)

    def _all(self, notice: Notice) -> Iterable[str]:
        groups = [group_of(each) for each in self.store.objects("Ingress")]
        return dict.fromkeys([*groups, *self.state["groups"]])

    def _if_changed(self, notice: Notice) -> Iterable[str]:
        old, new = notice.old, notice.new
        is_status = old is not None and new is not None and old["spec"] is new["spec"]
        return () if is_status else self._all(notice)

    def reconcile(self, key: str) -> None:
        delay = self.cluster.proxy.settings.alb_delay_ms
        if delay is None:
            return
        members = [
            each for each in all_of(self.cluster) if group_of(each) == key and not is_deleting(dict(each))
        ]
        if not members:
            self.state["groups"].pop(key, None)
            return
        services = {
            f"{each['metadata']['namespace']}/{each['metadata']['name']}": each
            for each in self.store.objects("Service")
        }
        for ingress in members:
            problem = model_error(ingress, services)
            if problem:
                meta = ingress["metadata"]
                text = f"Failed build model due to ingress: {meta['namespace']}/{meta['name']}: {problem}"
                for each in members:
                    self._tell(dict(each), "FailedBuildModel", text)
                return
        self._deploy(key, [dict(each) for each in members], delay)

    def _deploy(self, key: str, members: list[Obj], delay: int) -> None:
        """The load balancer is ordered, answers some time later, and its name stands in every member."""
        group = self.state["groups"].get(key)
        if group is None:
            scheme = next((s for s in (annotation(each, "scheme") for each in members) if s), "internal")
            group = self.state["groups"][key] = {
                "hostname": balancer_name(key, scheme),
                "ip": next_free(DEFAULT_POOL, used_addresses(self.cluster)),
                "due": self.engine.now + delay,
                "ready": False,
            }
        if self.engine.now < group["due"]:
            self.enqueue(key, delay_ms=group["due"] - self.engine.now)
            return
        group["ready"] = True
        status = {"loadBalancer": {"ingress": [{"hostname": group["hostname"]}]}}
        for each in members:
            self.api.update_status(ref_of(each), status, field="spec.ingressClassName")
            self._tell(each, "SuccessfullyReconciled", "Successfully reconciled")
        self.cluster.traffic.changed()

    def _tell(self, ingress: Obj, reason: str, message: str) -> None:
        """An Event whenever the outcome is another one, or the Ingress a new version."""
        key = f"{ingress['metadata']['namespace']}/{ingress['metadata']['name']}"
        told = [reason, message, ingress["metadata"].get("generation", 1)]
        if self.state["told"].get(key) == told:
            return
        self.state["told"][key] = told
        kind = "Normal" if reason == "SuccessfullyReconciled" else "Warning"
        self.events.record(ingress, kind, reason, message, source=SOURCE, field="metadata.annotations")
