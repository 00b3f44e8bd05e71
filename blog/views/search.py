"""Looking for posts by their words."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.access import open_where_public
from accounts.exceptions import TooMany
from accounts.http import PersonRequest, client_address, too_many
from accounts.models import Visitor
from blog import metadata
from blog.entries import Entry, entries_of
from blog.feed_formats import FORMATS
from blog.feeds.addresses import Whereabouts
from blog.long_lists import told
from blog.permissions import may_read_here
from blog.searching import MAX_FILTERS, MAX_LENGTH, Found, Hit, Query, found, suggestions

from .addresses import at_one_address

POSTS_A_PAGE = 20
MAX_PAGE = 100_000
NEWEST = "newest"


@dataclass(frozen=True)
class Droppable:
    """A part of what was looked for, in words, and the address of the same without it."""

    in_words: str
    address: str


@at_one_address
@require_safe
@open_where_public
def search(request: PersonRequest) -> HttpResponse:
    """Show what this person may read and has the words they typed; without any, how to look for something."""
    typed, newest = request.GET.get("q", ""), request.GET.get("sort") == NEWEST
    number = _page_number(request.GET.get("page", ""))
    if typed:
        try:
            limits.check_caller("SEARCH_LIMIT", request.user, client_address(request))
        except TooMany as trouble:
            return too_many(request, trouble)
    result = found(request.user, typed, newest=newest, first=(number - 1) * POSTS_A_PAGE, count=POSTS_A_PAGE)
    page = Paginator(range(result.total), POSTS_A_PAGE).get_page(number)
    if page.number != number:
        return HttpResponseRedirect(_address(typed, newest=newest, page=page.number))
    query = result.query
    title = f"Search: {query.text}" if query.text else "Search"
    context = {
        "typed": typed[:MAX_LENGTH],
        "max_length": MAX_LENGTH,
        "max_filters": MAX_FILTERS,
        "query": query,
        "total": result.total,
        "goes_on": result.goes_on,
        "total_told": told(result.total, goes_on=result.goes_on),
        "rows": _rows(result),
        "page_obj": page,
        "is_newest_first": newest,
        "best_first": _address(typed),
        "newest_first": _address(typed, newest=True),
        "asked_for": urlencode(_asked(typed, newest)),
        "parts": _droppable(query, newest=newest),
        "suggestions": suggestions(request.user, query, is_nothing_found=not result.total),
        "metadata": metadata.of_page(request, title=title, page=page, query=_asked(typed, newest), is_indexed=False),
        "feeds": _feeds_of(query),
    }
    return render(request, "blog/search.html", context)


def _feeds_of(query: Query) -> list[tuple[str, str]]:
    """Return where a feed reader hears of what will be found, by format; nothing where only members read."""
    if not query.text or not may_read_here(Visitor()):
        return []
    at = Whereabouts("search", query=query.text)
    return [(known.label, at.address(key)) for key, known in FORMATS.items()]


def _rows(result: Found) -> list[tuple[Entry, Hit]]:
    """Return what a list shows of each post that was found, and where the words are in it."""
    hits = {hit.post.pk: hit for hit in result.hits}
    return [(entry, hits[entry.post.pk]) for entry in entries_of(result.posts) if entry.post.pk in hits]


def _page_number(asked: str) -> int:
    return (
        min(int(asked), MAX_PAGE) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 10 and int(asked) else 1
    )


def _asked(typed: str, newest: bool) -> dict[str, str]:
    text = typed[: 2 * MAX_LENGTH].encode("utf-8", "replace").decode()  # Half a character has no place in an address.
    return {"q": text, **({"sort": NEWEST} if newest else {})} if text else {}


def _address(typed: str, *, newest: bool = False, page: int = 1) -> str:
    asked = {**_asked(typed, newest), **({"page": str(page)} if page > 1 else {})}
    return reverse("search") + (f"?{urlencode(asked)}" if asked else "")


def _droppable(query: Query, *, newest: bool) -> list[Droppable]:
    """Return what was understood, part by part, where it is more than a row of words."""
    if all(part.kind == "word" and not part.is_unwanted for part in query.parts) and len(query.parts) < 2:
        return []
    return [Droppable(part.in_words, _address(query.without(part), newest=newest)) for part in query.parts]
