"""The tags of all posts, on the desk: their names, and one where there were two."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import MemberRequest
from blog.exceptions import NotPermitted, NotReady
from blog.models import Post, Tag, TagEntry, Tagging, tag_keeping
from blog.permissions import may_manage_tags
from blog.tags import MAX_TAG_LENGTH

from .lists import desk_context

RECENT_ENTRIES = 30


@require_safe
def tags(request: MemberRequest) -> HttpResponse:
    """List all tags there are, with what readers see of each, and what was done to them."""
    _check_may(request)
    context = {
        "tags": Tag.objects.with_counts(Post.objects.live().visible_to(request.user)).order_by("name", "pk"),
        "entries": TagEntry.objects.select_related("by").order_by("-pk")[:RECENT_ENTRIES],
        **desk_context(request, "tags"),
    }
    return render(request, "blog/desk/tags.html", context)


@require_safe
def tag(request: MemberRequest, tag_id: int) -> HttpResponse:
    """What leads to one tag, and what can be done to it."""
    tag = _found(request, tag_id)
    context = {
        "tag": tag,
        "post_count": Post.objects.live().visible_to(request.user).tagged(tag).count(),
        "spellings": tag.spellings.order_by("key"),
        "former_slugs": tag.former_slugs.order_by("slug"),
        "others": Tag.objects.exclude(pk=tag.pk).order_by("name", "pk"),
        "max_length": MAX_TAG_LENGTH,
        **desk_context(request, "tags"),
    }
    return render(request, "blog/desk/tag.html", context)


@require_POST
def rename(request: MemberRequest, tag_id: int) -> HttpResponse:
    tag = tag_keeping.rename(_found(request, tag_id), by=request.user, to=request.POST.get("name", ""))
    messages.success(request, f"It is called “{tag.name}” now. Whatever led to it leads there.")
    return redirect("desk:tag", tag.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: MemberRequest, tag_id: int) -> HttpResponse:
    """Say what merging would do, and do it when that was read."""
    tag = _found(request, tag_id)
    into = get_object_or_404(Tag, pk=_number(request.POST.get("into") or request.GET.get("into")))
    if request.method == "POST":
        into = tag_keeping.merge(tag, by=request.user, into=into)
        messages.success(request, f"Merged. What had “{tag.name}” has “{into.name}” now.")
        return redirect("desk:tag", into.pk)
    if into == tag:
        raise NotReady("Choose another tag than this one.")
    live = Post.objects.live().visible_to(request.user)
    context = {
        "tag": tag,
        "into": into,
        "post_count": live.tagged(tag).count(),
        "both_count": live.tagged(tag).showing(Tagging.objects.filter(tag=into).values("revision")).count(),
        "spellings": tag.spellings.order_by("key"),
        **desk_context(request, "tags"),
    }
    return render(request, "blog/desk/merge_tag.html", context)


def _check_may(request: MemberRequest) -> None:
    if not may_manage_tags(request.user):
        raise NotPermitted("Tags are renamed and merged by admins.")


def _found(request: MemberRequest, tag_id: int) -> Tag:
    """Return the tag. Raises NotPermitted first, so that nobody else learns which there are, and Http404."""
    _check_may(request)
    return get_object_or_404(Tag, pk=tag_id)


def _number(text: str | None) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        raise NotReady("Choose the tag to merge it into.")
    return int(text)
