"""What became of a post: its revisions, what was done to it, and any two of its texts side by side."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import MemberRequest
from blog.desk.posts import desk_post
from blog.desk.spread import Side, Spread, name_of, side_of
from blog.models import Post, Revision
from blog.workflow import MOVES

REVISIONS_A_PAGE = 20
ENTRIES_A_PAGE = 30
MOST_CHOICES = 1_000
WORKING_COPY = "working-copy"

# What the history says last of a revision that is neither live nor on its way there.
FATES = {
    "submit": "was submitted",
    "withdraw": "was withdrawn",
    "request_changes": "was returned",
    "schedule": "was scheduled",
    "unschedule": "was taken off the schedule",
    "publish": "was live",
    "publish_alone": "was live",
    "unpublish": "was live",
    "archive": "was archived",
}


@dataclass(frozen=True)
class RevisionRow:
    """A revision on the list, and in a word what it is or was. `standing` is for the dot beside it."""

    revision: Revision
    standing: str
    fate: str


@require_safe
def history(request: MemberRequest, post_id: int) -> HttpResponse:
    """All revisions and all that was done; or two texts of the post compared, where the address names them."""
    post = desk_post(request, post_id)
    if "to" in request.GET:
        return _comparison(request, post)
    texts = post.revisions.select_related("author", "created_by").defer("body", "html").order_by("-number")
    revisions = Paginator(texts, REVISIONS_A_PAGE).get_page(request.GET.get("page"))
    done = post.history.select_related("by", "whom", "revision").defer("revision__body", "revision__html")
    context = {
        "post": post,
        "page_obj": revisions,
        "rows": _rows(post, revisions),
        "entries": Paginator(done.order_by("-pk"), ENTRIES_A_PAGE).get_page(request.GET.get("entries")),
        "choices": post.revisions.order_by("-number").values_list("number", "created_at")[:MOST_CHOICES],
        "working_copy": WORKING_COPY,
        "sides": Side,
    }
    return render(request, "blog/desk/history.html", context)


def _rows(post: Post, revisions: Page[Revision]) -> list[RevisionRow]:
    told = post.history.filter(revision__in=[revision.pk for revision in revisions], verb__in=FATES)
    fates = {entry["revision"]: FATES[entry["verb"]] for entry in told.order_by("pk").values("revision", "verb")}
    return [_row(post, revision, fates.get(revision.pk, "was kept")) for revision in revisions]


def _row(post: Post, revision: Revision, fate: str) -> RevisionRow:
    if revision == post.current_revision:
        return RevisionRow(revision, "published", "is live")
    if revision == post.scheduled_revision:
        return RevisionRow(revision, "scheduled", "is scheduled")
    if revision == post.submitted_revision:
        return RevisionRow(revision, "in_review", "waits for review")
    return RevisionRow(revision, "past", fate)


def _comparison(request: MemberRequest, post: Post) -> HttpResponse:
    asked_from, asked_to = request.GET.get("from", ""), request.GET.get("to", "")
    new = _text(post, asked_to)
    old = _text(post, asked_from) if asked_from else _before(post, new)
    shown = side_of(request.GET.get("show"), Side.CHANGES if asked_from else Side.PAGE)
    query = {"from": asked_from, "to": asked_to} if asked_from else {"to": asked_to}
    is_past = new.pk is not None and not new.is_of(post)
    context: dict[str, Any] = {
        "post": post,
        "revision": new,
        "spread": Spread(new, old, _name(new), _name(old) if old else "", shown, query),
        "earlier": old,
        "restore": MOVES["restore"] if is_past and "restore" in post.moves_for(request.user) else None,
        "is_working_copy": new.pk is None,
        "working_copy": WORKING_COPY,
        "older": _before(post, new),
        "newer": post.revisions.filter(number=new.number + 1).first() if new.pk else None,
    }
    return render(request, "blog/desk/compare.html", context)


def _text(post: Post, asked: str) -> Revision:
    """Return the revision of this number, or the working copy as one. Raises Http404 where there is none."""
    if asked == WORKING_COPY:
        post.catch_up()
        return Revision.objects.unsealed(post)
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 10
    found = _with_people(post).filter(number=int(asked)).first() if is_number else None
    if found is None:
        raise Http404(f"There is no revision {asked} of this post.")
    return found


def _before(post: Post, text: Revision) -> Revision | None:
    """Return the revision before this one: before the working copy, the newest there is."""
    revisions = _with_people(post).order_by("-number")
    return (revisions.filter(number__lt=text.number) if text.pk else revisions).first()


def _with_people(post: Post) -> QuerySet[Revision]:
    return post.revisions.select_related("author", "created_by")


def _name(text: Revision) -> str:
    return name_of(text) if text.pk else "the working copy"
