"""The addresses that load balancers of a cluster hand out: one pool for Services, Gateways and Ingresses."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import TYPE_CHECKING

from learn.cluster.network.services import load_balancer_ips

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

FIRST = 10
"""The first host number of a pool that is handed out; the ones below are left to routers."""


def next_free(pool: str, used: Iterable[str]) -> str:
    """Return the lowest free address of a pool such as 203.0.113.0/24; "" when none is left."""
    taken = set(used)
    network = ip_network(pool)
    numbers = range(min(FIRST, network.num_addresses - 1), network.num_addresses - 1)
    return next((str(network[number]) for number in numbers if str(network[number]) not in taken), "")


def used_addresses(cluster: Cluster) -> set[str]:
    """Every address that some load balancer of the cluster has."""
    used = {ip for service in cluster.store.objects("Service") for ip in load_balancer_ips(service)}
    for gateway in cluster.store.objects("Gateway"):
        used |= {str(each.get("value")) for each in (gateway.get("status") or {}).get("addresses") or ()}
    alb = cluster.parts.get("alb")
    if alb is not None:
        used |= {group["ip"] for group in (alb.state.get("groups") or {}).values()}
    return used
