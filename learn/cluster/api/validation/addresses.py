"""IP addresses and networks in fields (apimachinery/pkg/util/validation/ip.go).

Since 1.36 (StrictIPCIDRValidation) ambiguous spellings are refused, unless the stored object already has them.
"""

from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from learn.cluster.api import names
from learn.cluster.api.fielderror import FieldError, Path, invalid_each
from learn.cluster.api.versions import Behaviour


def validate_address(
    value: str, path: Path, rules: Behaviour, kept: Collection[object] = ()
) -> list[FieldError]:
    """IsValidIPForLegacyField; `kept` holds the values of the stored object."""
    reasons = names.ip_address(value)
    if not reasons and rules.strict_addresses and value not in kept:
        reasons = tuple(_ambiguities(value))
    return invalid_each(path, value, reasons)


def _ambiguities(value: str) -> Iterator[str]:
    try:
        address = ip_address(value)
    except ValueError:
        yield "must not have leading 0s"
        return
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        yield "must not be an IPv4-mapped IPv6 address"


def validate_network(
    value: str, path: Path, rules: Behaviour, kept: Collection[object] = (), *, shown: Path | None = None
) -> list[FieldError]:
    """IsValidCIDRForLegacyField; `shown` is the path that the server prints."""
    reasons = names.cidr(value)
    if not reasons and rules.strict_addresses and value not in kept:
        reasons = tuple(_network_ambiguities(value))
    return invalid_each(path, value, reasons, shown=shown)


def _network_ambiguities(value: str) -> Iterator[str]:
    text, _, bits = value.partition("/")
    spelled = list(_ambiguities(text))
    if (bits != "0" and bits.startswith("0")) or "must not have leading 0s" in spelled:
        yield "must not have leading 0s in IP or prefix length"
    elif spelled:
        yield "must not have an IPv4-mapped IPv6 address"
    elif ip_network(value, strict=False).network_address != ip_address(text):
        yield "must not have bits set beyond the prefix length"


def validate_ordinary_address(value: str, path: Path) -> list[FieldError]:
    """ValidateNonSpecialIP: of external IPs and endpoints."""
    address = names.parse_ip(value)
    if address is None:
        return invalid_each(path, value, ("must be a valid IP address",))
    plain: IPv4Address | IPv6Address = address
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        plain = address.ipv4_mapped
    reasons: list[str] = []
    if plain.is_unspecified:
        reasons.append(f"may not be unspecified ({value})")
    if plain.is_loopback:
        reasons.append("may not be in the loopback range (127.0.0.0/8, ::1/128)")
    if plain.is_link_local:
        reasons.append("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    if _is_link_local_multicast(plain):
        reasons.append("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
    return invalid_each(path, value, reasons)


def _is_link_local_multicast(address: IPv4Address | IPv6Address) -> bool:
    packed = address.packed
    if isinstance(address, IPv4Address):
        return packed[:3] == bytes((224, 0, 0))
    return packed[0] == 0xFF and packed[1] & 0x0F == 0x02


def is_ipv6(value: str) -> bool:
    """IsIPv6String: an address that is mapped from IPv4 counts as IPv4."""
    address = names.parse_ip(value)
    return isinstance(address, IPv6Address) and address.ipv4_mapped is None
