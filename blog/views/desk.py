"""The editorial side. A view reads the request, finds the post through who is asking, and calls one verb."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import MemberRequest
from blog import checks
from blog.checks import Finding, site
from blog.desk.overview import Overview
from blog.desk.posts import deciding_buttons, desk_post, other_buttons, place_in_queue, working_copy
from blog.desk.spread import Side, Spread, name_of, side_of
from blog.exceptions import ChecksFailed, EditedMeanwhile, NotPermitted, NotReady
from blog.forms import PostForm, UploadForm
from blog.markup import Busy, Unrenderable
from blog.middleware import limited
from blog.models import HistoryEntry, Image, Post, Revision, Tag
from blog.permissions import may_review, may_use_desk, may_write
from blog.status import Status
from blog.workflow import MOVES

from .lists import desk_context
from .moves import held_back

RECENT_ENTRIES = 8
MOST_KNOWN_TAGS = 500


@require_safe
def home(request: MemberRequest) -> HttpResponse:
    """Show what needs this person now."""
    if not may_use_desk(request.user):
        raise NotPermitted("The desk is for those who write or review here.")
    Post.objects.settle_due()
    context = desk_context(request, "overview")
    context["overview"] = Overview(request.user, context["nav"], context["people"])
    return render(request, "blog/desk/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@limited("SAVE_LIMIT")
def write(request: MemberRequest) -> HttpResponse:
    """Start a post: an empty form, or the draft that comes back from one."""
    if not may_write(request.user):
        raise NotPermitted("Writing is for editors. An admin of this site can make you one.")
    if request.method != "POST":
        return _form_page(request, PostForm(initial={"write_key": get_random_string(32)}, by=request.user))
    form = PostForm(request.POST, by=request.user)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    post, is_new = Post.objects.write_once(by=request.user, write_key=form.cleaned_data["write_key"], **form.words)
    if not is_new:  # Sent twice: the first time did whatever there was to do.
        return redirect("desk:post", post.pk)
    return _after_save(request, post, form)


@require_http_methods(["GET", "HEAD", "POST"])
@limited("SAVE_LIMIT")
def edit(request: MemberRequest, post_id: int) -> HttpResponse:
    """Go on writing. A save that comes too late is refused with both texts on the page."""
    post = working_copy(request, post_id)
    post.ensure("edit", by=request.user)
    if request.method != "POST":
        post.catch_up()
        return _form_page(request, PostForm.of(post, by=request.user), post)
    form = PostForm(request.POST, by=request.user, initial={"cover_alt": post.cover_alt})
    if not form.is_valid():
        return _form_page(request, form, post, status=422)
    try:
        post.edit(by=request.user, version=form.cleaned_data["version"] or 0, **form.words)
    except EditedMeanwhile:
        # Saving again from the page that shows both texts overwrites the other one knowingly.
        form.data = {**request.POST.dict(), "version": str(post.version)}
        return _form_page(request, form, post, status=409, conflict=post)
    return _after_save(request, post, form)


def _after_save(request: MemberRequest, post: Post, form: PostForm) -> HttpResponse:
    """Say that the text is safe, and submit it where that was the button."""
    if request.POST.get("then") != "submit":
        messages.success(request, "Saved.")
        return redirect("desk:edit", post.pk)
    note = form.cleaned_data["note"]
    try:
        post.submit(by=request.user, note=note)
    except ChecksFailed as failure:
        return held_back(request, post, failure)
    except NotReady as lack:
        return _not_submitted(request, post, note, str(lack))
    except Unrenderable as trouble:
        return _not_submitted(request, post, note, f"{trouble.reason} Look at line {trouble.line}.")
    except Busy:
        return _not_submitted(request, post, note, "Too much is going on; press submit again in a moment.")
    messages.success(request, "Submitted for review.")
    return redirect("desk:post", post.pk)


def _not_submitted(request: MemberRequest, post: Post, note: str, why: str) -> HttpResponse:
    """Lead back to the text, which is safe; a note is not, and so the page gives it back at once."""
    messages.error(request, f"Saved, but not submitted. {why}")
    if not note:
        return redirect("desk:edit", post.pk)
    form = PostForm.of(post, by=request.user)
    form.initial["note"] = note
    return _form_page(request, form, post, status=422)


def _form_page(
    request: MemberRequest, form: PostForm, post: Post | None = None, status: int = 200, conflict: Post | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "post": post,
        "conflict": conflict,
        "opens_more": _has_more(form, conflict),
        "upload_form": UploadForm(),
        "known_tags": Tag.objects.shown(Post.objects.live()).order_by("name", "pk")[:MOST_KNOWN_TAGS],
    }
    return render(request, "blog/desk/edit.html", context, status=status)


def _has_more(form: PostForm, conflict: Post | None) -> bool:
    """Whether there is something in the fields that most posts leave empty, or wrong with them."""
    names = ("excerpt", "picked_cover", "cover", "cover_alt", "canonical_url", "series", "language", "corrections")
    saved = conflict is not None and any(getattr(conflict, name) for name in names if name != "picked_cover")
    return saved or any(form[name].value() or form[name].errors for name in names)


@require_safe
def post(request: MemberRequest, post_id: int) -> HttpResponse:
    """The proof: the working copy as it will look, where it stands and what can be done with it."""
    post = desk_post(request, post_id)
    post.catch_up()
    moves = post.moves_for(request.user)
    first, more = other_buttons(post, moves)
    findings = post.findings_for(request.user) if "submit" in moves and post.has_changes_to_submit else []
    context = {
        "post": post,
        "findings": findings,
        "blocking": checks.blocking(findings, request.user),
        "warnings": checks.warnings(findings, request.user),
        "moves": first,
        "more_moves": more,
        "standing": _standing(post),
        "may_edit": "edit" in moves,
        "may_decide": post.status == Status.IN_REVIEW and may_review(request.user),
        "place": place_in_queue(post) if post.status == Status.IN_REVIEW else None,
        "returned": _last_return(post) if post.returned_reason else None,
        **_earlier(post),
    }
    return render(request, "blog/desk/post.html", context)


@require_safe
def review(request: MemberRequest, post_id: int) -> HttpResponse:
    """The sealed revision that waits, as readers will see it, what changed in it, and the reviewer's decision."""
    post = desk_post(request, post_id)
    if not may_review(request.user):
        raise NotPermitted("Reviewing is for admins.")
    revision = post.submitted_revision
    if revision is None:
        return redirect("desk:post", post.pk)
    moves = post.moves_for(request.user)
    context = {
        "post": post,
        "revision": revision,
        "live": post.current_revision,
        "spread": _spread_for_review(post, revision, side_of(request.GET.get("show"))),
        "decisions": deciding_buttons(post, moves),
        "obstacles": [] if "publish" in moves else MOVES["publish"].by.why_not(request.user, post),
        "place": place_in_queue(post),
        "findings": _findings(request, revision),
        **_earlier(post),
    }
    return render(request, "blog/desk/review.html", context)


