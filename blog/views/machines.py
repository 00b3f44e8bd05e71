"""What is made for programs: pictures beside links, the Markdown of a post, and what browsers and crawlers ask for."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import conditional_page, require_safe

from accounts.access import authenticates_itself, open_where_public
from accounts.http import PersonRequest
from blog import icons, sitemaps, twins
from blog.addresses import absolute
from blog.cards import PATIENCE_SECONDS, Busy, Card
from blog.link_header import link_header
from blog.models import Post, PostQuerySet, Revision
from blog.permissions import are_pages_found
from blog.sitemaps import Entry


@require_safe
@open_where_public
def card(request: PersonRequest, slug: str, digest: str) -> HttpResponse:
    """Show the card of what is live; from that of an earlier title lead to the one of today."""
    post, revision = _found(Post.objects.for_lists(), request, slug)
    own = Card.of(revision)
    is_there = (post.slug, own.digest) == (slug, digest)
    return _shown(request, own) if is_there else redirect("card", post.slug, own.digest)


@require_safe
@open_where_public
def site_card(request: PersonRequest, digest: str) -> HttpResponse:
    own = Card.of_site()
    return _shown(request, own) if own.digest == digest else redirect("site_card", own.digest)


@require_safe
@open_where_public
@conditional_page
def twin(request: PersonRequest, slug: str) -> HttpResponse:
    """Give the Markdown of what readers see."""
    post, revision = _found(Post.objects.with_readers_text(), request, slug)
    if not twins.has_twin(revision):
        raise Http404
    if post.slug != slug:
        return redirect("twin", post.slug, permanent=True)
    response = HttpResponse(twins.twin_of(post, revision), content_type="text/markdown; charset=utf-8")
    response.headers["Link"] = link_header([("canonical", revision.canonical_url or absolute(post.get_absolute_url()))])
    response.headers["X-Robots-Tag"] = "noindex"  # The page is what is to be found.
    response.headers["Cache-Control"] = _kept_with_its_post()
    return response


@require_safe
@authenticates_itself
@conditional_page
def robots(request: HttpRequest) -> HttpResponse:
    """Tell crawlers what is not for them: all of it, where pages are for members or the site is a copy."""
    context = {"are_pages_found": are_pages_found(), "sitemap": absolute(reverse("sitemap"))}
    return render(request, "blog/robots.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
@authenticates_itself
@conditional_page
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """List the lists of all pages that search engines are to know of."""
    return _sitemap(request, "blog/sitemap_index.xml", sitemaps.index())


@require_safe
@authenticates_itself
@conditional_page
def sitemap(request: HttpRequest, name: str) -> HttpResponse:
    return _sitemap(request, "blog/sitemap.xml", sitemaps.entries_of(name))


@require_safe
@authenticates_itself
@conditional_page
def icon(request: HttpRequest, name: str) -> HttpResponse:
    return _for_a_day(HttpResponse(icons.png(name), content_type="image/png"))


@require_safe
@authenticates_itself
@conditional_page
def favicon(request: HttpRequest) -> HttpResponse:
    return _for_a_day(HttpResponse(icons.favicon(), content_type="image/x-icon"))


@require_safe
@authenticates_itself
@conditional_page
def manifest(request: HttpRequest) -> HttpResponse:
    """Tell phones and browsers what the site is called and how it looks among their applications."""
    return _for_a_day(JsonResponse(icons.manifest(), content_type="application/manifest+json"))


def _found(posts: PostQuerySet, request: PersonRequest, slug: str) -> tuple[Post, Revision]:
    """Return the post that has this address, or had it, and what readers see of it. Raises Http404."""
    seen = posts.live().visible_to(request.user)
    post = seen.filter(slug=slug).first() or seen.filter(former_slugs__slug=slug).first()
    revision = post.current_revision if post else None
    if post is None or revision is None:  # Its time may end between the two.
        raise Http404
    return post, revision


def _sitemap(request: HttpRequest, template: str, entries: list[Entry]) -> HttpResponse:
    if not entries:
        raise Http404
    return render(request, template, {"entries": entries}, content_type="application/xml; charset=utf-8")


def _shown(request: PersonRequest, own: Card) -> HttpResponse:
    etag = f'"{own.digest}"'
    response = get_conditional_response(request, etag=etag) or _picture(own)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = _kept_with_its_post()
    return response


def _picture(own: Card) -> HttpResponse:
    try:
        return HttpResponse(own.png(), content_type="image/png")
    except Busy:
        response = HttpResponse("Too many pictures are being drawn.", status=503, content_type="text/plain")
        response.headers["Retry-After"] = str(PATIENCE_SECONDS)
        return response


def _kept_with_its_post() -> str:
    """As all pictures of posts: it may be kept if it is asked for anew each time. Unpublished, it is gone at once."""
    return "public, no-cache" if settings.VISIBILITY == "public" else "private, no-cache"


def _for_a_day(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
