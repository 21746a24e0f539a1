"""
Which certificate a listener of a Gateway serves.

Rules: Gateway API, apis/v1/gateway_types.go (GatewayTLSConfig.CertificateRefs, ListenerConditionReason).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from learn.cluster.network.gateway import Gateway, Listener, is_permitted
from learn.cluster.network.hops import Certificate
from learn.cluster.network.http import Request
from learn.cluster.network.tls import secret_certificate

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster


def listener_certificate(
    cluster: Cluster, gateway: Gateway, listener: Listener, request: Request | None = None
) -> Certificate | None:
    """The certificate of an HTTPS listener, from the first of its certificateRefs that can be read."""
    hosts = (listener.get("hostname") or (request.server_name if request else ""),)
    found = (_certificate(cluster, gateway, ref, hosts) for ref in _certificate_refs(listener))
    return next((each for each in found if isinstance(each, Certificate)), None)


def certificate_problem(cluster: Cluster, gateway: Gateway, listener: Listener) -> str:
    """Return the reason (ListenerConditionReason) why an HTTPS listener has no certificate, "" when all is well."""
    if listener.get("protocol") != "HTTPS":
        return ""
    found = [_certificate(cluster, gateway, ref, ("",)) for ref in _certificate_refs(listener)]
    if any(isinstance(each, Certificate) for each in found):
        return ""
    return next((each for each in found if isinstance(each, str)), "InvalidCertificateRef")


def _certificate_refs(listener: Listener) -> list[Mapping[str, Any]]:
    return list((listener.get("tls") or {}).get("certificateRefs") or ())


def _certificate(
    cluster: Cluster, gateway: Gateway, ref: Mapping[str, Any], hosts: tuple[str, ...]
) -> Certificate | str:
    """What a certificateRef leads to, or the reason why to nothing."""
    own = gateway["metadata"]["namespace"]
    namespace = ref.get("namespace") or own
    if (ref.get("kind") or "Secret") != "Secret" or ref.get("group"):
        return "InvalidCertificateRef"
    grants = cluster.store.objects("ReferenceGrant", namespace)
    if namespace != own and not is_permitted(
        grants,
        kind="Gateway",
        namespace=own,
        to_kind="Secret",
        to_namespace=namespace,
        to_name=ref["name"],
    ):
        return "RefNotPermitted"
    return secret_certificate(cluster, namespace, ref["name"], hosts) or "InvalidCertificateRef"
