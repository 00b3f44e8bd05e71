"""The page that says what somebody may do with a post, and why not."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import upkeep
from accounts.http import MemberRequest
from accounts.models import User
from accounts.roles import Role
from blog import explaining
from blog.desk.posts import DECIDING, desk_post
from blog.exceptions import NotPermitted
from blog.explaining import Answer
from blog.models import Post
from blog.permissions import YOU, by_name, may_explain_others

MOST_PEOPLE = 50
MAX_SEARCH_LENGTH = 100


@dataclass(frozen=True)
class Way:
    """Where the button of a verb is, for who may use it."""

    label: str
    url: str


@require_safe
def explain(request: MemberRequest, post_id: int) -> HttpResponse:
    """Answer for the person who asks, or, to admins, for anybody."""
    post = desk_post(request, post_id)
    person = _person(request)
    is_you = person == request.user
    answers = explaining.explain(person, post, YOU if is_you else by_name(person))
    context = {
        "post": post,
        "person": person,
        "is_you": is_you,
        "roles": [role.value for role in Role if role in person.roles],
        "known_at": None if is_you else _known_at(person),
        "is_closed": person.is_disabled or person.left_at is not None,
        "may": [(answer, _way(answer, post) if is_you else None) for answer in answers if answer.may],
        "may_not": [answer for answer in answers if not answer.may],
        "doors": explaining.doors(post),
        "may_ask_of_others": may_explain_others(request.user),
        **_search(request),
    }
    return render(request, "blog/desk/explain.html", context)


def _person(request: MemberRequest) -> User:
    """Return whom it is about, with their roles. Raises NotPermitted, whoever that is, and Http404."""
    asked = request.GET.get("person", "")
    if asked in ("", str(request.user.pk)):
        return request.user
    if not may_explain_others(request.user):
        raise NotPermitted("What others may do, only admins may ask.")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 18:
        raise Http404
    return upkeep.with_last_known_roles(get_object_or_404(User, pk=int(asked)))


def _known_at(person: User) -> datetime | None:
    if settings.DESCOPE_MANAGEMENT_KEY and person.known_roles is not None:
        return person.roles_known_at
    session = person.sessions.live().order_by("-last_refreshed_at").first()
    return session.last_refreshed_at if session else None


def _way(answer: Answer, post: Post) -> Way | None:
    """Return where to do it, and None where a button stands on the post's own page."""
    if answer.verb in DECIDING:
        return Way("On the review page", reverse("desk:review", args=[post.pk]))
    ways = {
        "edit": Way("On the page where you write", reverse("desk:edit", args=[post.pk])),
        "restore": Way("In the history, at a revision", reverse("desk:history", args=[post.pk])),
        "share": Way("Among the shared links", reverse("desk:links", args=[post.pk])),
        "unshare": Way("Among the shared links", reverse("desk:links", args=[post.pk])),
    }
    return ways.get(answer.verb)


def _search(request: MemberRequest) -> dict[str, object]:
    """Return the people an admin may choose from: those found by name or address, or else the team."""
    if not may_explain_others(request.user):
        return {}
    sought = request.GET.get("q", "").replace("\0", "").strip()[:MAX_SEARCH_LENGTH]
    if sought:
        people = User.objects.filter(Q(name__icontains=sought) | Q(email__icontains=sought), left_at=None)
    else:
        people = User.objects.open().known_as(Role.EDITOR) | User.objects.open().known_as(Role.ADMIN)
    return {"sought": sought, "people": people.exclude(pk=request.user.pk).order_by("name", "pk")[:MOST_PEOPLE]}
