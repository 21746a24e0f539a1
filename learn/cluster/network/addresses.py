"""Addresses and ranges."""

from ipaddress import IPv4Network, IPv6Network, ip_address


def is_within(ip: str, network: IPv4Network | IPv6Network) -> bool:
    """Tell whether an address lies in a range; a text that is no address lies in none."""
    try:
        return ip_address(ip) in network
    except ValueError:
        return False
