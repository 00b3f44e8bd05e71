"""JSON Feed 1.1: https://www.jsonfeed.org/version/1.1/"""

from __future__ import annotations

import json
from typing import Any

from .document import Document, Item, texts_of


def written(document: Document) -> str:
    """Return the document as JSON. What is not known is left out."""
    texts = texts_of(document)
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": document.title,
        "home_page_url": document.page,
        "feed_url": document.self_address,
        "description": document.description,
        "language": document.language,
        "next_url": document.previous,
        "hubs": [{"type": "WebSub", "url": document.hub}] if document.hub else [],
        "items": [_item(item, texts[item.revision]) for item in document.items],
    }
    return json.dumps({name: value for name, value in told.items() if value or name == "items"}, ensure_ascii=False)


def _item(item: Item, text: str) -> dict[str, Any]:
    author = {"name": item.byline, "url": item.author_address}
    told = {
        "id": item.id,
        "url": item.address,
        "title": item.title,
        "content_html": text,
        "summary": item.excerpt,
        "image": item.cover.address if item.cover else "",
        "date_published": item.published_at.isoformat(),
        "date_modified": item.updated_at.isoformat(),
        "authors": [{name: value for name, value in author.items() if value}],
        "tags": list(item.tags),
        "language": item.language,
    }
    return {name: value for name, value in told.items() if value or name == "content_html"}
