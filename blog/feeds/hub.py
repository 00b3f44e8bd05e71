"""Telling the WebSub hub which feeds have changed, so that whoever follows them there hears of it at once.

The specification leaves this to publishers and their hub; all public hubs take what PubSubHubbub 0.4 says in section 7.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.models import Visitor
from accounts.on_demand import OnDemand
from blog.feed_formats import FORMATS
from blog.models import Author, HubPing, Series, Tag
from blog.permissions import may_read_here

from .addresses import Whereabouts

if TYPE_CHECKING:
    import httpx
else:
    httpx = OnDemand("httpx")

logger = logging.getLogger(__name__)

SECONDS = 5.0
MOST_AT_A_TIME = 20


def tell() -> None:
    """Tell the hub of what is due. Where it does not answer, all waits: each for itself, and ever longer.

    Never inside a transaction.
    """
    for ping in HubPing.objects.due().order_by("due_at", "pk")[:MOST_AT_A_TIME]:
        if not settings.WEBSUB_HUB or not may_read_here(Visitor()):
            ping.is_told()
        elif ping.claim() and not _told(ping):
            return


def _told(ping: HubPing) -> bool:
    feed = _feed_of(ping)
    if feed is None:
        ping.is_told()
        return True
    try:
        with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
            for key in FORMATS:
                topic = feed.address(key)
                client.post(settings.WEBSUB_HUB, data={"hub.mode": "publish", "hub.url": topic}).raise_for_status()
    except httpx.HTTPError as trouble:
        pause = ping.try_later()
        then = f"is told again in {pause}" if pause else "is not told any more"
        logger.warning("The hub was not told of %s, and %s: %s", ping, then, type(trouble).__name__)
        return False
    ping.is_told()
    return True


def _feed_of(ping: HubPing) -> Whereabouts | None:
    """Return where the feed is by now; None where it is no more."""
    if ping.kind == "site":
        return Whereabouts()
    places = {
        "tag": Tag.objects.filter(pk=ping.key),
        "author": Author.objects.with_a_page().filter(user=ping.key),
        "series": Series.objects.filter(pk=ping.key),
    }
    slug = places[ping.kind].values_list("slug", flat=True).first()
    return Whereabouts(ping.kind, slug) if slug else None
