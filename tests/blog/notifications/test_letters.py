"""What goes out by mail, to whom, and what does not."""

import logging
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.exceptions import ProviderUnavailable
from accounts.models import User
from blog.models import HistoryEntry, Letter, Notification, Post, Wish
from blog.notifications.kinds import Cadence, Kind
from tests.blog.notifications.conftest import Outbox, with_lost_roles

Send = Callable[[], None]


@pytest.fixture
def letter(admin: User, submitted: Post) -> Letter:
    return Letter.objects.get(person=admin)


def queued() -> list[int]:
    """Return the numbers of the letters that the queue holds tasks for."""
    return [task.args_kwargs["args"][0] for task in DBTaskResult.objects.ready().order_by("enqueued_at")]


def test_a_letter_is_in_the_queue_with_the_act_it_tells_of(letter: Letter) -> None:
    assert queued() == [letter.pk]


def test_a_submission_is_mailed_to_the_admin_with_one_link_to_the_review_page(
    letter: Letter, submitted: Post, mailoutbox: Outbox
) -> None:
    letter.send()

    mail = mailoutbox[0]
    assert (mail.to, mail.subject) == (["ada.admin@example.com"], "“On proofs” waits for review")
    assert "Ed Editor submitted “On proofs” for review." in mail.body
    assert mail.body.count("://") == 1
    assert f"http://localhost:8000/desk/posts/{submitted.pk}/review\n" in mail.body


def test_the_author_is_mailed_the_reason_and_a_link_to_the_desk(
    submitted: Post, admin: User, mailoutbox: Outbox, send_all: Send
) -> None:
    submitted.request_changes(by=admin, revision=1, reason="Shorter.\nAnd a picture.")

    send_all()

    mail = mailoutbox[0]
    assert (mail.to, mail.subject) == (["ed.editor@example.com"], "Changes asked for: “On proofs”")
    assert "> Shorter.\n> And a picture.\n" in mail.body
    assert f"http://localhost:8000/desk/posts/{submitted.pk}\n" in mail.body


