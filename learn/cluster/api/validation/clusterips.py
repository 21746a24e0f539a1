"""The cluster IPs of a Service, their families, and how both agree (core/validation/validation.go).

ValidateServiceClusterIPsRelatedFields, validateUpgradeDowngradeClusterIPs, validateUpgradeDowngradeIPFamilies.
"""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.access import list_at, text_at
from learn.cluster.api.fielderror import FieldError, Path, duplicate, invalid, nil_list, not_supported
from learn.cluster.api.validation.addresses import is_ipv6, validate_address
from learn.cluster.api.validation.pods import SPEC
from learn.cluster.api.versions import Behaviour

FAMILIES = ("IPv4", "IPv6")
POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")
_IPS: Path = (*SPEC, "clusterIPs")
_FAMILIES: Path = (*SPEC, "ipFamilies")
_POLICY: Path = (*SPEC, "ipFamilyPolicy")
_FAMILY_LIST = "[]core.IPFamily"
_SET_ONCE = "may not change once set"


def cluster_ips(spec: Mapping[str, Any]) -> list[str]:
    """`clusterIPs`, or the one `clusterIP` where only that is given (the server fills in the list)."""
    addresses = [address for address in list_at(spec, "clusterIPs") if isinstance(address, str)]
    single = text_at(spec, "clusterIP")
    return addresses or ([single] if single else [])


def ip_families(spec: Mapping[str, Any]) -> list[str]:
    return [family for family in list_at(spec, "ipFamilies") if isinstance(family, str)]


def is_headless(spec: Mapping[str, Any]) -> bool:
    return cluster_ips(spec) == ["None"]


def validate_cluster_ips(
    spec: Mapping[str, Any], rules: Behaviour, old: Mapping[str, Any] | None = None
) -> list[FieldError]:
    """Not for an ExternalName Service, which may have none of them."""
    errors: list[FieldError] = []
    addresses, single = cluster_ips(spec), text_at(spec, "clusterIP")
    if single and addresses[0] != single:
        errors.append(_wrong_ips(_IPS, addresses, "first value must match `clusterIP`"))
    elif not single and addresses:
        errors.append(_wrong_ips(_IPS, addresses, "must be empty when `clusterIP` is not specified"))
    families = ip_families(spec)
    for index, family in enumerate(families):
        if family not in FAMILIES:
            errors.append(not_supported((*_FAMILIES, index), family, FAMILIES))
        if family in families[:index]:
            errors.append(duplicate((*_FAMILIES, index), family))
    policy = spec.get("ipFamilyPolicy")
    if isinstance(policy, str) and policy not in POLICIES:
        errors.append(not_supported(_POLICY, policy, POLICIES))
    return errors + _validate_addresses(addresses, families, rules, cluster_ips(old or {}))


def _validate_addresses(
    addresses: list[str], families: list[str], rules: Behaviour, kept: list[str]
) -> list[FieldError]:
    errors: list[FieldError] = []
    broken = False
    for index, address in enumerate(addresses):
        if index == 0 and address == "None":
            if len(addresses) > 1:
                broken = True
                errors.append(_wrong_ips(_IPS, addresses, "'None' must be the first and only value"))
            continue
        wrong = validate_address(address, (*_IPS, index), rules, kept)
        broken = broken or bool(wrong)
        errors += wrong
    if len(addresses) > 2:
        errors.append(_wrong_ips(_IPS, addresses, "may only hold up to 2 values"))
    if broken:
        return errors
    kinds = [is_ipv6(address) for address in addresses]
    if len(addresses) > 1 and len(set(kinds)) < 2:
        errors.append(_wrong_ips(_IPS, addresses, "may specify no more than one IP for each IP family"))
    if addresses != ["None"]:
        for index, (address, family) in enumerate(zip(addresses, families, strict=False)):
            if family in FAMILIES and kinds[index] != (family == "IPv6"):
                detail = f"expected an {family} value as indicated by `ipFamilies[{index}]`"
                errors.append(invalid((*_IPS, index), address, detail))
    return errors


def validate_cluster_ips_update(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    """The first address and family stay; the second may come and go, except on the way to or from ExternalName."""
    if "ExternalName" in (spec.get("type"), old.get("type")):
        return []
    new_headless, old_headless = is_headless(spec), is_headless(old)
    errors = [] if new_headless and old_headless else _validate_ips_update(spec, old)
    return errors if new_headless or old_headless else errors + _validate_families_update(spec, old)


def _validate_ips_update(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    new, before = cluster_ips(spec), cluster_ips(old)
    if len(new) == len(before):
        return [
            _wrong_ips((*_IPS, index), new, _SET_ONCE)
            for index, (address, was) in enumerate(zip(new, before, strict=True))
            if address != was
        ]
    errors: list[FieldError] = []
    if not new:
        errors.append(_wrong_ips((*_IPS, 0), new, "primary clusterIP can not be unset"))
    elif before and new[0] != before[0]:
        errors.append(_wrong_ips((*_IPS, 0), new, _SET_ONCE))
    if len(before) > len(new) == 1:
        errors += _not_single(spec, "clusterIP")
    return errors


def _validate_families_update(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    new, before = ip_families(spec), ip_families(old)
    if len(new) == len(before):
        return [
            _wrong_families(new, _SET_ONCE) for family, was in zip(new, before, strict=True) if family != was
        ]
    errors: list[FieldError] = []
    if len(before) > len(new) and not cluster_ips(spec):
        errors.append(_wrong_families(new, "primary ipFamily can not be unset"))
    if new and before and new[0] != before[0]:
        errors.append(_wrong_ips((*_FAMILIES, 0), cluster_ips(spec), _SET_ONCE))
    if len(before) > len(new) == 1:
        errors += _not_single(spec, "ipFamily")
    return errors


def _not_single(spec: Mapping[str, Any], what: str) -> list[FieldError]:
    policy = spec.get("ipFamilyPolicy")
    if policy == "SingleStack":
        return []
    detail = f"must be set to 'SingleStack' when releasing the secondary {what}"
    return [invalid(_POLICY, policy, detail)]


def _wrong_ips(path: Path, addresses: list[str], detail: str) -> FieldError:
    return invalid(path, addresses or nil_list("[]string"), detail, "[]string")


def _wrong_families(families: list[str], detail: str) -> FieldError:
    return invalid((*_FAMILIES, 0), families or nil_list(_FAMILY_LIST), detail, _FAMILY_LIST)
