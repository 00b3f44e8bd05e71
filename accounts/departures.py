"""What happens here when somebody deletes their account, whoever finds out that Descope knows them no more."""

import logging

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from . import people, portraits, sessions
from .models import Departure, TeamEntry, User

logger = logging.getLogger(__name__)


def write_down(user: User, name: str, *, keeps_posts: bool) -> Departure:
    """Keep what they have chosen, before Descope is asked to do what cannot be undone."""
    choice = {"name": name, "keeps_posts": keeps_posts, "asked_at": timezone.now()}
    return Departure.objects.update_or_create(user=user, defaults=choice)[0]


def call_off(user: User) -> None:
    Departure.objects.filter(user=user).delete()


def subjects_leaving() -> set[str]:
    """Return who is about to be deleted: they are nobody to count on."""
    begun = Departure.objects.filter(asked_at__gt=timezone.now() - people.DELETION_UNDER_WAY)
    return set(begun.values_list("user__subject", flat=True))


def finish(user: User) -> bool:
    """Let somebody go whom Descope knows no more, if they have chosen how. Returns whether they have.

    However long ago that was: the wish would be torn up if Descope had known them since (`people.note_still_there`).
    """
    departure = Departure.objects.filter(user=user).first()
    if departure is not None:
        carry_out(departure, is_gone_at_descope=True)
    return departure is not None


@transaction.atomic
def carry_out(departure: Departure, *, is_gone_at_descope: bool) -> None:
    """Do all of it here, once. Their row stays, closed for good: no token and no late message can bring them back."""
    # Not its key: rows that name them are being written by verbs that hold a post, which is waited for below.
    user = User.objects.select_for_update(no_key=True).get(pk=departure.user_id)
    if user.left_at is not None:
        return
    import_string(settings.LETS_GO)(user, keeps_posts=departure.keeps_posts)
    sessions.end_all_of(user)
    user.sessions.update(user_agent="", network="")  # Ended ones still refuse bearers, and need no more for it.
    user.api_tokens.all().delete()
    now = timezone.now()
    User.objects.filter(pk=user.pk).update(
        left_at=now,
        is_disabled=True,
        name=departure.name,
        email="",
        known_roles=[],
        roles_known_at=now,
        picture="",
        picture_source="",
    )
    reason = GONE_THERE if is_gone_at_descope else STILL_THERE.format(subject=user.subject)
    TeamEntry.objects.create(by_subject=user.subject, subject=user.subject, verb="leave", reason=reason)
    call_off(user)
    transaction.on_commit(lambda: portraits.drop(user.picture))
    logger.info("Person %s has deleted their account", user.pk)


GONE_THERE = "By their own wish, here and at Descope."
STILL_THERE = "By their own wish. Descope still has them as {subject}: remove them in its console."
