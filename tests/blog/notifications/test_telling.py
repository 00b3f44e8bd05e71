"""Who is told of what."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from blog.models import HistoryEntry, Notification, Outcome, Post, Wish
from blog.models.notification import tell
from blog.notifications.kinds import Cadence, Kind
from tests.conftest import SignUp, signed_in

IN_A_WEEK = timedelta(days=7)


def told(verb: str) -> list[str]:
    """Return the names of those who were told of this verb."""
    notifications = Notification.objects.filter(entry__verb=verb).select_related("person")
    return sorted(notification.person.name for notification in notifications)


def test_every_admin_is_told_of_what_is_submitted(
    admin: User, other_admin: User, other_editor: User, draft: Post, editor: User
) -> None:
    draft.submit(by=editor)

    assert told("submit") == ["Ada Admin", "Olaf Admin"]


def test_the_one_who_took_it_alone_is_told_of_what_is_submitted_anew(
    admin: User, other_admin: User, submitted: Post, editor: User
) -> None:
    submitted.claim(by=admin)
    submitted.edit(by=editor, version=1, title="On proofs", body="Read it thrice.")
    Notification.objects.all().delete()

    submitted.submit(by=editor)

    assert told("submit") == ["Ada Admin"]


def test_an_admin_whose_account_is_closed_is_told_nothing(admin: User, draft: Post, editor: User) -> None:
    User.objects.filter(pk=admin.pk).update(is_disabled=True)

    draft.submit(by=editor)

    assert told("submit") == []


def test_an_admin_of_whom_nothing_but_a_sign_in_is_known_is_told(sign_up: SignUp, draft: Post, editor: User) -> None:
    signed_in(sign_up("Una Unknown", "admin"))

    draft.submit(by=editor)

    assert told("submit") == ["Una Unknown"]


def test_nobody_is_told_of_what_they_did_themselves(editor_and_admin: User) -> None:
    post = Post.objects.write(by=editor_and_admin, title="Mine", body="Words.")

    post.submit(by=editor_and_admin)
    post.publish(by=editor_and_admin, revision=1)
    post.unpublish(by=editor_and_admin)

    assert not Notification.objects.exists()


def test_the_author_is_told_that_changes_are_asked_for(submitted: Post, admin: User) -> None:
    submitted.request_changes(by=admin, revision=1, reason="Shorter.")

    assert told("request_changes") == ["Ed Editor"]


def test_the_author_is_told_what_becomes_of_it(submitted: Post, admin: User) -> None:
    submitted.schedule(by=admin, revision=1, at=timezone.now() + IN_A_WEEK)
    submitted.reschedule(by=admin, at=timezone.now() + 2 * IN_A_WEEK)
    submitted.unschedule(by=admin)
    submitted.publish(by=admin, revision=1)
    submitted.unpublish(by=admin, outcome=Outcome())

    kinds = Notification.objects.filter(person=submitted.author).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["scheduled", "scheduled", "scheduled", "published", "unpublished"]


def test_whoever_wrote_in_it_is_told_beside_its_author(
    submitted: Post, admin: User, other_editor: User, editor: User
) -> None:
    submitted.hand_over(by=admin, to=other_editor, reason="Ed is away.")
    submitted.edit(by=other_editor, version=submitted.version, title="On proofs", body="Read it thrice.")
    submitted.submit(by=other_editor)

    submitted.publish(by=admin, revision=2)

    assert told("publish") == ["Ed Editor", "Olga Editor"]


def test_a_schedule_that_takes_effect_is_told_to_the_author_and_not_to_who_set_it(submitted: Post, admin: User) -> None:
    submitted.schedule(by=admin, revision=1, at=timezone.now() + IN_A_WEEK)
    Post.objects.filter(pk=submitted.pk).update(scheduled_at=timezone.now(), published_at=timezone.now())

    Post.objects.settle_due()

    assert told("publish") == ["Ed Editor"]


def test_edits_and_claims_are_told_to_nobody(submitted: Post, admin: User, other_admin: User, editor: User) -> None:
    Notification.objects.all().delete()

    submitted.edit(by=editor, version=1, title="On proofs", body="Read it thrice.")
    submitted.claim(by=admin)
    submitted.unclaim(by=admin)

    assert not Notification.objects.exists()


def test_an_entry_is_told_once_however_often_it_is_told(admin: User, submitted: Post) -> None:
    entry = HistoryEntry.objects.get(verb="submit")

    tell(entry)
    tell(entry)

    assert told("submit") == ["Ada Admin"]


def test_the_database_refuses_a_second_notification_of_one_entry(admin: User, submitted: Post) -> None:
    first = Notification.objects.get(person=admin)

    with pytest.raises(IntegrityError), transaction.atomic():
        Notification.objects.create(person=admin, entry=first.entry, kind=Kind.SUBMITTED, mail=Cadence.NEVER)


def test_what_is_undone_is_not_told(admin: User, draft: Post, editor: User) -> None:
    with transaction.atomic():
        draft.submit(by=editor)
        transaction.set_rollback(True)

    assert not Notification.objects.exists()


def test_who_wants_neither_list_nor_mail_of_a_kind_is_not_told(admin: User, draft: Post, editor: User) -> None:
    Wish.objects.say(admin, Kind.SUBMITTED, is_listed=False, mail=Cadence.NEVER)

    draft.submit(by=editor)

    assert told("submit") == []


def test_a_site_without_mail_queues_none(admin: User, draft: Post, editor: User, settings: object) -> None:
    settings.SENDS_MAIL = False  # type: ignore[attr-defined]  # pytest-django's settings

    draft.submit(by=editor)

    notification = Notification.objects.get(person=admin)
    assert (notification.is_listed, notification.mail, notification.letter) == (True, Cadence.NEVER, None)
