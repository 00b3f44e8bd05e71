"""A post, as readers see it."""

from django.conf import settings
from django.http import HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import open_where_public
from accounts.http import PersonRequest
from blog import metadata
from blog.furniture import furniture_of
from blog.models import Edition, FormerAddress, FormerSlug, Post, path_of
from blog.permissions import may_open_on_desk
from blog.personal import whose
from blog.status import GoneAs
from blog.views import conditional

from .addresses import at_one_address


@at_one_address
@require_safe
@open_where_public
def post(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the live revision; what is not live yet is shown on the desk to those who may see it there."""
    post = Post.objects.visible_to(request.user).for_reading().filter(slug=slug).first()
    revision = post.current_revision if post else None
    if post is None or (revision is None and not may_open_on_desk(request.user, post)):
        return _elsewhere(request, slug) if post is None else _gone(request, slug=slug)
    if revision is None:
        return redirect("desk:post", post.pk)
    edition = Edition.objects.of(revision)
    furniture = furniture_of(post, revision, edition, person=request.user)
    told = metadata.of_post(post, revision, edition, [tag.title for tag in furniture.tags])
    opens_desk = whose(request.user, lambda person: may_open_on_desk(person, post), post.author_id)
    cover = revision.cover_picture
    made_of = [post.pk, revision.pk, revision.digest, cover and cover.srcset, furniture, told, opens_desk]
    context = {
        "post": post,
        "revision": revision,
        "furniture": furniture,
        "metadata": told,
        "opens_desk": opens_desk,
    }
    return conditional.page(request, "blog/post.html", context, made_of=made_of)


def _elsewhere(request: PersonRequest, slug: str) -> HttpResponse:
    """Lead on from an address that a post had before, in one step, or say what became of it. Raises Http404."""
    former = FormerSlug.objects.select_related("post").filter(slug=slug).exclude(post__slug=slug).first()
    if former is None:
        return formerly_at(request) or _gone(request, slug=slug)
    if Post.objects.live().visible_to(request.user).filter(pk=former.post_id).exists():
        return redirect(former.post, permanent=True)
    return post(request, slug=former.post.slug)


def formerly_at(request: PersonRequest) -> HttpResponse | None:
    """Answer for an address of the site that was here before, as for the post that came from there; None for others."""
    former = FormerAddress.objects.filter(path=path_of(request.path)).first() if settings.OLD_SITE_HOSTS else None
    return post_by_id(request, post_id=former.post_id) if former else None


def _gone(request: PersonRequest, **named: str | int) -> HttpResponse:
    """Say what readers are told of a post that was taken from them. Raises Http404 where they are told nothing."""
    post = get_object_or_404(Post.objects.gone_for(request.user), **named)
    if post.gone_as == GoneAs.MOVED:
        return HttpResponseRedirect(post.gone_to)
    return render(request, "blog/gone.html", {"post": post}, status=410)


@require_safe
@open_where_public
def post_by_id(request: PersonRequest, post_id: int) -> HttpResponse:
    """Lead from the address the tutorial's pages use to the one that reads well, or say what became of the post."""
    post = Post.objects.visible_to(request.user).filter(pk=post_id).first()
    return _gone(request, pk=post_id) if post is None else HttpResponsePermanentRedirect(post.get_absolute_url())
