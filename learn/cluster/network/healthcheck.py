"""What kube-proxy answers on a Service's healthCheckNodePort (pkg/proxy/healthcheck/service_health.go)."""

from collections.abc import Iterable

from learn.cluster.network.services import Endpoint, Service
from learn.cluster.network.settings import ExternalHost


def local_endpoints(endpoints: Iterable[Endpoint], node: str) -> int:
    """Return how many ready endpoints are on a node; one that serves several ports counts once."""
    return len({each.ip for each in endpoints if each.is_ready and each.node == node})


def health_answer(service: Service, count: int) -> ExternalHost:
    """Return what balancers are told: 200 from nodes that have endpoints, 503 from the others."""
    meta = service["metadata"]
    body = (
        f'{{\n\t"service": {{\n\t\t"namespace": "{meta.get("namespace", "default")}",\n'
        f'\t\t"name": "{meta["name"]}"\n\t}},\n'
        f'\t"localEndpoints": {count},\n\t"serviceProxyHealthy": true\n}}'
    )
    return ExternalHost(ports=(), status=200 if count else 503, body=body)
