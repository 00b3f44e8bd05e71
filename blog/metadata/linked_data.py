"""Pages in the words of schema.org, as search engines read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import Visitor
from blog.addresses import absolute
from blog.permissions import may_read_here

if TYPE_CHECKING:
    from .told import Article, Metadata, Node

MAX_HEADLINE_LENGTH = 110  # Search engines cut off the rest, or pass over the whole.


def posting(article: Article, page: Metadata) -> Node:
    """Return a post. Times carry the site's zone; what is not known is left out."""
    told = {
        "@type": "BlogPosting",
        "@id": f"{article.address}#post",
        "url": article.address,
        "mainEntityOfPage": page.canonical,
        "headline": shortened(page.title),
        "description": page.description,
        "image": [page.picture.address] if page.picture else [],
        "datePublished": localtime(article.published_at).isoformat(),
        "dateModified": localtime(article.changed_at or article.published_at).isoformat(),
        "author": {"@type": "Person", "name": article.byline, "url": article.author_address},
        "publisher": publisher(),
        "wordCount": article.word_count,
        "keywords": list(article.tags),
        "articleSection": article.section,
        "inLanguage": page.language,
        "isPartOf": _series(article),
        "license": [licence.address for licence in settings.SITE_LICENCE],
        "isAccessibleForFree": may_read_here(Visitor()),
    }
    return {name: known(value) for name, value in told.items() if value not in ("", [], None)}


def _series(article: Article) -> Node | None:
    if not article.series:
        return None
    return {"@type": "CreativeWorkSeries", "name": article.series, "url": article.series_address}


def site() -> Node:
    """Return the site itself, for its front page."""
    told = {
        "@type": "WebSite",
        "@id": absolute("/#site"),
        "url": absolute(reverse("home")),
        "name": settings.SITE_NAME,
        "description": settings.SITE_TAGLINE,
        "inLanguage": settings.SITE_LANGUAGE,
        "publisher": publisher(),
        "potentialAction": _search(),
    }
    return {name: value for name, value in told.items() if value not in ("", None)}


def _search() -> Node:
    return {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{absolute(reverse('search'))}?q={{search_term_string}}"},
        "query-input": "required name=search_term_string",
    }


def author(name: str, address: str, description: str, elsewhere: list[str]) -> Node:
    """Return the page of somebody who writes here."""
    person = {
        "@type": "Person",
        "@id": f"{address}#person",
        "name": name,
        "url": address,
        "description": description,
        "sameAs": elsewhere,
    }
    return {
        "@type": "ProfilePage",
        "@id": f"{address}#page",
        "url": address,
        "mainEntity": {key: value for key, value in person.items() if value},
    }


def publisher() -> Node:
    return {
        "@type": "Organization",
        "@id": absolute("/#publisher"),
        "name": settings.SITE_NAME,
        "url": absolute(reverse("home")),
        "logo": {"@type": "ImageObject", "url": absolute(reverse("icon-512.png")), "width": 512, "height": 512},
    }


def breadcrumbs(crumbs: Iterable[tuple[str, str]]) -> Node:
    """Return the way from the front page to a page, each step a name and its address."""
    steps = [(settings.SITE_NAME, reverse("home")), *crumbs]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": absolute(address)}
            for number, (name, address) in enumerate(steps, start=1)
        ],
    }


def shortened(headline: str) -> str:
    """Return a headline that is not too long, cut between words where it has any."""
    if len(headline) <= MAX_HEADLINE_LENGTH:
        return headline
    kept = headline[: MAX_HEADLINE_LENGTH - 1]
    return f"{kept.rpartition(' ')[0] or kept}…"


def known(value: object) -> object:
    """Leave out of a thing what is empty."""
    return {key: part for key, part in value.items() if part != ""} if isinstance(value, dict) else value
