"""Addresses and ranges."""

from functools import lru_cache
from ipaddress import ip_address

from learn.cluster.api.names import parse_network

_range = lru_cache(maxsize=1_024)(parse_network)


def is_within(ip: str, cidr: str) -> bool:
    """Tell whether an address lies in a range; what is no address or no range does not match."""
    network = _range(cidr.strip())
    try:
        return network is not None and ip_address(ip) in network
    except ValueError:
        return False
