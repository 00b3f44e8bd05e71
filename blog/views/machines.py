"""What is made for programs: pictures beside links, and what search engines ask for."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts.access import open_where_public
from accounts.http import PersonRequest
from blog.cards import PATIENCE_SECONDS, Busy, Card
from blog.models import Post


@require_safe
@open_where_public
def card(request: PersonRequest, slug: str, digest: str) -> HttpResponse:
    """Show the card of what is live; from that of an earlier title lead to the one of today."""
    post = get_object_or_404(Post.objects.live().visible_to(request.user).for_lists(), slug=slug)
    revision = post.current_revision
    if revision is None:  # Its time ended between the two.
        raise Http404
    own = Card.of(revision)
    return _shown(request, own) if own.digest == digest else redirect("card", post.slug, own.digest)


@require_safe
@open_where_public
def site_card(request: PersonRequest, digest: str) -> HttpResponse:
    own = Card.of_site()
    return _shown(request, own) if own.digest == digest else redirect("site_card", own.digest)


def _shown(request: PersonRequest, own: Card) -> HttpResponse:
    etag = f'"{own.digest}"'
    response = get_conditional_response(request, etag=etag) or _picture(own)
    response.headers["ETag"] = etag
    # As all pictures of posts: it may be kept if it is asked for anew, for it goes with its post.
    response.headers["Cache-Control"] = f"{'public' if settings.VISIBILITY == 'public' else 'private'}, no-cache"
    return response


def _picture(own: Card) -> HttpResponse:
    try:
        return HttpResponse(own.png(), content_type="image/png")
    except Busy:
        response = HttpResponse("Too many pictures are being drawn.", status=503, content_type="text/plain")
        response.headers["Retry-After"] = str(PATIENCE_SECONDS)
        return response
