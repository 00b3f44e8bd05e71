"""One address for each page readers may come to: however it is written, they are led to the one form in one step."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve, reverse

from blog.slugs import folded

Page = Callable[..., HttpResponse]
FIRST_PAGE = "1"


def at_one_address(page: Page) -> Page:
    """Lead from every other way to write the address of a page to the one that `reverse` gives.

    The page is asked first: what is not there is not there under any spelling, and where it has moved it says itself.
    """

    @wraps(page)
    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        answer = page(request, **named)
        match = request.resolver_match
        if answer.status_code not in (200, 304) or match is None:
            return answer
        address = reverse(match.view_name, kwargs=named)
        has_needless_number = request.GET.get("page") == FIRST_PAGE
        if request.path == unquote(address) and not has_needless_number:
            return answer
        query = request.GET.copy()
        if has_needless_number:
            del query["page"]
        return HttpResponsePermanentRedirect(address + (f"?{query.urlencode()}" if query else ""))

    view.has_one_address = True  # type: ignore[attr-defined]  # a mark, as in accounts/access
    return view


def otherwise_written(request: HttpRequest) -> HttpResponse | None:
    """Answer for an address that is one of such a page but for capitals or a slash at its end; None for others."""
    path = "/" + folded(request.path).strip("/")
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if path == request.path or not getattr(match.func, "has_one_address", False):
        return None
    request.resolver_match = match
    answer: HttpResponse = match.func(request, **match.kwargs)
    return answer
