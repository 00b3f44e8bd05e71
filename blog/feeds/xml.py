"""RSS 2.0 and Atom, by Django's own writers, with what these leave out: full texts, archives, hubs and pictures."""

from __future__ import annotations

from html import escape
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed, rfc2822_date, rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator

from blog.feed_formats import FORMATS

from .document import Document, Item, texts_of

ATOM, DC = "http://www.w3.org/2005/Atom", "http://purl.org/dc/elements/1.1/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
PLAIN = {character: f"&#x{ord(character):X};" for character in "&<>"}

Attributes = dict[str, str]


class Rss(Rss201rev2Feed):
    def rss_attributes(self) -> Attributes:
        names = {"content": CONTENT, "dc": DC, "fh": HISTORY, "media": MEDIA}
        return {**super().rss_attributes(), **{f"xmlns:{name}": address for name, address in names.items()}}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        document: Document = self.feed["document"]
        add_words(handler, "title", document.title)
        handler.addQuickElement("link", document.page)
        handler.addQuickElement("description", escape(document.description))
        handler.addQuickElement("language", document.language)
        handler.addQuickElement("lastBuildDate", rfc2822_date(document.updated_at))
        for rel, address in links_of(document):
            self_type = {"type": FORMATS["rss"].media_type} if rel == "self" else {}
            handler.addQuickElement("atom:link", None, {"href": address, "rel": rel, **self_type})
        if document.is_archive:
            handler.addQuickElement("fh:archive")

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        told: Item = item["item"]
        add_words(handler, "title", told.title)
        handler.addQuickElement("link", told.address)
        handler.addQuickElement("guid", told.id, {"isPermaLink": "false"})
        handler.addQuickElement("pubDate", rfc2822_date(told.published_at))
        add_words(handler, "dc:creator", told.byline)
        if told.language:
            handler.addQuickElement("dc:language", told.language)
        for tag in told.tags:
            add_words(handler, "category", tag)
        handler.addQuickElement("description", escape(told.excerpt))  # It is read as HTML.
        handler.addQuickElement("content:encoded", item["text"])
        add_cover(handler, told)


class Atom(Atom1Feed):
    def root_attributes(self) -> Attributes:
        names = {"xmlns": ATOM, "xmlns:fh": HISTORY, "xmlns:media": MEDIA}
        return {**names, "xml:lang": self.feed["document"].language}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        document: Document = self.feed["document"]
        handler.addQuickElement("id", document.id)
        handler.addQuickElement("title", document.title)
        handler.addQuickElement("subtitle", document.description)
        handler.addQuickElement("updated", rfc3339_date(document.updated_at))
        handler.addQuickElement("link", None, {"href": document.page, "rel": "alternate", "type": "text/html"})
        for rel, address in links_of(document):
            self_type = {"type": FORMATS["atom"].media_type} if rel == "self" else {}
            handler.addQuickElement("link", None, {"href": address, "rel": rel, **self_type})
        if document.is_archive:
            handler.addQuickElement("fh:archive")

    def item_attributes(self, item: dict[str, Any]) -> Attributes:
        told: Item = item["item"]
        return {"xml:lang": told.language} if told.language else {}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        told: Item = item["item"]
        handler.addQuickElement("id", told.id)
        handler.addQuickElement("title", told.title)
        handler.addQuickElement("link", None, {"href": told.address, "rel": "alternate", "type": "text/html"})
        handler.addQuickElement("published", rfc3339_date(told.published_at))
        handler.addQuickElement("updated", rfc3339_date(told.updated_at))
        handler.startElement("author", AttributesImpl({}))
        handler.addQuickElement("name", told.byline)
        if told.author_address:
            handler.addQuickElement("uri", told.author_address)
        handler.endElement("author")
        for tag in told.tags:
            handler.addQuickElement("category", None, {"term": tag})
        handler.addQuickElement("summary", told.excerpt)
        handler.addQuickElement("content", item["text"], {"type": "html"})
        add_cover(handler, told)


def add_words(handler: SimplerXMLGenerator, name: str, words: str) -> None:
    """Add plain text where some readers of RSS expect HTML: both take these references for what they stand for.

    That is the advice of the RSS Advisory Board's profile, on “Character Data”.
    """
    handler.startElement(name, AttributesImpl({}))
    handler.ignorableWhitespace("".join(PLAIN.get(character, character) for character in words))  # As it is.
    handler.endElement(name)


def written(document: Document, writer: type[SyndicationFeed]) -> str:
    """Return the document as XML."""
    feed = writer(title=document.title, link=document.page, description=document.description, document=document)
    texts = texts_of(document)
    for item in document.items:
        feed.add_item(
            title=item.title, link=item.address, description=item.excerpt, item=item, text=texts[item.revision]
        )
    return feed.writeString("utf-8")


def links_of(document: Document) -> list[tuple[str, str]]:
    """Return the links between documents, and to the hub: RFC 5005, section 4, and WebSub, section 4."""
    current = document.current if document.is_archive else ""
    links = {
        "self": document.self_address,
        "hub": document.hub,
        "current": current,
        "prev-archive": document.previous,
        "next-archive": document.following,
    }
    return [(rel, address) for rel, address in links.items() if address]


def add_cover(handler: SimplerXMLGenerator, item: Item) -> None:
    """Tell of the cover apart from the text: lists of posts are often shown with pictures."""
    cover = item.cover
    if cover is None:
        return
    size = {"width": str(cover.width), "height": str(cover.height)}
    told = {"url": cover.address, "medium": "image", "type": "image/webp", **size}
    handler.startElement("media:content", AttributesImpl(told))
    if cover.alt:
        handler.addQuickElement("media:description", cover.alt, {"type": "plain"})
    handler.endElement("media:content")
