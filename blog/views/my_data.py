"""Everything Galley keeps of somebody, as one file. Here, because accounts knows nothing of posts."""

from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts import data
from accounts.http import MemberRequest
from accounts.models import User
from blog.models import (
    Author,
    HistoryEntry,
    Notification,
    Post,
    PrivateFeed,
    Revision,
    RevisionWriter,
    ShareLink,
    Wish,
)
from blog.permissions import may_open_on_desk

POSTS_AT_A_TIME = 50


@require_safe
def my_data(request: MemberRequest) -> HttpResponse:
    """Give somebody their profile, sessions, tokens, posts with every revision, pictures, what they did and were told."""
    kept = {
        **data.kept_of(request.user),
        "posts": _posts_of(request.user),
        "author_page": _page_of(request.user),
        "pictures": _pictures_of(request.user),
        "deeds": _deeds_of(request.user),
        "shared_links": _links_of(request.user),
        "private_feed": PrivateFeed.objects.filter(user=request.user)
        .values("made_at", "last_used_at", "last_used_by")
        .first(),
        "notifications": _notifications_of(request.user),
        "notification_wishes": list(Wish.objects.filter(person=request.user).values("kind", "is_listed", "mail")),
    }
    response = JsonResponse(kept, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


def _posts_of(user: User) -> list[dict[str, Any]]:
    """The posts that are theirs or hold words of theirs, whether or not they may still write here."""
    theirs = Q(author=user) | Q(pk__in=RevisionWriter.objects.filter(user=user).values("revision__post"))
    revisions = Revision.objects.filter(writers__user=user).defer("html").order_by("number")
    history = HistoryEntry.objects.select_related("by", "whom").order_by("pk")
    posts = (
        Post.objects.filter(theirs, deleted_at=None)
        .select_related("live_revision", "scheduled_revision")
        .defer(
            "html", *(f"{one}__{text}" for one in ("live_revision", "scheduled_revision") for text in ("body", "html"))
        )
        .order_by("pk")
        .prefetch_related(Prefetch("revisions", revisions))
        .prefetch_related(Prefetch("history", history))
    )
    return [_post(post, user) for post in posts.iterator(chunk_size=POSTS_AT_A_TIME)]


def _post(post: Post, user: User) -> dict[str, Any]:
    """The revisions they wrote in. The working copy, and what was said of it, where they wrote it alone or may open it."""
    kept = {
        "id": post.pk,
        "revisions": [
            {
                "number": revision.number,
                "title": revision.title,
                "body": revision.body,
                "tags": revision.tags,
                "sha256": revision.digest,
                "created_at": revision.created_at,
                "is_live": revision == post.current_revision,
            }
            for revision in post.revisions.all()
        ],
    }
    if post.writers != [user.pk] and not may_open_on_desk(user, post):
        return kept
    return kept | {
        "slug": post.slug,
        "status": post.status,
        "title": post.title,
        "body": post.body,
        "tags": post.tags,
        "created_at": post.created_at,
        "updated_at": post.updated_at,
        "published_at": post.published_at,
        "history": [{"at": entry.at, "what": entry.sentence, "note": entry.note} for entry in post.history.all()],
    }


def _page_of(user: User) -> dict[str, Any] | None:
    """What they say of themselves, and where; None until a text of theirs was approved."""
    author = Author.objects.filter(user=user).first()
    if author is None:
        return None
    former = list(author.former_handles.order_by("pk").values_list("slug", flat=True))
    return {"handle": author.slug, "bio": author.bio, "website": author.website, "former_handles": former}


def _pictures_of(user: User) -> list[dict[str, Any]]:
    """What they brought, by its address, at which they get each themselves: all at once would be too much for a file."""
    uploads = user.uploads.select_related("image").order_by("pk")
    return [
        {
            "address": upload.image.get_absolute_url(),
            "what_it_shows": upload.alt,
            "brought_at": upload.at,
            "width": upload.image.width,
            "height": upload.image.height,
            "bytes": upload.image.size_bytes,
        }
        for upload in uploads
    ]


def _deeds_of(user: User) -> list[dict[str, Any]]:
    """What they did to any post, by its number alone: its words may be somebody else's."""
    deeds = HistoryEntry.objects.filter(by=user).order_by("pk")
    return [{"at": deed.at, "verb": deed.verb, "post": deed.post_id, "note": deed.note} for deed in deeds]


def _links_of(user: User) -> list[dict[str, Any]]:
    """The links they made, without what opens them: that is kept nowhere."""
    links = ShareLink.objects.filter(made_by=user).select_related("revision").order_by("pk")
    links = links.defer("revision__body", "revision__html")
    return [
        {
            "post": link.post_id,
            "shows": link.what,
            "made_at": link.made_at,
            "expires_at": link.expires_at,
            "ended_at": link.ended_at,
            "opened_count": link.opened_count,
            "last_opened_at": link.last_opened_at,
        }
        for link in links
    ]


def _notifications_of(user: User) -> list[dict[str, Any]]:
    """What they were told, by the number of the post alone, as above."""
    told = Notification.objects.filter(person=user).select_related("entry", "letter").order_by("pk")
    return [
        {
            "at": notification.created_at,
            "kind": notification.kind,
            "post": notification.entry.post_id,
            "read_at": notification.read_at,
            "mail": notification.letter.state if notification.letter else None,
        }
        for notification in told
    ]
