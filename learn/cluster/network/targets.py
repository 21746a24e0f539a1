"""
Whom a request is for, said by the object instead of by an address.

| text | where it goes |
|---|---|
| `http://web/path`, `web:8080`, `10.96.0.1` | as curl would |
| `pod/NAME`, `pod/NAME/CONTAINER`, with `:PORT` | the Pod's address, at the port that it (or the container) listens on |
| `node/NAME:PORT` | the node's address |
| `service/NAME`, with `:PORT` | the name in the cluster's DNS, at its first port |
| `loadbalancer/NAME`, with `:PORT` | the address in the Service's status |
| `ingress/NAME`, `gateway/NAME`, with `:PORT` | the address in the status, with the first host of its rules |
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from learn.cluster.network.http import Request, parse_url
from learn.cluster.network.names import addresses_in
from learn.cluster.network.services import load_balancer_ips
from learn.cluster.objects import Obj

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

KINDS = {
    "pod": "Pod",
    "node": "Node",
    "service": "Service",
    "loadbalancer": "Service",
    "ingress": "Ingress",
    "gateway": "Gateway",
}


def is_object(text: str) -> bool:
    """Tell whether a target names an object, not a host."""
    head, slash, _ = text.partition("/")
    return bool(slash) and head in KINDS and "://" not in text


def request_to(cluster: Cluster, text: str, namespace: str = "default") -> Request:
    """
    Return the request for a target (see the table above).

    Raises KeyError when there is no such object or it has no address yet, ValueError for a port that is none.
    """
    if not is_object(text):
        return parse_url(text)
    head, _, rest = text.partition("/")
    name, _, port = rest.partition(":")
    name, _, container = name.partition("/")
    obj = cluster.store.find(KINDS[head], "" if head == "node" else namespace, name)
    if obj is None:
        raise KeyError(text)
    found = _request(cluster, head, obj, container)
    if not found.target:
        raise KeyError(text)
    return replace(found, port=int(port)) if port else found


def _request(cluster: Cluster, head: str, obj: Obj, container: str) -> Request:
    meta = obj["metadata"]
    match head:
        case "pod":
            host = (obj.get("status") or {}).get("podIP", "")
            return Request(host=host, port=_listening(cluster, obj, container))
        case "node":
            return Request(host=cluster.kubelet.addresses.host_ip(meta["name"]))
        case "service":
            return Request(host=f"{meta['name']}.{meta['namespace']}.svc", port=_first_port(obj))
        case "loadbalancer":
            return Request(host=next(iter(load_balancer_ips(obj)), ""), port=_first_port(obj))
        case "ingress":
            status = ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
            hosts = [rule.get("host") for rule in obj["spec"].get("rules") or ()]
            return _published(cluster, status, hosts, 80)
    status = (obj.get("status") or {}).get("addresses") or []
    listeners = obj["spec"].get("listeners") or [{}]
    return _published(
        cluster, status, [each.get("hostname") for each in listeners], listeners[0].get("port", 80)
    )


def _published(cluster: Cluster, status: list[Obj], hosts: list[str | None], port: int) -> Request:
    address = next(iter(addresses_in(cluster, status)), "")
    host = next((each for each in hosts if each and not each.startswith("*")), address)
    return Request(host=host, address=address, port=port) if address else Request(host="")


def _first_port(service: Obj) -> int:
    ports = service["spec"].get("ports") or [{}]
    return int(ports[0].get("port", 80))


def _listening(cluster: Cluster, pod: Obj, container: str) -> int:
    """The first port that a container of the Pod has opened, else the first that it declares."""
    record = cluster.kubelet.record(pod["metadata"]["uid"])
    for name, state in (record or {"containers": {}})["containers"].items():
        if container in ("", name) and state["state"] == "running":
            for port, _ in state["process"]["ports"]:
                return int(port)
    for each in pod["spec"]["containers"]:
        for port in each.get("ports") or () if container in ("", each["name"]) else ():
            return int(port["containerPort"])
    return 80
