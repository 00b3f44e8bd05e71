"""The editorial side. A view reads the request, finds the post through who is asking, and calls one verb."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import MemberRequest
from blog.exceptions import EditedMeanwhile, NotPermitted, NotReady
from blog.forms import PostForm
from blog.markup import Busy, Unrenderable
from blog.models import HistoryEntry, Post
from blog.permissions import may_review, may_use_desk, may_write

from .desk_lists import sections_for
from .desk_posts import buttons_for, desk_post

HISTORY_LIMIT = 100


@require_safe
def home(request: MemberRequest) -> HttpResponse:
    """Show what waits for this person."""
    if not may_use_desk(request.user):
        raise NotPermitted("The desk is for those who write or review here.")
    return render(request, "blog/desk/home.html", {"sections": sections_for(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: MemberRequest) -> HttpResponse:
    """Start a post: an empty form, or the draft that comes back from one."""
    if not may_write(request.user):
        raise NotPermitted("Writing is for editors. An admin of this site can make you one.")
    if request.method != "POST":
        return _form_page(request, PostForm(initial={"write_key": get_random_string(32)}))
    form = PostForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    post, is_new = Post.objects.write_once(by=request.user, write_key=form.cleaned_data["write_key"], **form.words)
    if not is_new:  # Sent twice: the first time did whatever there was to do.
        return redirect("desk:post", post.pk)
    return _after_save(request, post)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MemberRequest, post_id: int) -> HttpResponse:
    """Go on writing. A save that comes too late is refused with both texts on the page."""
    post = desk_post(request, post_id)
    post.ensure("edit", by=request.user)
    if request.method != "POST":
        return _form_page(request, PostForm.of(post), post)
    form = PostForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, post, status=422)
    try:
        post.edit(by=request.user, version=form.cleaned_data["version"] or 0, **form.words)
    except EditedMeanwhile:
        # Saving again from the page that shows both texts overwrites the other one knowingly.
        form.data = {**request.POST.dict(), "version": str(post.version)}
        return _form_page(request, form, post, status=409, conflict=post)
    return _after_save(request, post)


def _after_save(request: MemberRequest, post: Post) -> HttpResponse:
    """Say that the text is safe, and submit it where that was the button."""
    if request.POST.get("then") != "submit":
        messages.success(request, "Saved.")
        return redirect("desk:edit", post.pk)
    try:
        post.submit(by=request.user)
    except NotReady as lack:
        messages.error(request, f"Saved, but not submitted. {lack}")
        return redirect("desk:edit", post.pk)
    except Unrenderable as trouble:
        messages.error(request, f"Saved, but not submitted. {trouble.reason} Look at line {trouble.line}.")
        return redirect("desk:edit", post.pk)
    except Busy:
        messages.error(request, "Saved, but not submitted. Too much is going on; press submit again in a moment.")
        return redirect("desk:edit", post.pk)
    messages.success(request, "Submitted for review.")
    return redirect("desk:post", post.pk)


def _form_page(
    request: MemberRequest, form: PostForm, post: Post | None = None, status: int = 200, conflict: Post | None = None
) -> HttpResponse:
    context = {"form": form, "post": post, "conflict": conflict}
    return render(request, "blog/desk/edit.html", context, status=status)


@require_safe
def post(request: MemberRequest, post_id: int) -> HttpResponse:
    """The proof: the working copy as it will look, where it stands and what can be done with it."""
    post = desk_post(request, post_id)
    if not post.is_rendered:
        with suppress(Busy):
            post.render()
    context = {**_desk_context(request, post), "may_edit": "edit" in post.moves_for(request.user)}
    return render(request, "blog/desk/post.html", context)


@require_safe
def review(request: MemberRequest, post_id: int) -> HttpResponse:
    """The sealed revision that waits, as readers will see it, and the reviewer's moves."""
    post = desk_post(request, post_id)
    if not may_review(request.user):
        raise NotPermitted("Reviewing is for admins.")
    if post.submitted_revision is None:
        return redirect("desk:post", post.pk)
    context = {**_desk_context(request, post), "revision": post.submitted_revision, "live": post.current_revision}
    return render(request, "blog/desk/review.html", context)


def _desk_context(request: MemberRequest, post: Post) -> dict[str, Any]:
    history = HistoryEntry.objects.filter(post=post).select_related("by", "whom", "revision")
    return {
        "post": post,
        "moves": buttons_for(request.user, post),
        "history": history.order_by("-pk")[:HISTORY_LIMIT],
    }
