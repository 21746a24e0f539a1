"""What a load balancer may write into the status of a Service or Ingress (ValidateLoadBalancerStatus).

core/validation/validation.go and networking/validation/validation.go.
"""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.validation.addresses import validate_address
from learn.cluster.api.versions import Behaviour

_MODES = ("Proxy", "VIP")
_INGRESS: Path = ("status", "loadBalancer", "ingress")


def with_ip_modes(obj: Mapping[str, Any]) -> dict[str, Any]:
    """SetDefaults_Service: an address without a mode is a virtual IP of the nodes."""
    result = dict(obj)
    if obj.get("kind") != "Service" or map_at(obj, "spec").get("type") != "LoadBalancer":
        return result
    status, balancer = map_at(obj, "status"), map_at(map_at(obj, "status"), "loadBalancer")
    listed = [
        {**each, "ipMode": "VIP"} if each.get("ip") and each.get("ipMode") is None else each
        for each in maps_at(balancer, "ingress")
    ]
    if listed:
        result["status"] = {**status, "loadBalancer": {**balancer, "ingress": listed}}
    return result


def validate_balancer_status(
    obj: Mapping[str, Any], old: Mapping[str, Any], rules: Behaviour
) -> list[FieldError]:
    """Errors of `status.loadBalancer` of a Service or an Ingress; other kinds have none."""
    if obj.get("kind") not in ("Service", "Ingress"):
        return []
    listed = _listed(obj)
    is_service = obj.get("kind") == "Service"
    if is_service and listed and map_at(obj, "spec").get("type") != "LoadBalancer":
        return [forbidden(_INGRESS, "may only be used when `spec.type` is 'LoadBalancer'")]
    kept = [each.get("ip") for each in _listed(old)]
    errors: list[FieldError] = []
    for index, each in enumerate(listed):
        at: Path = (*_INGRESS, index)
        if ip := text_at(each, "ip"):
            errors += validate_address(ip, (*at, "ip"), rules, kept)
        if is_service:
            errors += _mode_errors(each, at)
        if host := text_at(each, "hostname"):
            errors += invalid_each((*at, "hostname"), host, names.dns_subdomain(host))
            if names.parse_ip(host):
                errors.append(invalid((*at, "hostname"), host, "must be a DNS name, not an IP address"))
    return errors


def _listed(obj: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(maps_at(map_at(map_at(obj, "status"), "loadBalancer"), "ingress"))


def _mode_errors(entry: Mapping[str, Any], path: Path) -> list[FieldError]:
    mode, at = entry.get("ipMode"), (*path, "ipMode")
    if mode is None:
        return [required(at, "must be specified when `ip` is set")] if entry.get("ip") else []
    if not entry.get("ip"):
        return [forbidden(at, "may not be specified when `ip` is not set")]
    return [] if mode in _MODES else [not_supported(at, mode, _MODES)]
