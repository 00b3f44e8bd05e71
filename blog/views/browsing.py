"""The lists readers find posts by. Each shows what this person may read, and what has nothing to show is not there."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import open_where_public
from accounts.http import PersonRequest
from blog import metadata
from blog.archive import years_of
from blog.entries import entries_of
from blog.long_lists import LongList
from blog.models import Author, Post, PostQuerySet, Series, Tag
from blog.permissions import may_describe
from blog.personal import whose

from . import conditional
from .addresses import at_one_address

POSTS_A_PAGE = 20
NAMES_A_PAGE = 200
LONGEST_NUMBER = 6

M = TypeVar("M")
L = TypeVar("L", bound=Model)
Crumbs = list[tuple[str, str]]


@at_one_address
@require_safe
@open_where_public
def home(request: PersonRequest) -> HttpResponse:
    """List what this person may read, newest first."""
    page = page_of(request, _posts_for(request).newest_first())
    return _list_page(request, page, "blog/home.html", metadata=metadata.of_home(request, page))


@at_one_address
@require_safe
@open_where_public
def tags(request: PersonRequest) -> HttpResponse:
    """List the tags of what this person may read, by name."""
    page = _page_of_names(request, Tag.objects.counted(_posts_for(request)))
    made_of = [[tag.name, tag.slug, tag.post_count] for tag in page]
    return _overview(request, "blog/tags.html", "Tags", "What the posts here are about.", made_of, page, tags=page)


@at_one_address
@require_safe
@open_where_public
def tag(request: PersonRequest, slug: str) -> HttpResponse:
    tag = _found(Tag.objects.at(slug))
    page = page_of(request, _posts_for(request).tagged(tag).newest_first(), may_be_empty=False)
    if tag.slug != slug:
        return redirect(tag, permanent=True)
    crumbs = [("Tags", reverse("tags")), (tag.name, tag.get_absolute_url())]
    feeds = metadata.feeds_of("tag", tag.name, tag.slug)
    told = _told(request, page, f"Posts tagged “{tag.name}”", crumbs, feeds=feeds)
    return _list_page(request, page, "blog/tag.html", tag=tag, **told)


@at_one_address
@require_safe
@open_where_public
def authors(request: PersonRequest) -> HttpResponse:
    """List who wrote what this person may read, by name."""
    page = _page_of_names(request, Author.objects.counted(_posts_for(request)))
    made_of = [[*_facts_of(author), author.post_count] for author in page]
    return _overview(request, "blog/authors.html", "Authors", "Who writes here.", made_of, page, authors=page)


@at_one_address
@require_safe
@open_where_public
def author(request: PersonRequest, handle: str) -> HttpResponse:
    author = _found(Author.objects.with_a_page().at(handle))
    page = page_of(request, _posts_for(request).by_author(author.user).newest_first(), may_be_empty=False)
    if author.slug != handle:
        return redirect(author, permanent=True)
    crumbs = [("Authors", reverse("authors")), (author.user.name, author.get_absolute_url())]
    feeds = metadata.feeds_of("author", author.user.name, author.slug)
    told = _told(request, page, author.user.name, crumbs, author.bio or f"Posts by {author.user.name}.", feeds)
    told["metadata"] = metadata.of_author(told["metadata"], author)
    describes = whose(request.user, lambda person: may_describe(person, author), author.user_id)
    told |= {"author": author, "describes": describes}
    return _list_page(request, page, "blog/author.html", made_of=_facts_of(author), **told)


@at_one_address
@require_safe
@open_where_public
def all_series(request: PersonRequest) -> HttpResponse:
    """List the series that this person may read of, the one that went on last first."""
    page = _page_of_names(request, Series.objects.counted(_posts_for(request)))
    made_of = [[one.name, one.slug, one.post_count, one.newest_at] for one in page]
    intro = "Posts that belong together."
    return _overview(request, "blog/all_series.html", "Series", intro, made_of, page, all_series=page)


@at_one_address
@require_safe
@open_where_public
def series(request: PersonRequest, slug: str) -> HttpResponse:
    """List a series in the order in which it is read: that in which it came out."""
    series = get_object_or_404(Series, slug=slug)
    page = page_of(request, _posts_for(request).in_series(series).oldest_first(), may_be_empty=False)
    crumbs = [("Series", reverse("all_series")), (series.name, series.get_absolute_url())]
    feeds = metadata.feeds_of("series", series.name, series.slug)
    told = _told(request, page, series.name, crumbs, f"The series “{series.name}”, from its beginning.", feeds)
    return _list_page(request, page, "blog/series.html", series=series, **told)


@at_one_address
@require_safe
@open_where_public
def archive(request: PersonRequest) -> HttpResponse:
    """List the years and months in which something came out, the newest first."""
    years = years_of(_posts_for(request))
    return _overview(request, "blog/archive.html", "Archive", "All posts, by year and month.", years, None, years=years)


@at_one_address
@require_safe
@open_where_public
def archive_year(request: PersonRequest, year: int) -> HttpResponse:
    posts = _posts_for(request).published_in(year)
    page = page_of(request, posts.newest_first(), may_be_empty=False)
    crumbs = [("Archive", reverse("archive")), (str(year), reverse("archive_year", args=[year]))]
    told = _told(request, page, f"Posts of {year}", crumbs)
    years = years_of(posts)
    return _list_page(request, page, "blog/archive_year.html", made_of=years, year=years[0], **told)


@at_one_address
@require_safe
@open_where_public
def archive_month(request: PersonRequest, year: int, month: int) -> HttpResponse:
    page = page_of(request, _posts_for(request).published_in(year, month).newest_first(), may_be_empty=False)
    name = date_format(date(year, month, 1), "F")
    crumbs = [
        ("Archive", reverse("archive")),
        (str(year), reverse("archive_year", args=[year])),
        (name, reverse("archive_month", args=[year, month])),
    ]
    return _list_page(
        request, page, "blog/archive_month.html", **_told(request, page, f"Posts of {name} {year}", crumbs)
    )


def page_of(request: PersonRequest, posts: PostQuerySet, *, may_be_empty: bool = True) -> Page[Post]:
    """Return the page that was asked for. Raises Http404 where there is no such page."""
    number = _number_of(request)
    page = _page_of(number, LongList(posts.for_entries(), POSTS_A_PAGE, number=number))
    if not (page.paginator.count or may_be_empty):
        raise Http404
    return page


def _page_of_names(request: PersonRequest, names: QuerySet[L]) -> Page[L]:
    """Return the page that was asked for of tags, authors or series. Raises Http404 where there is no such page."""
    return _page_of(_number_of(request), Paginator(names, NAMES_A_PAGE))


def _number_of(request: PersonRequest) -> int:
    asked = request.GET.get("page", "1")
    is_number = asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_NUMBER and not asked.startswith("0")
    if not is_number:
        raise Http404
    return int(asked)


def _page_of(number: int, pages: Paginator[L]) -> Page[L]:
    if number > pages.num_pages:
        raise Http404
    return pages.page(number)


def _posts_for(request: PersonRequest) -> PostQuerySet:
    """Everything below is of these: what readers see, as far as this person is one."""
    return Post.objects.live().visible_to(request.user)


def _found(label: M | None) -> M:
    if label is None:
        raise Http404
    return label


def _list_page(
    request: PersonRequest, page: Page[Post], template: str, made_of: Iterable[object] = (), **context: Any
) -> HttpResponse:
    """Return a page of posts. `made_of` is what it shows besides them and the metadata."""
    entries = entries_of(page)
    shown = [[*conditional.facts_of(entry.post), entry.facts] for entry in entries]
    numbers = [page.number, page.paginator.count]
    return conditional.page(
        request,
        template,
        {"page_obj": page, "entries": entries, **context},
        made_of=[context["metadata"], numbers, shown, *made_of],
    )


def _facts_of(author: Author) -> list[object]:
    return [author.slug, author.bio, author.website, author.user.name, author.user.picture]


def _told(
    request: PersonRequest,
    page: Page[Any] | None,
    title: str,
    crumbs: Crumbs,
    description: str = "",
    feeds: Iterable[metadata.Feed] = (),
) -> dict[str, Any]:
    told = metadata.of_page(
        request,
        title=title,
        description=description or f"{title}.",
        address=crumbs[-1][1],
        page=page,
        crumbs=crumbs,
        feeds=feeds,
    )
    return {"title": title, "crumbs": crumbs[:-1], "metadata": told}


def _overview(
    request: PersonRequest,
    template: str,
    title: str,
    intro: str,
    made_of: Iterable[object],
    page: Page[Any] | None,
    **listed: Iterable[Any],
) -> HttpResponse:
    told = _told(request, page, title, [(title, request.path)], intro)
    context = {"intro": intro, "page_obj": page, **told, **listed}
    numbers = [page.number, page.paginator.count] if page else []
    return conditional.page(request, template, context, made_of=[told["metadata"], numbers, *made_of])
