"""The WSGI application that stands before Django's."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import get_str_from_wsgi
from django.db import DatabaseError, InterfaceError, connection
from django.http import parse_cookie
from django.utils import timezone
from django.utils.http import parse_etags

from accounts.audience import VISITORS, Audience
from accounts.recall import Recall
from accounts.seldom import Seldom
from blog.feeds.archives import next_month_after
from blog.models import Post
from blog.permissions import may_read_here
from blog.views.conditional import MESSAGES_COOKIE
from config.metrics import request_answered
from config.observing import HEADER, number_of
from observability import request_ids

from . import asking, own
from .asking import Member
from .compression import is_accepted, stored, stream
from .copies import OF_ONE_ANSWER, Answer, Copy, Headers, Store
from .kept import Key, Page, is_kept

Environ = dict[str, Any]
# What is left out where a page is made for many.
ASKED_BY_ONE = ("HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT_ENCODING")
UNUSUAL = ("HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")


seldom = Seldom(logging.getLogger(__name__))


class PageCache:
    """Answers what is kept, and has Django answer all else. `django` is any WSGI application of this project's."""

    def __init__(self, django: Any) -> None:
        self.django = django
        self.store = Store(settings.PAGE_CACHE_MB * 2**20)
        # What was asked for and is not to be kept: an address of nothing, or one that leads on.
        self._not_kept: Recall[Key, tuple[str, datetime]] = Recall(most=2000)
        self._next_change = ("", datetime.min.replace(tzinfo=UTC))

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        began_at = time.perf_counter()
        page = self._page(environ)
        number = environ[request_ids.KEY] = number_of(environ)
        answer = self._answer(environ, *page) if page else None
        if page is None or answer is None:
            return self.django(environ, start_response)  # type: ignore[no-any-return]
        request_answered(page[0].route, "GET", int(answer.status[:3]), time.perf_counter() - began_at)
        start_response(answer.status, [*answer.headers, (HEADER, number), ("Content-Length", str(len(answer.body)))])
        return [answer.body]

    def _page(self, environ: Environ) -> tuple[Page, dict[str, str]] | None:
        """Return the page that is asked for, and the cookies; None where it is none that is kept."""
        if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in UNUSUAL) or not is_kept(environ):
            return None
        cookies = parse_cookie(get_str_from_wsgi(environ, "HTTP_COOKIE", ""))
        page = None if MESSAGES_COOKIE in cookies else Page.asked_for(environ, cookies)
        return (page, cookies) if page else None

    def _answer(self, environ: Environ, page: Page, cookies: dict[str, str]) -> Answer | None:
        """Return the answer, or None where Django has to give it: also where the database does not tell what is new."""
        key = cookies.get(settings.SESSION_COOKIE_NAME, "")
        try:
            return self._for_member(environ, page, cookies, key) if key else self._for_visitor(environ, page)
        except (DatabaseError, InterfaceError):
            connection.close_if_unusable_or_obsolete()
            return None

    def _for_visitor(self, environ: Environ, page: Page) -> Answer | None:
        version = asking.version() if may_read_here(VISITORS.anybody()) else None
        if version is None:
            return None
        copy = self._copy_of(environ, page, VISITORS, version)
        if isinstance(copy, Answer):  # It is what Django says to any visitor; but to where it leads, all goes along.
            return copy if environ.get("QUERY_STRING", "") == page.query else None
        return _whole(copy, environ) if copy else None

    def _for_member(self, environ: Environ, page: Page, cookies: dict[str, str], key: str) -> Answer | None:
        member = asking.member(key)
        if member is None:
            return None
        audience = page.rule.audience_of(member.user)
        version = member.version + (member.desk_version if audience.pk else "")
        copy = self._copy_of(environ, page, audience, version)
        if not isinstance(copy, Copy):
            return None
        if copy.whole:
            return _whole(copy, environ)
        csrf_cookie = cookies.get(settings.CSRF_COOKIE_NAME, "")
        return _put_together(copy, environ, page, member, csrf_cookie) if own.is_usual(csrf_cookie) else None

    def _copy_of(self, environ: Environ, page: Page, audience: Audience, version: str) -> Copy | Answer | None:
        """Return the copy of this version, made now if there is none; or what Django says that is not to be kept.

        None where it said such a thing before, of the same version: to make it once for nothing is enough.
        """
        key, now = page.key(environ, audience), timezone.now()
        copy = self.store.get(key, version, now)
        if copy is not None:
            return copy
        ends_at = self._ends_at(version, now)  # Before it is made: what changes meanwhile has it made again.
        if self._not_kept.get(key) == (version, ends_at):
            return None
        answer = self._made(environ, page, audience)
        if answer.may_be_kept:
            copy = Copy.of(answer, version, page.rule.ends_at(ends_at, now))
            self.store.put(key, copy)
            return copy
        if answer.status.startswith("200 "):
            seldom.error("The page “%s” is made anew each time: it has a cookie or a nonce", page.route)
        if answer.is_settled:
            self._not_kept.put(key, (version, ends_at))
        return answer

    def _made(self, environ: Environ, page: Page, audience: Audience) -> Answer:
        asked = {name: value for name, value in environ.items() if name not in ASKED_BY_ONE}
        asked |= {"QUERY_STRING": page.query, "HTTP_COOKIE": page.cookie, Audience.KEY: audience}
        told: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> None:
            told.append((status, headers))

        body = self.django(asked, start_response)
        try:
            data = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        status, headers = told[-1]
        return Answer(status, [(name, value) for name, value in headers if name.lower() not in OF_ONE_ANSWER], data)

    def _ends_at(self, version: str, now: datetime) -> datetime:
        """Return when the clock next shows readers something else: nobody writes that to the database."""
        known, at = self._next_change
        if known != version or at <= now:
            planned = Post.objects.next_change_after(now)
            at = min(filter(None, [planned, next_month_after(now)]))
            self._next_change = (version, at)
        return at


def _has_it(if_none_match: str, etag: str) -> bool:
    """Whether the browser has it, by weak comparison. Source: RFC 9110, section 13.1.2."""
    if not if_none_match or if_none_match == etag:
        return bool(if_none_match)
    tags = parse_etags(if_none_match)
    return tags == ["*"] or etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in tags}


def _whole(copy: Copy, environ: Environ) -> Answer:
    if copy.etag and _has_it(environ.get("HTTP_IF_NONE_MATCH", ""), copy.etag):
        return Answer("304 Not Modified", copy.headers_of_304, b"")
    if copy.packed and is_accepted(environ.get("HTTP_ACCEPT_ENCODING", "")):
        return Answer("200 OK", [*copy.headers, ("Content-Encoding", "gzip")], copy.packed)
    return Answer("200 OK", copy.headers, copy.whole)


def _put_together(copy: Copy, environ: Environ, page: Page, member: Member, csrf_cookie: str) -> Answer:
    user, parts = member.user, []
    for piece in copy.pieces:
        if piece.own:
            unread = own.unread_count(user, member.has_unread)
            parts.append((own.own_part(piece.own, page.route, user, unread, csrf_cookie), b""))
        elif piece.for_one is None or piece.for_one == user.pk:
            parts.append((piece.data, piece.packed))
    body = b"".join([data for data, _ in parts])
    if copy.is_compressed and is_accepted(environ.get("HTTP_ACCEPT_ENCODING", "")):
        pieces = [packed or stored(data) for data, packed in parts]
        return Answer("200 OK", [*copy.headers, ("Content-Encoding", "gzip")], stream(pieces, body))
    return Answer("200 OK", copy.headers, body)
