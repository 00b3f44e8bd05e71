"""Compressed once, sent many times, also with something personal in between.

A gzip stream is put together of pieces that were deflated each for itself, and of personal ones that are not deflated
at all. So nothing secret is ever compressed together with what somebody else wrote, which is how BREACH reads secrets.
Source: RFC 1951, section 3.2.4 (stored blocks); RFC 1952, section 2.3.
"""

import re
import struct
import zlib
from collections.abc import Iterable

BEGINNING = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # Deflated, of no time, as small as can be, of no system.
LAST_BLOCK = b"\x03\x00"
LONGEST_STORED = 0xFFFF
ACCEPTED = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


def is_accepted(header: str) -> bool:
    """Whether an Accept-Encoding header lets us send gzip. Source: RFC 9110, section 12.5.3."""
    return ACCEPTED.search(header) is not None


def deflated(data: bytes) -> bytes:
    """Return a piece that ends on a byte and begins anew, so that any other may stand before and after it."""
    piece = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return piece.compress(data) + piece.flush(zlib.Z_FULL_FLUSH)


def stored(data: bytes) -> bytes:
    """Return a piece that holds the data as they are."""
    blocks = []
    for start in range(0, len(data), LONGEST_STORED):
        block = data[start : start + LONGEST_STORED]
        blocks.append(struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF) + block)
    return b"".join(blocks)


def stream(pieces: Iterable[bytes], data: bytes) -> bytes:
    """Return the gzip stream of `data`, whose deflated or stored pieces these are."""
    ending = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return b"".join([BEGINNING, *pieces, LAST_BLOCK, ending])
