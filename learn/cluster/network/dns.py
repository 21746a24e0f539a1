"""
What the cluster's DNS answers inside a Pod.

Rules: Kubernetes documentation, concepts/services-networking/dns-pod-service; the DNS-based service discovery
specification of kubernetes/dns (docs/specification.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from learn.cluster.network.services import EndpointSlice, Service, is_headless, slices_of

CLUSTER_DOMAIN = "cluster.local"
DNS_ADDRESS = "10.96.0.10"
NDOTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    The addresses of a name; `name` is the full one that was found.

    `cname` is set for an ExternalName Service, `service` ("namespace/name") for what is behind the name.
    """

    name: str
    addresses: tuple[str, ...] = ()
    cname: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """What the cluster's DNS knows: the objects as they are now."""

    services: Mapping[tuple[str, str], Service]
    slices: Sequence[EndpointSlice]
    pod_ips: frozenset[str] = frozenset()

    def resolve(self, name: str, namespace: str) -> Answer | None:
        """Return the answer to a Pod of `namespace` with dnsPolicy ClusterFirst, or None (NXDOMAIN)."""
        if is_address(name):
            return Answer(name=name, addresses=(name,))
        for candidate in search_names(name, namespace):
            if answer := self._lookup(candidate):
                return answer
        return None

    def _lookup(self, name: str) -> Answer | None:
        labels = name.removesuffix(".").lower().split(".")
        match labels:
            case [service, namespace, "svc", "cluster", "local"]:
                return self._service(name, namespace, service)
            case [host, service, namespace, "svc", "cluster", "local"]:
                return self._host(name, namespace, service, host)
            case [dashed, _, "pod", "cluster", "local"]:
                address = dashed.replace("-", ".")
                return Answer(name=name, addresses=(address,)) if address in self.pod_ips else None
        return None

    def _service(self, name: str, namespace: str, service_name: str) -> Answer | None:
        service = self.services.get((namespace, service_name))
        if service is None:
            return None
        label = f"{namespace}/{service_name}"
        spec = service["spec"]
        if spec.get("type") == "ExternalName":
            return Answer(name=name, cname=spec.get("externalName") or "", service=label)
        if is_headless(service):
            addresses = tuple(endpoint["addresses"][0] for endpoint in self._ready(service))
            return Answer(name=name, addresses=addresses, service=label)
        address = spec.get("clusterIP")
        return Answer(name=name, addresses=(address,) if address else (), service=label)

    def _host(self, name: str, namespace: str, service_name: str, host: str) -> Answer | None:
        service = self.services.get((namespace, service_name))
        if service is None or not is_headless(service):
            return None
        addresses = tuple(
            endpoint["addresses"][0]
            for endpoint in self._ready(service)
            if endpoint.get("hostname") == host or endpoint["addresses"][0].replace(".", "-") == host
        )
        return (
            Answer(name=name, addresses=addresses, service=f"{namespace}/{service_name}")
            if addresses
            else None
        )

    def _ready(self, service: Service) -> Iterable[Mapping[str, Any]]:
        return (
            endpoint
            for item in slices_of(service, self.slices)
            for endpoint in item.get("endpoints") or ()
            if (endpoint.get("conditions") or {}).get("ready") is not False
        )


def search_names(name: str, namespace: str) -> tuple[str, ...]:
    """Return the names that a resolver tries, in order (`ndots:5` and the three search domains)."""
    if name.endswith("."):
        return (name,)
    suffixes = (f"{namespace}.svc.{CLUSTER_DOMAIN}", f"svc.{CLUSTER_DOMAIN}", CLUSTER_DOMAIN)
    searched = tuple(f"{name}.{suffix}" for suffix in suffixes)
    return (name, *searched) if name.count(".") >= NDOTS else (*searched, name)


def resolv_conf(namespace: str) -> str:
    """Return /etc/resolv.conf of a Pod with dnsPolicy ClusterFirst."""
    return (
        f"search {namespace}.svc.{CLUSTER_DOMAIN} svc.{CLUSTER_DOMAIN} {CLUSTER_DOMAIN}\n"
        f"nameserver {DNS_ADDRESS}\n"
        f"options ndots:{NDOTS}\n"
    )


def is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except AddressValueError:
        return False
    return True
