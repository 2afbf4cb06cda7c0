"""`/metrics`, for the addresses that the settings name: it tells how much a desk is used, and by how many."""

import ipaddress
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from graph.metrics import Metrics

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(addresses: Sequence[str]) -> list[Network]:
    """The networks of a setting. Errors: ValueError, which names the setting."""
    try:
        return [ipaddress.ip_network(address, strict=False) for address in addresses]
    except ValueError as error:
        raise ValueError(f'SAISINE_METRICS_ADDRESSES: {error}; use addresses or networks, as ["10.0.0.0/8"]') from None


def respond(request: Request, metrics: Metrics, readers: Sequence[Network]) -> Response:
    """The metrics, or 403 for an address that is not named."""
    if _may_read(request, readers):
        return metrics.response()
    return PlainTextResponse("Metrics are read from the addresses of SAISINE_METRICS_ADDRESSES only.\n", 403)


def _may_read(request: Request, readers: Sequence[Network]) -> bool:
    """Whether the client's address, or the one that a trusted proxy names, is a reader's."""
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    # What a proxy forwards is never from this machine, whatever address it was told.
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return any(address in network for network in readers) and not (forwarded and address.is_loopback)
