"""The verbs of a post, each at an address of its own. A view reads the form, finds the post and calls one verb."""

from datetime import datetime
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest
from accounts.models import User
from blog.desk.posts import found_post
from blog.exceptions import ChecksFailed, NotReady
from blog.forms import AddressForm, NoteForm, OutcomeForm, ReasonForm, WhenForm
from blog.middleware import limited
from blog.models import Outcome, Post
from blog.moments import in_words

from .sharing import ShareForm, links_page

F = TypeVar("F", bound=forms.Form)


@require_POST
def submit(request: MemberRequest, post_id: int) -> HttpResponse:
    post, form = found_post(request, post_id), _read(NoteForm(request.POST))
    try:
        post.submit(by=request.user, **form.cleaned_data, shown=request.POST.getlist("shown"))
    except ChecksFailed as failure:
        return held_back(request, post, failure)
    messages.success(request, "Submitted for review.")
    return redirect("desk:post", post.pk)


def held_back(request: MemberRequest, post: Post, failure: ChecksFailed) -> HttpResponse:
    """Show what the checks found in a text that is saved, and ask for a reason to submit it all the same."""
    warnings = [finding for finding in post.findings_for(request.user) if finding not in failure.findings]
    typed = {name: request.POST.get(name, "") for name in ("note", "override")}
    context = {"post": post, "blocking": failure.findings, "warnings": warnings, **typed}
    return render(request, "blog/desk/held_back.html", context, status=422)


@require_POST
def withdraw(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.withdraw(by=request.user)
    messages.success(request, "Withdrawn. It is a draft again.")
    return redirect("desk:post", post.pk)


@require_POST
@limited("SAVE_LIMIT")
def restore(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    revision = _number(request.POST.get("revision"))
    post.restore(by=request.user, version=_number(request.POST.get("version")), revision=revision)
    messages.success(request, f"The words of revision {revision} are your working copy now.")
    return redirect("desk:edit", post.pk)


@require_POST
def claim(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.claim(by=request.user)
    messages.success(request, "It is yours to review.")
    return redirect("desk:review", post.pk)


@require_POST
def unclaim(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.unclaim(by=request.user)
    messages.success(request, "Back in the queue.")
    return redirect("desk:home")


@require_POST
def request_changes(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.request_changes(by=request.user, revision=_number(request.POST.get("revision")), reason=_reason(request))
    messages.success(request, f"Returned to {post.author.name} with your reason.")
    return redirect("desk:home")


@require_POST
def publish(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.publish(by=request.user, revision=_number(request.POST.get("revision")))
    messages.success(request, "Published.")
    return redirect(post)


@require_POST
def publish_alone(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.publish_alone(by=request.user, revision=_number(request.POST.get("revision")), reason=_reason(request))
    messages.success(request, "Published. The history says that nobody else read it, and why.")
    return redirect(post)


@require_POST
def schedule(request: MemberRequest, post_id: int) -> HttpResponse:
    post, at = found_post(request, post_id), _when(request)
    post.schedule(by=request.user, revision=_number(request.POST.get("revision")), at=at)
    messages.success(request, f"It goes live on {in_words(at)}.")
    return redirect("desk:post", post.pk)


@require_POST
def reschedule(request: MemberRequest, post_id: int) -> HttpResponse:
    post, at = found_post(request, post_id), _when(request)
    post.reschedule(by=request.user, at=at)
    messages.success(request, f"It goes live on {in_words(at)} now.")
    return redirect("desk:post", post.pk)


@require_POST
def unschedule(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.unschedule(by=request.user)
    messages.success(request, "Off the schedule. It waits in the review queue.")
    return redirect("desk:post", post.pk)


@require_POST
def unpublish(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.unpublish(by=request.user, outcome=_outcome(request))
    messages.success(request, "Unpublished. Readers no longer see it; the post waits in the review queue.")
    return redirect("desk:post", post.pk)


@require_POST
def unpublish_later(request: MemberRequest, post_id: int) -> HttpResponse:
    post, at = found_post(request, post_id), _when(request)
    post.unpublish_later(by=request.user, at=at, outcome=_outcome(request))
    messages.success(request, f"Readers see it until {in_words(at)}.")
    return redirect("desk:post", post.pk)


@require_POST
def keep_published(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.keep_published(by=request.user)
    messages.success(request, "It stays published.")
    return redirect("desk:post", post.pk)


@require_POST
def archive(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.archive(by=request.user)
    messages.success(request, "Archived.")
    return redirect("desk:home")


@require_POST
def unarchive(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.unarchive(by=request.user)
    messages.success(request, "Out of the archive. It is a draft again.")
    return redirect("desk:post", post.pk)


@require_POST
def delete(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.delete_for_good(by=request.user)
    messages.success(request, "Deleted.")
    return redirect("desk:home")


@require_POST
def hand_over(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    to = get_object_or_404(User.objects.open(), pk=_number(request.POST.get("person"), "Choose who goes on with it."))
    post.hand_over(by=request.user, to=to, reason=_reason(request))
    messages.success(request, f"{to.name} has it now.")
    return redirect("desk:post", post.pk)


@require_POST
def readdress(request: MemberRequest, post_id: int) -> HttpResponse:
    post, form = found_post(request, post_id), _read(AddressForm(request.POST))
    post.readdress(by=request.user, to=form.cleaned_data["address"])
    messages.success(request, f"Its address is /posts/{post.slug} now. The old one leads there.")
    return redirect("desk:post", post.pk)


@require_POST
@sensitive_variables()
def share(request: MemberRequest, post_id: int) -> HttpResponse:
    """Make a link, and show its address this once."""
    post = found_post(request, post_id)
    post.ensure("share", by=request.user)  # First: which numbers the form takes is not for everybody to know.
    form = ShareForm(post, request.POST)
    if not form.is_valid():
        return links_page(request, post, form, status=422)
    try:
        link, token = post.share(by=request.user, **form.cleaned_data)
    except NotReady as lack:
        form.add_error(None, str(lack))
        return links_page(request, post, form, status=422)
    return links_page(request, post, ShareForm(post), new=link, token=token)


@require_POST
def unshare(request: MemberRequest, post_id: int) -> HttpResponse:
    post = found_post(request, post_id)
    post.unshare(by=request.user, link=_number(request.POST.get("link"), "Say which link is to end."))
    messages.success(request, "Ended. The link opens nothing any more.")
    return redirect("desk:links", post.pk)


def _reason(request: MemberRequest) -> str:
    reason: str = _read(ReasonForm(request.POST)).cleaned_data["reason"]
    return reason


def _when(request: MemberRequest) -> datetime:
    when: datetime = _read(WhenForm(request.POST)).cleaned_data["when"]
    return when


def _outcome(request: MemberRequest) -> Outcome:
    return _read(OutcomeForm(request.POST)).outcome


def _read(form: F) -> F:
    """Return the form if what was typed will do. Raises NotReady with what will not."""
    if not form.is_valid():
        raise NotReady(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return form


def _number(text: str | None, otherwise: str = "Say which revision you read, by its number.") -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        raise NotReady(otherwise)
    return int(text)