def _spread_for_review(post: Post, revision: Revision, shown: Side) -> Spread:
    """Against what readers see; where they see nothing, against the last one that somebody decided about."""
    live = post.current_revision
    old = live or post.last_reviewed_before(revision)
    old_name = f"{name_of(old)}, which {'readers see now' if live else 'was reviewed last'}" if old else ""
    return Spread(revision, old, name_of(revision), old_name, shown)


def _findings(request: MemberRequest, revision: Revision) -> list[Finding]:
    resolves = site.resolves_for(request.user, Post.objects.all(), revision.html)
    image_bytes = site.image_bytes_for(request.user, Image.objects.all(), revision.html, revision.cover)
    return checks.run(revision, resolves=resolves, image_bytes=image_bytes)


def _earlier(post: Post) -> dict[str, Any]:
    """Return the newest of what was done to it, and how much more there is on the history page."""
    entries = post.history.select_related("by", "whom", "revision").defer("revision__body", "revision__html")
    newest = list(entries.order_by("-pk")[: RECENT_ENTRIES + 1])
    return {"history": newest[:RECENT_ENTRIES], "has_more_history": len(newest) > RECENT_ENTRIES}


def _standing(post: Post) -> str:
    """Where the working copy stands, in a word: what was approved and is not live yet is not called published."""
    waits_for_its_time = post.status == Status.PUBLISHED and not post.is_live
    return "Scheduled" if waits_for_its_time else str(post.get_status_display())


def _last_return(post: Post) -> HistoryEntry | None:
    return post.history.filter(verb="request_changes").select_related("by").order_by("-pk").first()
