"""The pages readers see."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import open_where_public
from accounts.http import PersonRequest
from blog.models import Post
from blog.permissions import may_open_on_desk

POSTS_A_PAGE = 20


@require_safe
@open_where_public
def home(request: PersonRequest) -> HttpResponse:
    """List what this person may read, newest first."""
    posts = Post.objects.live().visible_to(request.user).for_lists().newest_first()
    page = Paginator(posts, POSTS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "blog/home.html", {"page_obj": page})


@require_safe
@open_where_public
def post(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the live revision; what is not live yet is shown on the desk to those who may see it there."""
    post = get_object_or_404(Post.objects.visible_to(request.user).select_related("live_revision", "author"), slug=slug)
    if not post.is_live:
        return redirect("desk:post", post.pk)
    context = {
        "post": post,
        "revision": post.live_revision,
        "canonical": request.build_absolute_uri(post.get_absolute_url()),
        "may_open_desk": may_open_on_desk(request.user, post),
    }
    return render(request, "blog/post.html", context)


@require_safe
@open_where_public
def post_by_id(request: PersonRequest, post_id: int) -> HttpResponse:
    """Lead from the address the tutorial's pages use to the one that reads well."""
    post = get_object_or_404(Post.objects.visible_to(request.user), pk=post_id)
    return HttpResponsePermanentRedirect(post.get_absolute_url())
