"""Everybody on a page of the team, as Descope and we know them, and what was done of late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from . import descope
from .descope import Profile
from .models import TeamEntry, User
from .roles import Role

Outcome = TeamEntry.Outcome

TOLD = {
    "invite": "invited {whom}",
    "give_role": "gave {whom} the role {role}",
    "take_role": "took the role {role} from {whom}",
    "disable": "closed the account of {whom}",
    "enable": "opened the account of {whom} again",
    "sign_out_everywhere": "signed {whom} out everywhere",
    "leave": "deleted their account",
}
SOMEBODY_GONE = "somebody who has left"
WHAT_CAME_OF_IT = {
    Outcome.ASKED: ": asked for, not confirmed",
    Outcome.DONE: "",
    Outcome.DONE_HERE: ": done here, Descope not told yet",
    Outcome.NOT_DONE: ": asked for, not done",
    Outcome.UNDONE: ": done and undone, for nobody would have been left to manage people",
}


@dataclass(frozen=True)
class Member:
    """Somebody on the team, or who may come to be."""

    profile: Profile
    shown_name: str
    last_seen_at: datetime | None
    picture_url: str = ""

    @property
    def address(self) -> str:
        return self.profile.email or self.profile.login_id

    @property
    def roles(self) -> list[str]:
        return [role.value for role in Role if role in (self.profile.roles or ())]


@dataclass(frozen=True)
class Act:
    """One line of the log, with names as they are now."""

    at: datetime
    sentence: str
    reason: str


def page_of_members(number: int, size: int) -> tuple[list[Member], int]:
    """Return one page of the people at Descope, from 0, and how many there are. Raises ProviderUnavailable."""
    profiles, total = descope.people_page(number, size, **descope.of_our_tenant())
    return _members(profiles), total


def page_of_members_known_here(number: int, size: int) -> tuple[list[Member], int]:
    """Return the same of the people we have met, with the roles that Descope gave when it was last asked."""
    here = User.objects.filter(left_at=None)
    users = here.order_by("pk")[number * size : (number + 1) * size]
    return _members([_as_known(user) for user in users]), here.count()


def recent_acts(limit: int) -> list[Act]:
    """Return the newest acts, each with what came of it."""
    entries = list(TeamEntry.objects.filter(answer=None).order_by("-pk")[:limit])
    names = _names({entry.subject for entry in entries} | {entry.by_subject for entry in entries})
    return [Act(entry.at, _sentence(entry, names), entry.reason) for entry in entries]


def _members(profiles: list[Profile]) -> list[Member]:
    subjects = [profile.subject for profile in profiles]
    seen = User.objects.filter(subject__in=subjects).annotate(seen_at=Max("sessions__last_refreshed_at"))
    known = {user.subject: user for user in seen}
    return [_member(profile, known.get(profile.subject)) for profile in profiles]


def _member(profile: Profile, user: Any | None) -> Member:
    if user is None:
        return Member(profile, profile.name or profile.login_id or profile.subject, None)
    return Member(profile, profile.name or user.name, user.seen_at, user.picture_url)


def _as_known(user: User) -> Profile:
    roles = frozenset(Role(name) for name in user.known_roles or [])
    return Profile(user.subject, user.name, user.email, is_enabled=not user.is_disabled, roles=roles)


def _names(subjects: Iterable[str]) -> dict[str, str]:
    return dict(User.objects.filter(subject__in=subjects).values_list("subject", "name"))


def _sentence(entry: TeamEntry, names: dict[str, str]) -> str:
    by = names.get(entry.by_subject, SOMEBODY_GONE)
    whom = names.get(entry.subject, entry.address or SOMEBODY_GONE)
    done = f"{by} {TOLD[entry.verb].format(whom=whom, role=entry.role)}"
    return done + WHAT_CAME_OF_IT[Outcome(entry.outcome)]