def test_the_time_of_a_schedule_is_told_with_its_zone(
    submitted: Post, admin: User, mailoutbox: Outbox, send_all: Send, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    noon = timezone.now().replace(year=timezone.now().year + 1, month=7, day=1, hour=10, minute=0)
    submitted.schedule(by=admin, revision=1, at=noon)

    send_all()

    assert f"Readers see it from 1 Jul {noon.year}, 12:00 CEST." in mailoutbox[0].body


def test_a_letter_that_was_sent_is_not_sent_again(letter: Letter, mailoutbox: Outbox) -> None:
    letter.send()
    letter.send()
    Letter.objects.get(pk=letter.pk).send()

    assert len(mailoutbox) == 1


def test_a_letter_carries_an_id_of_its_own_that_a_second_sending_would_share(
    letter: Letter, mailoutbox: Outbox
) -> None:
    letter.send()
    Letter.objects.update(state=Letter.State.WAITING)  # As after a crash between the sending and the mark.
    letter.send()

    ids = [mail.message()["Message-ID"] for mail in mailoutbox]
    assert ids == [f"<letter-{letter.pk}@localhost>"] * 2


def test_a_title_with_line_ends_cannot_add_a_header(
    admin: User, editor: User, mailoutbox: Outbox, send_all: Send
) -> None:
    post = Post.objects.write(by=editor, title="Proofs\r\nBcc: all@example.com\n\x1b\u2028", body="Words.")
    post.submit(by=editor)

    send_all()

    message = mailoutbox[0].message()
    assert message["Bcc"] is None
    assert mailoutbox[0].subject == "“Proofs Bcc: all@example.com” waits for review"


def test_an_endless_title_is_cut(admin: User, editor: User, mailoutbox: Outbox, send_all: Send) -> None:
    Post.objects.write(by=editor, title="A" * 200, body="Words.").submit(by=editor)

    send_all()

    assert len(mailoutbox[0].subject) < 130


def test_whoever_lost_the_role_meanwhile_gets_no_mail(letter: Letter, admin: User, mailoutbox: Outbox) -> None:
    with_lost_roles(admin)

    letter.send()

    assert mailoutbox == []
    assert Letter.objects.get().state == Letter.State.WITHHELD


def test_roles_that_were_not_asked_for_of_late_are_asked_for_before_a_mail(
    letter: Letter, admin: User, mailoutbox: Outbox
) -> None:
    # The sandbox says that she has the role; what we know of her is old and says otherwise.
    with_lost_roles(admin)
    User.objects.filter(pk=admin.pk).update(roles_known_at=timezone.now() - timedelta(days=1))

    letter.send()

    assert [mail.to for mail in mailoutbox] == [["ada.admin@example.com"]]


def test_whoever_wrote_in_it_and_has_no_role_left_hears_of_what_readers_see_alone(
    submitted: Post, admin: User, editor: User, other_editor: User, mailoutbox: Outbox, send_all: Send
) -> None:
    submitted.hand_over(by=admin, to=other_editor, reason="Ed leaves.")
    with_lost_roles(editor)
    Wish.objects.say(other_editor, Kind.RETURNED, mail=Cadence.NEVER)
    Wish.objects.say(other_editor, Kind.PUBLISHED, mail=Cadence.NEVER)

    submitted.request_changes(by=admin, revision=1, reason="Shorter.")
    send_all()
    none_of_the_draft = list(mailoutbox)
    submitted.submit(by=other_editor)
    submitted.publish(by=admin, revision=submitted.submitted_revision.number)  # type: ignore[union-attr]
    send_all()

    assert none_of_the_draft == []
    assert [mail.to for mail in mailoutbox if "published" in mail.subject] == [["ed.editor@example.com"]]
    assert f"http://localhost:8000/posts/{submitted.slug}\n" in mailoutbox[-1].body


@pytest.mark.parametrize("change", [{"is_disabled": True}, {"left_at": timezone.now()}, {"email": ""}])
def test_whoever_is_gone_gets_no_mail(change: dict[str, Any], letter: Letter, admin: User, mailoutbox: Outbox) -> None:
    User.objects.filter(pk=admin.pk).update(**change)

    letter.send()

    assert mailoutbox == []
    assert Letter.objects.get().state == Letter.State.WITHHELD


def test_the_letter_of_whoever_is_gone_ends_however_long_ago_anybody_asked_for_their_roles(
    letter: Letter, admin: User, mailoutbox: Outbox
) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    User.objects.filter(pk=admin.pk).update(is_disabled=True, roles_known_at=long_ago)

    Letter.objects.get(pk=letter.pk).send()

    letter.refresh_from_db()
    assert letter.state == Letter.State.WITHHELD
    assert mailoutbox == []


def test_a_kind_that_was_ended_meanwhile_is_not_mailed(letter: Letter, admin: User, mailoutbox: Outbox) -> None:
    Wish.objects.say(admin, Kind.SUBMITTED, mail=Cadence.NEVER)

    letter.send()

    assert mailoutbox == []


def test_what_was_read_on_the_site_meanwhile_is_not_mailed(letter: Letter, mailoutbox: Outbox) -> None:
    Notification.objects.all().mark_read()

    letter.send()

    assert mailoutbox == []


def test_a_deleted_post_is_not_mailed_about(letter: Letter, submitted: Post, mailoutbox: Outbox) -> None:
    Post.objects.filter(pk=submitted.pk).update(
        deleted_at=timezone.now(), title="", body="", status="draft", submitted_revision=None, submitted_at=None
    )

    letter.send()

    assert mailoutbox == []


class Trouble:
    """A mail server that does not take mail, for as long as it is told to."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch

    def is_with(self, error: Exception) -> None:
        def fail(message: EmailMessage, fail_silently: bool = False) -> int:
            raise error

        self.patch.setattr(EmailMessage, "send", fail)


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Trouble:
    return Trouble(monkeypatch)


def test_what_the_mail_server_does_not_take_is_tried_again_after_longer_and_longer_pauses(
    letter: Letter, trouble: Trouble
) -> None:
    trouble.is_with(SMTPServerDisconnected("Connection unexpectedly closed"))
    pauses = []

    for _ in range(9):
        DBTaskResult.objects.all().delete()
        Letter.objects.get().send()
        pauses.append(round((DBTaskResult.objects.get().run_after - timezone.now()) / timedelta(minutes=1)))

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert Letter.objects.get().state == Letter.State.WAITING


def test_after_a_day_it_is_given_up(letter: Letter, trouble: Trouble) -> None:
    trouble.is_with(TimeoutError())
    letter.send()
    Letter.objects.update(tried_since=timezone.now() - timedelta(hours=25))

    letter.send()

    assert Letter.objects.get().state == Letter.State.GIVEN_UP


def test_a_letter_that_no_worker_took_up_for_a_day_is_sent_all_the_same(letter: Letter, mailoutbox: Outbox) -> None:
    Letter.objects.update(created_at=timezone.now() - timedelta(days=3))

    letter.send()

    assert len(mailoutbox) == 1


def test_a_mailbox_that_does_not_exist_is_given_up_at_once(letter: Letter, trouble: Trouble) -> None:
    trouble.is_with(SMTPRecipientsRefused({"ada.admin@example.com": (550, b"no such user")}))

    letter.send()

    assert Letter.objects.get().state == Letter.State.GIVEN_UP


def test_a_mailbox_that_is_busy_is_tried_again(letter: Letter, trouble: Trouble) -> None:
    trouble.is_with(SMTPRecipientsRefused({"ada.admin@example.com": (450, b"greylisted")}))

    letter.send()

    assert Letter.objects.get().state == Letter.State.WAITING


def test_while_descope_does_not_say_who_may_see_it_nothing_is_sent(
    letter: Letter, admin: User, mailoutbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_reach(*args: object) -> None:
        raise ProviderUnavailable("out of reach")

    monkeypatch.setattr("accounts.descope.load_person", out_of_reach)
    User.objects.filter(pk=admin.pk).update(roles_known_at=timezone.now() - timedelta(days=1))

    letter.send()

    assert mailoutbox == []
    assert Letter.objects.get().state == Letter.State.WAITING


def test_the_log_tells_of_trouble_without_address_or_title(
    letter: Letter, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    trouble.is_with(SMTPRecipientsRefused({"ada.admin@example.com": (450, b"On proofs? Not now.")}))

    with caplog.at_level(logging.INFO):
        letter.send()

    assert f"Letter {letter.pk} was not sent, and is tried again in 0:01:00: SMTPRecipientsRefused" in caplog.text
    assert "example.com" not in caplog.text
    assert "proofs" not in caplog.text


def test_a_letter_that_another_worker_has_is_left_to_it_and_looked_after_when_its_claim_runs_out(
    letter: Letter, mailoutbox: Outbox
) -> None:
    until = timezone.now() + timedelta(minutes=3)
    Letter.objects.update(claimed_until=until)
    DBTaskResult.objects.all().delete()

    letter.send()

    assert mailoutbox == []
    assert DBTaskResult.objects.get().run_after == until


def test_a_letter_whose_worker_died_is_sent_when_its_claim_has_run_out(letter: Letter, mailoutbox: Outbox) -> None:
    Letter.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))

    letter.send()

    assert len(mailoutbox) == 1


def test_every_mail_can_be_ended_with_one_click(letter: Letter, mailoutbox: Outbox) -> None:
    letter.send()

    headers = mailoutbox[0].message()
    assert headers["List-Unsubscribe"].startswith("<http://localhost:8000/notifications/unsubscribe/")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"


def test_every_verb_that_is_told_has_its_words(admin: User, submitted: Post, mailoutbox: Outbox) -> None:
    from blog.notifications import mail
    from blog.notifications.kinds import TELLINGS

    entry = HistoryEntry.objects.get(verb="submit")
    entry.takes_effect_at = timezone.now()
    for verb in TELLINGS:
        entry.verb = verb
        assert "“On proofs”" in mail.sentence(entry)
