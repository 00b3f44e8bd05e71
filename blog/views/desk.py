"""The editorial side. A view reads the request, finds the post through who is asking, and calls one verb."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import MemberRequest
from accounts.models import Person
from blog.exceptions import EditedMeanwhile, NotPermitted, NotReady
from blog.forms import PostForm, ReasonForm
from blog.markup import Busy, Unrenderable
from blog.models import HistoryEntry, Post
from blog.permissions import may_open_on_desk, may_review, may_use_desk, may_write
from blog.workflow import MOVES

from .desk_lists import sections_for

HISTORY_LIMIT = 100


@dataclass(frozen=True)
class MoveButton:
    """A verb this person may use on this post now."""

    verb: str
    label: str
    url: str
    hint: str
    asks_reason: bool
    revision: int | None


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
    post = _desk_post(request, post_id)
    post.ensure("edit", by=request.user)
    if request.method != "POST":
        words = {"title": post.title, "tags": ", ".join(post.tags), "body": post.body, "version": post.version}
        return _form_page(request, PostForm(initial=words), post)
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
    post = _desk_post(request, post_id)
    if not post.is_rendered:
        with suppress(Busy):
            post.render()
    context = {**_desk_context(request, post), "may_edit": "edit" in post.moves_for(request.user)}
    return render(request, "blog/desk/post.html", context)


@require_safe
def review(request: MemberRequest, post_id: int) -> HttpResponse:
    """The sealed revision that waits, as readers will see it, and the reviewer's moves."""
    post = _desk_post(request, post_id)
    if not may_review(request.user):
        raise NotPermitted("Reviewing is for admins.")
    if post.submitted_revision is None:
        return redirect("desk:post", post.pk)
    context = {**_desk_context(request, post), "revision": post.submitted_revision, "live": post.live_revision}
    return render(request, "blog/desk/review.html", context)


@require_POST
def submit(request: MemberRequest, post_id: int) -> HttpResponse:
    post = _found(request, post_id)
    post.submit(by=request.user)
    messages.success(request, "Submitted for review.")
    return redirect("desk:post", post.pk)


@require_POST
def withdraw(request: MemberRequest, post_id: int) -> HttpResponse:
    post = _found(request, post_id)
    post.withdraw(by=request.user)
    messages.success(request, "Withdrawn. It is a draft again.")
    return redirect("desk:post", post.pk)


@require_POST
def request_changes(request: MemberRequest, post_id: int) -> HttpResponse:
    post = _found(request, post_id)
    reason = _reason(ReasonForm(request.POST))
    post.request_changes(by=request.user, revision=_number(request.POST.get("revision")), reason=reason)
    messages.success(request, f"Returned to {post.author.name} with your reason.")
    return redirect("desk:home")


@require_POST
def publish(request: MemberRequest, post_id: int) -> HttpResponse:
    post = _found(request, post_id)
    post.publish(by=request.user, revision=_number(request.POST.get("revision")))
    messages.success(request, "Published.")
    return redirect(post)


@require_POST
def unpublish(request: MemberRequest, post_id: int) -> HttpResponse:
    post = _found(request, post_id)
    post.unpublish(by=request.user)
    messages.success(request, "Unpublished. Readers no longer see it; the post waits in the review queue.")
    return redirect("desk:post", post.pk)


def _found(request: MemberRequest, post_id: int) -> Post:
    posts = Post.objects.visible_to(request.user).select_related("author", "submitted_revision", "live_revision")
    return get_object_or_404(posts, pk=post_id)


def _desk_post(request: MemberRequest, post_id: int) -> Post:
    post = _found(request, post_id)
    if not may_open_on_desk(request.user, post):
        raise NotPermitted("You may read this post, but its desk page is for its author and for admins.")
    return post


def _desk_context(request: MemberRequest, post: Post) -> dict[str, Any]:
    history = HistoryEntry.objects.filter(post=post).select_related("by", "revision").order_by("-pk")[:HISTORY_LIMIT]
    return {"post": post, "moves": _buttons(request.user, post), "history": history}


def _buttons(person: Person, post: Post) -> list[MoveButton]:
    """Return a button for each verb, but editing, which has a page, and submitting the same words again."""
    idle = {"edit"} if post.has_changes_to_submit else {"edit", "submit"}
    return [_button(verb, post) for verb in post.moves_for(person) if verb not in idle]


def _button(verb: str, post: Post) -> MoveButton:
    move = MOVES[verb]
    read = post.submitted_revision if move.names_revision else None
    return MoveButton(
        verb=verb,
        label=move.label,
        url=reverse(f"desk:{verb}", args=[post.pk]),
        hint=move.hint,
        asks_reason=move.asks_reason,
        revision=read.number if read else None,
    )


def _reason(form: ReasonForm) -> str:
    if not form.is_valid():
        raise NotReady(" ".join(str(error) for error in form.errors["reason"]))
    reason: str = form.cleaned_data["reason"]
    return reason


def _number(text: str | None) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        raise NotReady("Say which revision you read, by its number.")
    return int(text)
