"""What every template may print about the site."""

from functools import cache, partial
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.http import with_person
from accounts.models import Person
from blog.languages import direction
from blog.models import Post
from blog.permissions import may_read_here

from . import look

LATEST = 5
# What the foot of every page leads to, by the names of their addresses.
PAGES = {
    "archive": "Archive",
    "tags": "Tags",
    "authors": "Authors",
    "feeds": "Feeds",
    "about": "About",
    "privacy": "Privacy",
}


def site(request: HttpRequest) -> dict[str, Any]:
    person = with_person(request).user
    return {
        "site_name": settings.SITE_NAME,
        "site_tagline": settings.SITE_TAGLINE,
        "site_url": settings.SITE_URL,
        "site_language": settings.SITE_LANGUAGE,
        "site_direction": direction(settings.SITE_LANGUAGE),
        "site_navigation": settings.SITE_NAVIGATION,
        "site_footer": settings.SITE_FOOTER,
        "site_footer_links": settings.SITE_FOOTER_LINKS,
        "site_licence": settings.SITE_LICENCE,
        "site_author_links": settings.SITE_AUTHOR_LINKS,
        "time_zone_name": settings.TIME_ZONE,
        "site_pages": PAGES.items(),
        "may_read_here": may_read_here(person),
        "may_come_back": request.method in ("GET", "HEAD"),
        "latest_posts": partial(_latest_for, person),  # Asked by those pages alone that lead on.
        "site_logo": _found(settings.SITE_LOGO),
        "theme_stylesheet": _found("theme.css") if settings.THEME else "",
        **look.for_templates(request),
    }


def _latest_for(person: Person) -> QuerySet[Post]:
    return Post.objects.live().visible_to(person).for_lists().newest_first()[:LATEST]


@cache
def _found(path: str) -> str:
    """Return the path of a static file if there is one."""
    return path if path and finders.find(path) else ""
