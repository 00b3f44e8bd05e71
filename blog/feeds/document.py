"""All that one feed document says but the texts, read with a handful of queries: enough to tell whether it is new."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User, Visitor
from blog.addresses import absolute
from blog.languages import direction
from blog.markup import writable
from blog.models import Edition, Image, Post, PrivateFeed, Revision, author_with_a_page
from blog.permissions import may_read_here

from .archives import Archive, newest_archive
from .scopes import Scope

# Raise it whenever feeds come out differently, so that nobody's reader takes the old for the new.
VERSION = 1
NEWEST = 20
# RFC 3986: a scheme, and nothing that would have to be escaped. Ids made here of the words alone are none.
URI = re.compile(r"(?!sha256:)[a-z][a-z0-9+.-]*:[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII | re.IGNORECASE)

PICTURE = re.compile(r"/media/([0-9a-f]{64})\.webp")


@dataclass(frozen=True)
class Cover:
    address: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Item:
    """A post as a feed tells of it. `revision` is the text that belongs to it, as `maker` has made it."""

    id: str
    revision: int
    maker: str
    address: str
    title: str
    excerpt: str
    byline: str
    author_address: str
    published_at: datetime
    updated_at: datetime
    language: str
    tags: tuple[str, ...] = ()
    corrections: tuple[tuple[str, datetime], ...] = ()
    cover: Cover | None = None


@dataclass(frozen=True)
class Document:
    """One document of a feed: the one to subscribe to, or an archive. All addresses are whole."""

    id: str
    title: str
    description: str
    language: str
    page: str
    self_address: str
    items: tuple[Item, ...]
    updated_at: datetime
    hub: str = ""
    is_archive: bool = False
    current: str = ""
    previous: str = ""
    following: str = ""
    private: PrivateFeed | None = None

    @property
    def etag(self) -> str:
        """By which a reader knows that there is nothing new. Weak: another version may write the same otherwise."""
        return f'W/"{hashlib.sha256(f"{VERSION} {self!r}".encode()).hexdigest()[:32]}"'


def document_of(
    scope: Scope, key: str, *, archive: Archive | None = None, private: PrivateFeed | None = None
) -> Document | None:
    """Return the document to subscribe to, in this format, or one of its archives; None where there is none.

    With somebody's private feed, all addresses of feeds and of pictures kept here are of theirs.
    """
    token = private.token if private else ""
    posts = scope.posts
    if archive is None:
        before, rest = newest_archive(posts) if scope.has_archives else (None, 0)
        shown, after = posts.newest_first()[: max(NEWEST, rest)], None
    elif scope.has_archives and archive.is_there(posts):
        shown, before, after = archive.posts(posts), archive.before(posts), archive.after(posts)
    else:
        return None
    items = tuple(_items(shown.for_feeds(), private))
    if not items and not scope.may_be_empty:
        return None

    def at(one: Archive | None) -> str:
        return scope.at.address(key, token=token, archive=one.key) if one else ""

    began_at = _began_at()
    return Document(
        id=tag_uri(began_at, f"feed/{scope.name}" if scope.name else "feed"),
        title=writable(scope.title),
        description=writable(settings.SITE_TAGLINE or settings.SITE_NAME),
        language=settings.SITE_LANGUAGE,
        page=scope.page,
        self_address=at(archive) or scope.at.address(key, token=token),
        items=items,
        updated_at=max((item.updated_at for item in items), default=began_at),
        hub=settings.WEBSUB_HUB
        if may_read_here(Visitor()) and private is None and scope.at.kind != "search" and archive is None
        else "",
        is_archive=archive is not None,
        current=scope.at.address(key, token=token),
        previous=at(before),
        following=at(after),
        private=private,
    )


def tag_uri(at: datetime, name: str) -> str:
    """Return an id that stays (RFC 4151): the site's authority, a day on which it had it, and a name that we gave."""
    return f"tag:{settings.FEED_AUTHORITY},{at.astimezone(UTC):%Y-%m-%d}:{name}"


