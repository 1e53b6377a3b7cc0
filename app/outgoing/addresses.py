"""Where webhooks may go: to servers on the internet, never to what only we can reach."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from app.errors import AppError
from app.settings import Environment, settings

# RFC 6052: an IPv4 address in the last four bytes, which a translator on the way would unwrap.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_REMEDY = "Give the https address of a server that anybody on the internet can reach"
_PORTS = {"https": 443, "http": 80}


class WebhookRefused(AppError):
    """A webhook's address is none, or leads where nothing of ours may be sent."""


@dataclass(frozen=True)
class Target:
    """A webhook's address, resolved: what is connected to is `ip`, whatever `host` resolves to later.

    Attributes:
        url: the address with `ip` in the place of its host.
        host: as the Host header has it.
        name: that the certificate must be for.
    """

    url: str
    host: str
    name: str


def anywhere() -> bool:
    """Whether private addresses and plain http are allowed here."""
    here = settings()
    return here.environment is Environment.LOCAL or here.webhook_private_addresses


def check_url(url: str, *, anywhere: bool) -> None:
    """Makes sure that an address may be called, as far as it tells: names are resolved when it is sent.

    Raises:
        WebhookRefused: it may not.
    """
    parts = _parts(url)
    if parts.scheme != "https" and not (anywhere and parts.scheme == "http"):
        raise _refused(f"its scheme is {parts.scheme or 'missing'}, not https")
    if parts.username or parts.password:
        raise _refused("it holds a user name or a password")
    if not parts.hostname:
        raise _refused("it names no host")
    literal = _literal(parts.hostname)
    if literal and not (anywhere or is_public(literal)):
        raise _refused(f"{literal} is no public address")


async def resolve(url: str, *, anywhere: bool) -> Target:
    """Where the address leads now. One of several is enough to refuse it: which one is used, others decide.

    Raises:
        WebhookRefused: it leads to an address that may not be called.
        OSError: its name can't be resolved.
    """
    check_url(url, anywhere=anywhere)
    parts = _parts(url)
    name = str(parts.hostname)
    port = parts.port or _PORTS[parts.scheme]
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise OSError(f"{name} has no address")
    for address in addresses:
        if not (anywhere or is_public(address)):
            raise _refused(f"{name} leads to {address}, which is no public address")
    return Target(_pinned(parts, addresses[0], port), parts.netloc, name)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody on the internet can reach it; of an address inside an address, whether both can be."""
    if isinstance(address, IPv6Address) and (inner := _inner(address)):
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, in any of the spellings that a resolver takes, such as 0x7f.1."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _parts(url: str) -> SplitResult:
    if any(character <= " " or character == "\x7f" or character == "\\" for character in url):
        raise _refused("it holds a space, a backslash or a control character")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise _refused(f"it can't be read: {error}") from error
    return parts


def _pinned(parts: SplitResult, address: IPv4Address | IPv6Address, port: int) -> str:
    host = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    return parts._replace(netloc=f"{host}:{port}", fragment="").geturl()


def _refused(cause: str) -> WebhookRefused:
    return WebhookRefused("The webhook's address can't be used", cause, _REMEDY)
