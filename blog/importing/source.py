"""The bytes of a feed, from a file or from the web.

Whoever runs the command chose the address, but not where it redirects to: each stop is looked up, must be a
public address unless private ones are allowed, and is connected to by the very address that was looked up.
"""

import ipaddress
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

MAX_BYTES = 10 * 1024 * 1024
TIME_LIMIT_SECONDS = 10.0
MAX_REDIRECTS = 3
USER_AGENT = "Galley/0.1 (import_feed)"


class Unreachable(Exception):
    """The feed cannot be had. The text says why, for the person at the terminal."""


@dataclass(frozen=True)
class Source:
    """What was found, where it was found in the end, and the encoding its server names."""

    content: bytes
    address: str
    charset: str = ""


def read(place: str, *, allow_private: bool = False) -> Source:
    """Return the bytes of a file or of an http(s) address. Raises Unreachable."""
    if "://" not in place:
        return _from_file(Path(place))
    try:
        return _from_web(place, allow_private=allow_private)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Unreachable(f"{place} cannot be fetched: {error or type(error).__name__}.") from error


def _from_file(path: Path) -> Source:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Unreachable(f"{path} cannot be read: {reason}.") from error
    return Source(_within_limit(content), address="")


def _from_web(address: str, *, allow_private: bool) -> Source:
    deadline = time.monotonic() + TIME_LIMIT_SECONDS
    # No proxy from the environment: it would look the names up itself, and our check would be of nothing.
    with httpx.Client(timeout=TIME_LIMIT_SECONDS, trust_env=False) as client:
        for _ in range(MAX_REDIRECTS + 1):
            request = _pinned_request(client, httpx.URL(address), allow_private=allow_private)
            response = client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return Source(_body(response, deadline), address, response.charset_encoding or "")
                address = str(httpx.URL(address).join(response.headers["location"]))
            finally:
                response.close()
    raise Unreachable(f"The address redirects more than {MAX_REDIRECTS} times.")


def _pinned_request(client: httpx.Client, url: httpx.URL, *, allow_private: bool) -> httpx.Request:
    """Return a request to the address the name stands for now. A second look-up could give another."""
    if url.scheme not in ("http", "https") or not url.host:
        raise Unreachable(f"Only a file or an http(s) address can be read, not {url.scheme}:.")
    ip = _looked_up(url.host, url.port or {"http": 80, "https": 443}[url.scheme])
    if not ip.is_global and not allow_private:
        raise Unreachable(f"{url.host} is {ip}, a private address. Add --allow-private if that is what you want.")
    return client.build_request(
        "GET",
        url.copy_with(host=str(ip)),
        # Uncompressed, so that a small answer cannot grow past the limit in one step.
        headers={"Host": url.netloc.decode(), "Accept-Encoding": "identity", "User-Agent": USER_AGENT},
        extensions={"sni_hostname": url.host},
    )


def _looked_up(host: str, port: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"There is no machine called {host}, or no network to ask for it.") from error
    ip = ipaddress.ip_address(found[0][4][0])
    # An IPv4 address in IPv6's clothes is judged by what it is.
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


def _body(response: httpx.Response, deadline: float) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise Unreachable(f"The server answered {response.status_code} {response.reason_phrase}.")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Unreachable("The server sends the feed compressed, though asked not to. Save it and give the file.")
    content = bytearray()
    for piece in response.iter_raw():
        content += piece
        _within_limit(content)
        if time.monotonic() > deadline:
            raise Unreachable(f"The feed did not arrive within {TIME_LIMIT_SECONDS:.0f} seconds.")
    return bytes(content)


def _within_limit(content: bytes | bytearray) -> bytes:
    if len(content) > MAX_BYTES:
        raise Unreachable(f"The feed is larger than {MAX_BYTES // 1024**2} MB.")
    return bytes(content)