def id_of(post: Post) -> str:
    """Return the id of a post, which nothing changes: that of its old feed where it came from one, so that nobody
    who reads both is told of it twice.
    """
    return post.source_id if URI.fullmatch(post.source_id) else tag_uri(post.created_at, f"post/{post.pk}")


def texts_of(document: Document) -> dict[int, str]:
    """Return the HTML of each item, by its revision, with whole addresses: looked up, and never rendered."""
    revisions = [item.revision for item in document.items]
    made = dict(Edition.objects.filter(revision__in=revisions).values_list("revision", "feed_html"))
    return {item.revision: _text(item, made.get(item.revision, ""), document.private) for item in document.items}


def _items(posts: Iterable[Post], private: PrivateFeed | None) -> Iterator[Item]:
    with_texts = [(post, revision) for post in posts if (revision := post.current_revision) is not None]
    Image.objects.set_covers([revision for _, revision in with_texts])
    for post, revision in with_texts:
        yield _item(post, revision, private)


def _item(post: Post, revision: Revision, private: PrivateFeed | None) -> Item:
    edition: Edition | None = getattr(revision, "edition", None)
    author = author_with_a_page(revision.author)
    published_at = post.published_at or post.created_at
    since = post.current_since or published_at
    corrections = edition.corrections if edition else []
    return Item(
        id=id_of(post),
        revision=revision.pk,
        maker=edition.maker if edition else "",
        address=absolute(post.get_absolute_url()),
        title=writable(revision.title),
        excerpt=writable(revision.excerpt),
        byline=writable(revision.byline),
        author_address=absolute(author.get_absolute_url()) if author else "",
        published_at=published_at.replace(microsecond=0),
        updated_at=(post.changed_at or published_at).replace(microsecond=0),
        language=revision.language,
        tags=tuple(writable(tagging.tag.name) for tagging in post.taggings.all()),
        corrections=tuple(
            (writable(one["text"]), datetime.fromisoformat(one["at"]) if one["at"] else since) for one in corrections
        ),
        cover=_cover(revision, private),
    )


def _cover(revision: Revision, private: PrivateFeed | None) -> Cover | None:
    picture = revision.cover_picture
    if picture is None:
        return None
    address = _readable(revision.cover, private)
    return Cover(absolute(address), picture.width, picture.height, writable(revision.cover_alt))


def _readable(address: str, private: PrivateFeed | None) -> str:
    """Return the address at which a feed reader gets a picture kept here."""
    found = PICTURE.fullmatch(address)
    if private is None or found is None:
        return address
    return reverse("private_picture", args=[private.pk, private.seal_of(found[1]), found[1]])


def _text(item: Item, html: str, private: PrivateFeed | None) -> str:
    if private is not None:
        html = re.sub(rf'(?<= src=")({PICTURE.pattern})(?=")', lambda found: _readable(found[1], private), html)
    for name in ("href", "src"):
        html = html.replace(f' {name}="/', f' {name}="{settings.SITE_URL}/')
    html += _corrections(item)
    if item.language and item.language != settings.SITE_LANGUAGE:
        language = escape(item.language)
        html = f'<div lang="{language}" dir="{direction(item.language)}">{html}</div>'
    return html


def _corrections(item: Item) -> str:
    if not item.corrections:
        return ""
    lines = (
        f'<li><time datetime="{at.isoformat()}">{date_format(timezone.localtime(at), "j F Y")}</time>: {escape(text)}</li>'
        for text, at in item.corrections
    )
    return f"\n<hr>\n<p><strong>Corrections</strong></p>\n<ul>{''.join(lines)}</ul>"


def _began_at() -> datetime:
    """Return when the first person came to this site: from then on it had its authority to name things."""
    began_at = User.objects.order_by("pk").values_list("created_at", flat=True).first()
    return began_at or timezone.now()
