"""The IP families of a Service (pkg/registry/core/service/storage/alloc.go, initIPFamilyFields).

A cluster here has addresses of one family.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from learn.cluster.api.fielderror import FieldError, invalid
from learn.cluster.api.validation.addresses import is_ipv6
from learn.cluster.api.validation.clusterips import (
    FAMILIES,
    cluster_ips,
    ip_families,
    is_headless,
    validate_cluster_ips,
)
from learn.cluster.api.versions import Behaviour

Object: TypeAlias = dict[str, Any]

_POLICY = ("spec", "ipFamilyPolicy")
_PROXIED = ("ClusterIP", "NodePort", "LoadBalancer")


def init_families(
    spec: Object, old: Mapping[str, Any] | None, family: str, rules: Behaviour
) -> list[FieldError]:
    """Fill in policy and families, in place; gives what the cluster, which has `family` alone, cannot do."""
    if spec.get("type") == "ExternalName" or _still_prefers(spec, old):
        return []
    if not spec.get("ipFamilyPolicy"):
        spec["ipFamilyPolicy"] = _inferred_policy(spec, old)
    if wrong := validate_cluster_ips(spec, rules, old):
        return wrong
    errors = _release(spec, old) if old is not None else []
    errors += _several(spec)
    errors += _families_of_addresses(spec, family)
    if errors:
        return errors
    families = ip_families(spec) or [family]
    if _is_open(spec):
        if len(families) == 1 and spec["ipFamilyPolicy"] != "SingleStack":
            families += [other for other in FAMILIES if other not in families]
    elif errors := _unconfigured(spec, family):
        return errors
    spec["ipFamilies"] = families
    return []


def _still_prefers(spec: Mapping[str, Any], old: Mapping[str, Any] | None) -> bool:
    """isMatchingPreferDualStackClusterIPFields: a preference that nobody touched is not looked at again."""
    return (
        old is not None
        and spec.get("type") == old.get("type")
        and spec.get("type") in _PROXIED
        and spec.get("ipFamilyPolicy") == "PreferDualStack"
        and old.get("ipFamilyPolicy") in (None, "PreferDualStack")
        and cluster_ips(spec) == cluster_ips(old)
        and ip_families(spec) == ip_families(old)
    )


def _is_open(spec: Mapping[str, Any]) -> bool:
    """Headless and without a selector: its endpoints may be anything."""
    return is_headless(spec) and not spec.get("selector")


def _inferred_policy(spec: Mapping[str, Any], old: Mapping[str, Any] | None) -> str:
    before = (old or {}).get("ipFamilyPolicy")
    if isinstance(before, str) and before:
        return before
    return "RequireDualStack" if _is_open(spec) else "SingleStack"


def _release(spec: Object, old: Mapping[str, Any]) -> list[FieldError]:
    """The second address and family: given back by SingleStack alone."""
    addresses, families = cluster_ips(spec), ip_families(spec)
    if spec["ipFamilyPolicy"] == "SingleStack":
        if addresses == cluster_ips(old) and len(addresses) > 1:
            spec["clusterIPs"] = addresses[:1]
        if families == ip_families(old) and len(families) > 1:
            spec["ipFamilies"] = families[:1]
        return []
    errors: list[FieldError] = []
    if 0 < len(addresses) < len(cluster_ips(old)):
        errors.append(_wrong_policy(spec, "must be 'SingleStack' to release the secondary cluster IP"))
    if 0 < len(families) < len(ip_families(old)):
        errors.append(_wrong_policy(spec, "must be 'SingleStack' to release the secondary IP family"))
    return errors


def _several(spec: Mapping[str, Any]) -> list[FieldError]:
    if spec["ipFamilyPolicy"] != "SingleStack":
        return []
    several = (("cluster IPs", cluster_ips(spec)), ("IP families", ip_families(spec)))
    detail = "must be 'RequireDualStack' or 'PreferDualStack' when multiple {} are specified"
    return [_wrong_policy(spec, detail.format(what)) for what, given in several if len(given) == 2]


def _families_of_addresses(spec: Object, family: str) -> list[FieldError]:
    """An address tells its family, where none is given."""
    errors: list[FieldError] = []
    addresses, families = cluster_ips(spec), ip_families(spec)
    for index, address in enumerate(() if is_headless(spec) else addresses):
        own = "IPv6" if is_ipv6(address) else "IPv4"
        if index < len(families):
            continue
        if own == family:
            families.append(own)
        else:
            detail = f"{own} is not configured on this cluster"
            errors.append(invalid(("spec", "clusterIPs", index), addresses, detail, "[]string"))
    if families and not errors:
        spec["ipFamilies"] = families
    return errors


def _unconfigured(spec: Mapping[str, Any], family: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec["ipFamilyPolicy"] == "RequireDualStack":
        errors.append(_wrong_policy(spec, "this cluster is not configured for dual-stack services"))
    return errors + [
        invalid(("spec", "ipFamilies", index), each, "not configured on this cluster")
        for index, each in enumerate(ip_families(spec))
        if each != family
    ]


def _wrong_policy(spec: Mapping[str, Any], detail: str) -> FieldError:
    return invalid(_POLICY, spec["ipFamilyPolicy"], detail)
