"""What every router of the API depends on: its requests are counted, and refused beyond the limits."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from fastapi import Request, Response
from fastapi.security.utils import get_authorization_scheme_param

from app import accounts
from app.limits import Policy, described, hit
from app.problems import TooManyRequests

# What costs us most counts for its address too: opening another session does not help.
COSTLY = frozenset({"/api/v1/sessions", "/api/v1/assets", "/api/v1/generations"})
# Of an IPv6 address, what a provider gives to one customer.
CUSTOMER_BITS = 64


async def limited(request: Request, response: Response) -> None:
    """Counts the request, tells in its answer what is left, and refuses it beyond that.

    A session counts as one only once its token has been looked up: until then, and with a token that is
    nobody's, a request counts for its address. So tokens can't be guessed without end.

    Raises:
        TooManyRequests: it is one too many.
    """
    # Not as a security dependency: that would describe every endpoint as one that needs a session.
    scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
    session_id = accounts.known_session(token) if scheme.lower() == "bearer" else None
    counted = list[tuple[Policy, str]]()
    if session_id:
        counted.append(("session", str(session_id)))
    if session_id is None or (request.method == "POST" and request.scope["path"] in COSTLY):
        counted.append(("address", client_address(request.client.host if request.client else "")))
    counts = await hit(counted)
    exceeded = [count for count in counts if count.exceeded]
    if exceeded:
        wait_s = str(max(count.reset_s for count in exceeded))
        raise TooManyRequests(
            "The request was refused",
            f"this {' and this '.join(count.policy for count in exceeded)} has made too many",
            f"Wait {wait_s} s, then send it again",
            described(counts) | {"Retry-After": wait_s},
        )
    response.headers.update(described(counts))


def client_address(host: str) -> str:
    """Whom a request without a session counts for: an IPv4 address, or the network of an IPv6 one.

    Behind a proxy it is the proxy's, unless uvicorn is told to trust what that says (FORWARDED_ALLOW_IPS).
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        # A UNIX socket has none.
        return host or "local"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> CUSTOMER_BITS << CUSTOMER_BITS)}/{CUSTOMER_BITS}"
