"""Which pages are kept, and under what name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http.request import split_domain_port
from django.urls import Resolver404, resolve
from django.utils.encoding import repercent_broken_unicode

from accounts.audience import Audience
from accounts.models import User
from blog.feed_formats import FORMATS
from blog.feeds.addresses import KINDS, name_of
from blog.permissions import may_use_desk
from config.look import COOKIE, LOOKS

Environ = Mapping[str, Any]
Key = tuple[str, ...]

LONGEST_PATH = 300
LONGEST_QUERY = 200
LONGEST_VALUE = 7  # As of a month, 2026-11. Whoever goes as far as page 10,000,000 is no reader.


@dataclass(frozen=True)
class Rule:
    """What a page depends on besides its path, the look and the roles of whoever asks; all else is left out of it.

    Where it has drafts, those with a desk have each their own, and it goes by the version of all posts, too. Where it
    says how long ago something was, it is kept for so long at most.
    """

    parameters: frozenset[str] = frozenset()
    has_drafts: bool = False
    at_most: timedelta | None = None

    def ends_at(self, next_change_at: datetime, now: datetime) -> datetime:
        return min(next_change_at, now + self.at_most) if self.at_most else next_change_at

    def audience_of(self, user: User) -> Audience:
        return Audience(user.roles, user.pk if self.has_drafts and may_use_desk(user) else None)


LIST = Rule(frozenset({"page"}))
# By the names of their addresses. Not here: what anybody looks for, which never ends, and what comes from a file.
KEPT: dict[str, Rule] = {
    **dict.fromkeys(("home", "tags", "tag", "authors", "author", "all_series", "series"), LIST),
    **dict.fromkeys(("archive", "archive_year", "archive_month"), LIST),
    **dict.fromkeys(("post", "twin", "sitemap", "sitemap_part"), Rule()),
    **{
        name_of(kind, key, is_private=False): Rule(frozenset({"archive"}))
        for kind in KINDS
        for key in FORMATS
        if kind != "search"
    },
    "desk:home": Rule(has_drafts=True, at_most=timedelta(seconds=20)),
    "api-1:retrieve": Rule(frozenset({"limit", "offset"}), has_drafts=True),
    "api-1:retrieve_one": Rule(has_drafts=True),
}


@dataclass(frozen=True)
class Page:
    """A page that is kept: the name of its address, what is asked for of it, and in what look."""

    route: str
    rule: Rule
    query: str
    look: str

    @classmethod
    def asked_for(cls, environ: Environ, cookies: Mapping[str, str]) -> Page | None:
        """Return what is asked for; None where it is none of those that are kept, or asked for in another way."""
        found = _route(environ.get("PATH_INFO", ""))
        if found is None:
            return None
        query = _query(environ.get("QUERY_STRING", ""), found[1].parameters)
        if query is None:
            return None
        look = cookies.get(COOKIE, "")
        return cls(*found, query, look if look in LOOKS else "")

    @property
    def cookie(self) -> str:
        """The one cookie that the page is made with, where there is one."""
        return f"{COOKIE}={self.look}" if self.look else ""

    def key(self, environ: Environ, audience: Audience) -> Key:
        """Return what the page is kept under: also the host and the scheme, which Django has to agree to.

        Of the host no more than Django looks at, or a stranger would have a page kept under as many names as there are
        ports.
        """
        roles = "visitors" if audience.roles is None else " ".join(sorted(["members", *audience.roles]))
        host, whose = _host(str(environ.get("HTTP_HOST", ""))), str(audience.pk or "")
        return (_scheme(environ), host, str(environ.get("PATH_INFO", "")), self.query, self.look, roles, whose)


def is_kept(environ: Environ) -> bool:
    """Whether it is an address whose pages are kept."""
    return _route(environ.get("PATH_INFO", "")) is not None and not environ.get("SCRIPT_NAME")


@lru_cache(maxsize=256)
def _host(asked_of: str) -> str:
    return split_domain_port(asked_of)[0] or asked_of


def _scheme(environ: Environ) -> str:
    """Return how it was asked for, as Django takes it: a proxy that is not declared says nothing."""
    told = environ.get("HTTP_X_FORWARDED_PROTO") if settings.BEHIND_PROXY else None
    return str(environ.get("wsgi.url_scheme", "")) if told is None else str(told.split(",", 1)[0].strip() == "https")


@lru_cache(maxsize=4096)
def _route(raw_path: str) -> tuple[str, Rule] | None:
    """Return the name of the address and its rule, if its pages are kept. WSGI has paths as bytes in Latin-1."""
    if len(raw_path) > LONGEST_PATH:
        return None
    try:
        match = resolve(repercent_broken_unicode(raw_path.encode("latin-1")).decode())
    except (Resolver404, UnicodeError):
        return None
    rule = KEPT.get(match.view_name)
    return (match.view_name, rule) if rule else None


def _query(raw: str, parameters: frozenset[str]) -> str | None:
    """Return what of the query the page depends on, in one form; None where it is too much or says a thing twice."""
    if not raw:
        return ""
    if len(raw) > LONGEST_QUERY:
        return None
    asked = [(name, value) for name, value in parse_qsl(raw, keep_blank_values=True) if name in parameters]
    is_far = any(len(value) > LONGEST_VALUE for _, value in asked)
    return urlencode(sorted(asked)) if len(dict(asked)) == len(asked) and not is_far else None
