"""Fetching from the web what somebody else has named: a feed, a picture.

Whoever named the address chose neither where its name points nor where it redirects to: each stop is looked up, must
be a public address unless private ones are allowed, and is connected to by the very address that was looked up.
"""

from __future__ import annotations

import ipaddress
import socket
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from . import background
from .on_demand import OnDemand

if TYPE_CHECKING:
    import httpcore
    import httpx

    from . import deadlines
    from .deadlines import Deadline
else:
    httpcore, httpx, deadlines = OnDemand("httpcore"), OnDemand("httpx"), OnDemand("accounts.deadlines")

USER_AGENT = "Galley/0.1"
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 by way of NAT64: RFC 6052.


class Unreachable(Exception):
    """It cannot be had. The text says why, for whoever asked for it."""


class NotPublic(Unreachable):
    """The name stands for an address inside somebody's own network."""


@dataclass(frozen=True)
class Found:
    """What was found, where it was found in the end, and the encoding its server names."""

    content: bytes
    address: str
    charset: str = ""


@dataclass(frozen=True)
class Terms:
    """What may be fetched, and how much of it and for how long, over all redirects."""

    max_bytes: int
    seconds: float
    max_redirects: int = 0
    schemes: tuple[str, ...] = ("https",)
    allow_private: bool = False


def fetched(address: str, terms: Terms) -> Found:
    """Return what is at this address. Raises Unreachable."""
    try:
        return _fetched(address, terms)
    except (httpx.HTTPError, httpcore.TimeoutException, httpx.InvalidURL, ValueError) as error:
        raise Unreachable(f"{address} cannot be fetched: {error or type(error).__name__}.") from error


def _fetched(address: str, terms: Terms) -> Found:
    deadline = deadlines.Deadline(terms.seconds)
    # No proxy from the environment: it would look the names up itself, and our check would be of nothing.
    with httpx.Client(timeout=terms.seconds, trust_env=False, transport=deadlines.Transport(deadline)) as client:
        for _ in range(terms.max_redirects + 1):
            request = _pinned_request(client, httpx.URL(address), terms, deadline)
            response = client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return Found(_body(response, terms, deadline), address, response.charset_encoding or "")
                address = str(httpx.URL(address).join(response.headers["location"]))
            finally:
                response.close()
    if terms.max_redirects == 0:
        raise Unreachable("The address redirects to another.")
    raise Unreachable(f"The address redirects more than {terms.max_redirects} times.")


def _pinned_request(client: httpx.Client, url: httpx.URL, terms: Terms, deadline: Deadline) -> httpx.Request:
    """Return a request to the address the name stands for now. A second look-up could give another."""
    if url.scheme not in terms.schemes or not url.host:
        raise Unreachable(f"{url} cannot be fetched: only addresses that begin with {' or '.join(terms.schemes)} are.")
    ip = _looked_up(url.host, url.port or {"http": 80, "https": 443}[url.scheme], deadline)
    if not _is_public(ip) and not terms.allow_private:
        raise NotPublic(f"{url.host} is {ip}, a private address.")
    return client.build_request(
        "GET",
        url.copy_with(host=str(ip)),
        # Uncompressed, so that a small answer cannot grow past the limit in one step.
        headers={"Host": url.netloc.decode(), "Accept-Encoding": "identity", "User-Agent": USER_AGENT},
        extensions={"sni_hostname": url.host},
    )


def _looked_up(host: str, port: int, deadline: Deadline) -> IPv4Address | IPv6Address:
    try:
        # In a thread of its own: the system's resolver knows no time-out but its own.
        found = background.start(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)).result(
            timeout=deadline.seconds_left()
        )
    except TookTooLong as error:
        raise Unreachable(f"Nobody says in time where {host} is.") from error
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"There is no machine called {host}, or no network to ask for it.") from error
    ip = ipaddress.ip_address(found[0][4][0])
    # An IPv4 address in IPv6's clothes is judged by what it is.
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address):
        carried = ip.sixtofour or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in TRANSLATED else None)
        if carried is not None:
            return _is_public(carried)
    return ip.is_global and not ip.is_multicast


def _body(response: httpx.Response, terms: Terms, deadline: Deadline) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise Unreachable(f"The server answered {response.status_code} {response.reason_phrase}.")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Unreachable("The server sends it compressed, though asked not to.")
    content = bytearray()
    for piece in response.iter_raw():
        content += piece
        if len(content) > terms.max_bytes:
            raise Unreachable(f"It is larger than {terms.max_bytes // 1024**2} MB.")
        if deadline.is_over:
            raise Unreachable(f"It did not arrive within {terms.seconds:.0f} seconds.")
    return bytes(content)
