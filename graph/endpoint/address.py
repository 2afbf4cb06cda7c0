"""The key under which the connections, requests and bodies of a client's address are counted."""

from collections.abc import Hashable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope

_MAX_CHARACTERS = 100
"""Characters of an address that a proxy names, which may be anything."""


def address_key(scope: Scope) -> tuple[str, Hashable]:
    """The key under which the connections of a client's address are counted."""
    client = scope.get("client")
    return "address", network_of(client[0][:_MAX_CHARACTERS]) if client else ""


@lru_cache(maxsize=4_096)
def network_of(host: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 address: a subscriber has that many addresses."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
