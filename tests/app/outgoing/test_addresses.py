"""Webhooks go to the internet and nowhere else, whatever an address is spelt like or resolves to."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest

from app.outgoing.addresses import WebhookRefused, check_url, is_public, resolve


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        # IPv4 inside: mapped, NAT64, 6to4, Teredo.
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:80ff:fffe"),
    ],
)
def test_what_only_we_can_reach_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://example.com/hook", "scheme is http, not https"),
        ("ftp://example.com/hook", "scheme is ftp"),
        ("//example.com/hook", "scheme is missing"),
        ("https:///hook", "names no host"),
        ("https://user:secret@example.com/", "user name or a password"),
        ("https://example.com:99999/", "can't be read"),
        ("https://[::1/", "can't be read"),
        ("https://example.com\\@127.0.0.1/", "backslash"),
        ("https://example.com/\r\nX-Evil: 1", "control character"),
        ("https://127.0.0.1/", "127.0.0.1 is no public address"),
        ("https://127.1/", "127.0.0.1 is no public address"),
        ("https://0x7f000001/", "127.0.0.1 is no public address"),
        ("https://2130706433/", "127.0.0.1 is no public address"),
        ("https://0251.0376.0251.0376/", "169.254.169.254 is no public address"),
        ("https://[::ffff:10.0.0.1]/", "no public address"),
        ("https://[fe80::1%25eth0]/", "no public address"),
    ],
)
def test_what_an_address_says_of_itself_is_refused_at_once(url: str, cause: str) -> None:
    with pytest.raises(WebhookRefused, match=cause):
        check_url(url, anywhere=False)


def test_a_public_https_address_is_taken() -> None:
    check_url("https://shop.example.com:8443/hook?token=1", anywhere=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/hook", "http://localhost/", "https://10.0.0.1/"])
def test_on_ones_own_machine_anything_goes_but_credentials(url: str) -> None:
    check_url(url, anywhere=True)
    with pytest.raises(WebhookRefused):
        check_url(url.replace("://", "://user:secret@"), anywhere=True)


def test_a_name_that_leads_to_us_is_refused_when_it_is_sent() -> None:
    check_url("https://localhost/hook", anywhere=False)
    with pytest.raises(WebhookRefused, match=r"localhost leads to .* no public address"):
        asyncio.run(resolve("https://localhost/hook", anywhere=False))


def test_what_was_checked_is_what_is_connected_to() -> None:
    target = asyncio.run(resolve("http://localhost:9000/hook?token=1#part", anywhere=True))
    assert target.url in ("http://127.0.0.1:9000/hook?token=1", "http://[::1]:9000/hook?token=1")
    assert (target.host, target.name) == ("localhost:9000", "localhost")
