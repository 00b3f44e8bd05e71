"""Feeds as programs read them."""

from typing import Any

import feedparser
from django.test import Client

SITE = ("/feeds/rss.xml", "/feeds/atom.xml", "/feeds/feed.json")


def parsed(content: bytes) -> Any:
    """Return what feedparser makes of RSS or Atom that is well-formed, with the HTML as it stands there."""
    feed = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo, feed.bozo_exception
    return feed


def items_of(address: str, client: Client | None = None) -> list[dict[str, Any]]:
    """Return the items of a feed in any format as `id`, `title`, `html`, `address`, `updated` and `tags`."""
    answer = (client or Client()).get(address)
    assert answer.status_code == 200, answer
    if answer.headers["Content-Type"].startswith("application/feed+json"):
        return [
            {
                "id": item["id"],
                "title": item["title"],
                "html": item["content_html"],
                "address": item["url"],
                "tags": item.get("tags", []),
            }
            for item in answer.json()["items"]
        ]
    return [
        {
            "id": entry.id,
            "title": entry.title,
            "html": entry.content[0].value,
            "address": entry.link,
            "tags": [tag.term for tag in entry.get("tags", [])],
        }
        for entry in parsed(answer.content).entries
    ]


def links_of(address: str, client: Client | None = None) -> dict[str, str]:
    """Return the links of a feed to other documents, by what they are to it."""
    answer = (client or Client()).get(address)
    if answer.headers["Content-Type"].startswith("application/feed+json"):
        told = answer.json()
        links = {"self": told["feed_url"], "prev-archive": told.get("next_url", "")}
        return {rel: link for rel, link in links.items() if link}
    return {link.rel: link.href for link in parsed(answer.content).feed.links if link.rel != "alternate"}
