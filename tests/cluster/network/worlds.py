"""Clusters in which requests can be sent: what most cases share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.cluster import Cluster
from learn.cluster.reach import Reached
from tests.cluster import factories

Obj = dict[str, Any]


def cluster_with(
    *objects: Obj, network: Mapping[str, Any] | None = None, seconds: int = 30, **settings: Any
) -> Cluster:
    """A cluster in which these objects were created at 0 and have settled; a Pod `client` runs on node-1."""
    cluster = Cluster(settings={"network": dict(network or {})}, **settings)
    cluster.create(client())
    for obj in objects:
        cluster.create(obj)
    cluster.run_for(seconds * 1000)
    return cluster


def client(name: str = "client", node: str = "node-1", **labels: str) -> Obj:
    made = factories.shell_pod("sleep infinity", name, nodeName=node)
    made["metadata"]["labels"] = {"app": name, **labels}
    return made


def on_node(node: str, name: str, **fields: Any) -> Obj:
    return factories.pod(name, labels={"app": "web"}, nodeName=node, **fields)


def in_namespace(namespace: str, obj: Obj) -> Obj:
    return {**obj, "metadata": {**obj["metadata"], "namespace": namespace}}


def namespace(name: str, **labels: str) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name, **labels}},
    }


def policy(name: str = "p", space: str = "default", **spec: Any) -> Obj:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": space},
        "spec": {"podSelector": {}, **spec},
    }


def ask(cluster: Cluster, url: str, source: str = "client", **how: Any) -> Reached:
    found = cluster.act("request", url=url, source=source, **how)
    assert isinstance(found, Reached)
    return found
