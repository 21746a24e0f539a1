"""Which certificate a TLS handshake shows, and whether curl accepts it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from learn.cluster.network.hops import Certificate, Failure, Reason, Symptom, Trip
from learn.cluster.network.hostnames import ingress_host_matches
from learn.cluster.network.http import Request

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

FAKE_NGINX = Certificate(subject="Kubernetes Ingress Controller Fake Certificate", hosts=("ingress.local",))
SELF_SIGNED = Certificate(subject="self-signed")


def handshake(trip: Trip, request: Request, certificate: Certificate) -> tuple[Trip, Failure | None]:
    """Show a certificate; without `insecure`, one that nobody trusts or that names another host ends it."""
    trip = trip.with_certificate(certificate)
    names_host = any(ingress_host_matches(host.lower(), request.server_name) for host in certificate.hosts)
    if request.insecure or (certificate.is_trusted and names_host):
        return trip, None
    return trip, Failure(symptom=Symptom.BAD_CERTIFICATE, reason=Reason.CERTIFICATE)


def secret_certificate(
    cluster: Cluster, namespace: str, name: str, hosts: Iterable[str]
) -> Certificate | None:
    """Return the certificate in a Secret, taken to be for `hosts`; None when it holds no pair of cert and key."""
    secret = cluster.store.find("Secret", namespace, name) if name else None
    data: Mapping[str, Any] = (secret or {}).get("data") or (secret or {}).get("stringData") or {}
    if not data.get("tls.crt") or not data.get("tls.key"):
        return None
    names = tuple(hosts)
    return Certificate(subject=names[0] if names else name, hosts=names, secret=f"{namespace}/{name}")


def ingress_certificate(
    cluster: Cluster, ingresses: Iterable[Mapping[str, Any]], server_name: str
) -> Certificate | None:
    """Return the certificate for a name among the `tls` sections of Ingresses, the oldest first."""
    for ingress in ingresses:
        for section in ingress["spec"].get("tls") or ():
            hosts = section.get("hosts") or [
                rule["host"] for rule in ingress["spec"].get("rules") or () if rule.get("host")
            ]
            if any(ingress_host_matches(host.lower(), server_name) for host in hosts):
                found = secret_certificate(
                    cluster, ingress["metadata"]["namespace"], section.get("secretName") or "", hosts
                )
                if found:
                    return found
    return None
