"""What a feed says, RSS or Atom, in the terms of a post.

feedparser reads the XML and nothing else: it is given bytes, never an address, and its own clean-up of the HTML
is off, for it drops what blog/importing/to_markdown.py turns into links. Nothing here is shown: that is Markdown's way.
"""

import calendar
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
from django.utils.html import linebreaks

from .source import Source
from .tree import text_of

LONGEST_ID = 500
# Nothing that a feed needs, and the start of every entity bomb. Only in the DOCTYPE: articles may tell of it.
OWN_ENTITIES = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*<!DOCTYPE[^>\[]*\[", re.DOTALL | re.IGNORECASE
)
TAG = re.compile(r"</?[a-zA-Z]")
HTML_TYPES = {"text/html", "application/xhtml+xml"}


class Unreadable(Exception):
    """This is no feed that can be read. The text says why."""


@dataclass(frozen=True)
class Entry:
    """One entry: `html` is its whole text, `base` what its relative links are relative to."""

    source_id: str
    title: str
    html: str
    link: str
    base: str
    dated_at: datetime | None
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Feed:
    """The entries in the order of the feed, and what is wrong with it."""

    entries: list[Entry]
    problem: str = ""


def parse(source: Source) -> Feed:
    """Return what the bytes say. Raises Unreadable if they are no feed."""
    if OWN_ENTITIES.match(source.content):
        raise Unreadable("This feed defines entities of its own, which is not read: it can make a text endless.")
    headers = {"content-location": source.address} if source.address else {}
    if source.charset:
        headers["content-type"] = f"application/xml; charset={source.charset}"
    parsed = feedparser.parse(
        io.BytesIO(source.content), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed.get("version"):
        raise Unreadable("This is no feed: neither RSS nor Atom.")
    home = _web_address(parsed.feed.get("link", ""), source.address) or source.address
    owner = parsed.feed.get("id") or home
    entries = [_entry(raw, home, owner) for raw in parsed.entries]
    return Feed(entries, _problem(parsed))


def _problem(parsed: Mapping[str, Any]) -> str:
    """Return what makes the feed suspect. Encodings named wrongly were put right already."""
    trouble = parsed.get("bozo_exception")
    if trouble is None or isinstance(trouble, feedparser.CharacterEncodingOverride):
        return ""
    return "The XML of this feed is not well-formed. It was read as far as it goes: compare its last article."


def _entry(raw: Mapping[str, Any], home: str, owner: str) -> Entry:
    link = _web_address(raw.get("link", ""), home)
    content = _content(raw)
    title = _plain(raw.get("title_detail") or {})
    html = _as_html(content)
    return Entry(
        source_id=_source_id(raw, owner, link, title + html),
        title=title,
        html=html,
        link=link,
        base=urljoin(link or home, content.get("base") or ""),
        dated_at=_instant(raw.get("published_parsed") or raw.get("updated_parsed")),
        tags=[name for tag in raw.get("tags", []) for name in (tag.get("label") or tag.get("term") or "").split(",")],
    )


def _content(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fullest text that the entry has: its content, else its summary."""
    texts = [text for text in raw.get("content", []) if text.get("type") in {*HTML_TYPES, "text/plain"}]
    if raw.get("summary_detail"):
        texts.append(raw["summary_detail"])
    whole: Mapping[str, Any] = next((text for text in texts if text.get("value", "").strip()), {})
    return whole


def _as_html(text: Mapping[str, Any]) -> str:
    value: str = text.get("value", "")
    if text.get("type") in HTML_TYPES:
        # RSS has no way to say “plain text”: it is when there is no tag in it.
        return value.replace("<br></br>", "<br>") if TAG.search(value) else linebreaks(unescape(value), autoescape=True)
    return linebreaks(value, autoescape=True)


def _plain(text: Mapping[str, Any]) -> str:
    value: str = text.get("value", "")
    return " ".join((text_of(value) if text.get("type") in HTML_TYPES else value).split())


def _source_id(raw: Mapping[str, Any], owner: str, link: str, words: str) -> str:
    """Return what names this entry and no other, of whatever feed, the next time too.

    An id without a scheme, such as “42”, is unique in its own feed alone. Without id and link, the words name it.
    """
    name: str = raw.get("id") or link or f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"
    if not urlsplit(name).scheme:
        name = f"{owner}#{name}"
    return name if len(name) <= LONGEST_ID else f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def _web_address(address: str, base: str) -> str:
    """Return the address made absolute if it is one of the web, else nothing."""
    if not address.strip():
        return ""
    try:
        absolute = urljoin(base, address.strip())
        return absolute if urlsplit(absolute).scheme in ("http", "https") and urlsplit(absolute).hostname else ""
    except ValueError:
        return ""


def _instant(utc: Any) -> datetime | None:
    """Return the instant of a UTC time tuple, None if there is none or no calendar has it."""
    try:
        return datetime.fromtimestamp(calendar.timegm(utc), tz=UTC) if utc else None
    except (ValueError, OverflowError, OSError):
        return None
