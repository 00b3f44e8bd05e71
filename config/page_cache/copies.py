"""A page as it is kept: in pieces, with its headers, and until when it is good."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from blog.personal import FOR, MARK, OWN

from .compression import deflated, stream
from .kept import Key

Headers = list[tuple[str, str]]

OF_ONE_ANSWER = frozenset({"content-length", "x-request-id", "date"})
NOT_OF_304 = frozenset({"content-type", "content-encoding", "content-language"})
SMALLEST_COMPRESSED = 500
COMPRESSED = (
    *("text/", "application/json", "application/feed+json"),
    *("application/xml", "application/rss+xml", "application/atom+xml"),
)
COSTS_BESIDES = 3500  # Bytes, about, that a copy takes beside what is in it.


@dataclass(frozen=True)
class Answer:
    """What Django answered."""

    status: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known.lower() == name), "")

    @property
    def may_be_kept(self) -> bool:
        """Whether it is the same for everybody of its audience: cookies and nonces are for one alone."""
        is_personal = self.header("set-cookie") or "'nonce-" in self.header("content-security-policy")
        return self.status.startswith("200 ") and not is_personal

    @property
    def is_settled(self) -> bool:
        """Whether it would be the same again, and not better in a moment."""
        return not self.status.startswith("5")


@dataclass(frozen=True)
class Piece:
    """A part of a page: for all, or for the person of this key alone, or a person's own template in its place."""

    data: bytes = b""
    packed: bytes = b""
    for_one: int | None = None
    own: str = ""


@dataclass(frozen=True)
class Copy:
    version: str
    ends_at: datetime
    headers: Headers
    etag: str
    pieces: list[Piece]
    is_compressed: bool
    whole: bytes = b""  # Where nothing on it is personal; and compressed.
    packed: bytes = b""
    size: int = field(default=0, compare=False)

    @classmethod
    def of(cls, answer: Answer, version: str, ends_at: datetime) -> Copy:
        etag = answer.header("etag")
        is_compressed = (
            len(answer.body) >= SMALLEST_COMPRESSED
            and answer.header("content-type").startswith(COMPRESSED)
            and not answer.header("content-encoding")
            and not etag.startswith('"')  # A strong one names these very bytes.
        )
        headers = [(name, value) for name, value in answer.headers if name.lower() not in OF_ONE_ANSWER]
        if is_compressed:
            headers = _varied(headers)
        pieces = _pieces(answer.body, is_compressed)
        is_whole = len(pieces) == 1 and not pieces[0].own
        whole = pieces[0].data if is_whole else b""
        packed = stream([pieces[0].packed], whole) if is_whole and is_compressed else b""
        size = COSTS_BESIDES + len(packed) + sum(len(piece.data) + len(piece.packed) for piece in pieces)
        return cls(version, ends_at, headers, etag, pieces, is_compressed, whole, packed, size)

    def is_good(self, version: str, now: datetime) -> bool:
        return self.version == version and now < self.ends_at

    @property
    def headers_of_304(self) -> Headers:
        return [(name, value) for name, value in self.headers if name.lower() not in NOT_OF_304]


def _varied(headers: Headers) -> Headers:
    vary = next((value for name, value in headers if name.lower() == "vary"), "")
    others = [(name, value) for name, value in headers if name.lower() != "vary"]
    return [*others, ("Vary", f"{vary}, Accept-Encoding" if vary else "Accept-Encoding")]


def _pieces(body: bytes, is_compressed: bool) -> list[Piece]:
    def piece(data: bytes, for_one: int | None = None) -> Piece:
        return Piece(data, deflated(data) if is_compressed else b"", for_one)

    pieces, for_one, at = [], None, 0
    for mark in MARK.finditer(body):
        if mark.start() > at:
            pieces.append(piece(body[at : mark.start()], for_one))
        kind, _, of = mark[1].decode().partition(":")
        for_one = int(of) if kind == FOR else None
        if kind == OWN:
            pieces.append(Piece(own=of))
        at = mark.end()
    if at < len(body) or not pieces:
        pieces.append(piece(body[at:]))
    return pieces


class Store:
    """The copies of this process, as many as go into so many bytes. What was asked for longest ago goes first."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes_held = 0
        self._copies: OrderedDict[Key, Copy] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, version: str, now: datetime) -> Copy | None:
        """Return the copy if it is good; one that is no more is let go."""
        with self._lock:
            copy = self._copies.get(key)
            if copy is None:
                return None
            if copy.is_good(version, now):
                self._copies.move_to_end(key)
                return copy
            self._drop(key)
            return None

    def put(self, key: Key, copy: Copy) -> None:
        if copy.size > self.most_bytes:
            return
        with self._lock:
            self._drop(key)
            self._copies[key] = copy
            self.bytes_held += copy.size
            while self.bytes_held > self.most_bytes:
                self._drop(next(iter(self._copies)))

    def _drop(self, key: Key) -> None:
        copy = self._copies.pop(key, None)
        if copy is not None:
            self.bytes_held -= copy.size

    def __len__(self) -> int:
        return len(self._copies)
