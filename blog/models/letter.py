"""The mail that tells people of what happened, and its way out."""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_tasks import task

from accounts import upkeep
from accounts.exceptions import BadToken, ProviderUnavailable
from accounts.models import User
from blog.notifications import mail
from blog.notifications.kinds import Cadence

from .wish import Wish

if TYPE_CHECKING:
    from .notification import Notification, NotificationQuerySet

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # Longer than any talk with a mail server that times out as ours do.
KEEP_TRYING = timedelta(days=1)
LONGEST_PAUSE = timedelta(hours=1)


class LetterQuerySet(models.QuerySet["Letter"]):
    def queue(self, person: User, **about: Any) -> Letter:
        """Put a letter into the queue. It leaves when the transaction around this has come to its end."""
        letter = self.create(person=person, **about)
        send_letter.enqueue(letter.pk)
        return letter


class Letter(models.Model):
    """A mail to one person: of one thing, or of a day's. Sending is written down here, so that no crash loses it.

    A worker claims the letter for a while, sends it, and marks it. One that dies in between leaves a claim that runs
    out, and the letter goes out then. It reaches its reader at least once: where the worker dies in the moment between
    the mail server's word that it has the letter and the mark, it goes out again, with the same Message-ID, by which
    mail programs know it for the same.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        WITHHELD = "withheld"
        GIVEN_UP = "given_up"

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="letters")
    day = models.DateField(null=True, help_text="Of a daily letter: the day it goes out.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    tried_since = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="letter_once_a_day", fields=["person", "day"])]

    if TYPE_CHECKING:
        notifications: NotificationQuerySet

    def __str__(self) -> str:
        return f"Letter {self.pk}"

    @property
    def is_daily(self) -> bool:
        return self.day is not None

    def send(self) -> None:
        """Send it now, unless it has ended or another worker has it. What the mail server refuses is tried again."""
        if not self._claim():
            return
        if self.tried_since and timezone.now() - self.tried_since >= KEEP_TRYING:
            self._give_up("it has been tried for a day")
            return
        try:
            reader = self._reader()
            told = self._what_to_tell(reader) if reader else []
            if reader and told:
                mail.message(self, reader, told).send()
        except SMTPRecipientsRefused as refusal:
            if all(500 <= code < 600 for code, _ in refusal.recipients.values()):
                self._give_up("there is no such mailbox")
            else:
                self._try_later(refusal)
        except (ProviderUnavailable, SMTPException, OSError) as trouble:
            self._try_later(trouble)
        else:
            self._end(self.State.SENT if told else self.State.WITHHELD)

    def _claim(self) -> bool:
        now = timezone.now()
        waiting = Letter.objects.filter(pk=self.pk, state=self.State.WAITING)
        is_mine = waiting.filter(Q(claimed_until=None) | Q(claimed_until__lte=now)).update(
            claimed_until=now + LEASE, attempts=F("attempts") + 1, tried_since=Coalesce("tried_since", Value(now))
        )
        try:
            self.refresh_from_db()
        except Letter.DoesNotExist:  # Its reader has just deleted their account.
            return False
        if not is_mine and self.state == self.State.WAITING and self.claimed_until:
            # Whoever has it may have died. Then nothing else but this looks after it.
            send_letter.using(run_after=self.claimed_until).enqueue(self.pk)
        return bool(is_mine)

    def _reader(self) -> User | None:
        """Return whom it is for, with the roles they have now; None where nothing is to be sent to them any more."""
        try:
            reader = upkeep.with_known_roles(self.person)
        except BadToken:
            return None
        is_gone = reader.is_disabled or reader.left_at is not None or not reader.email
        return None if is_gone else reader

    def _what_to_tell(self, reader: User) -> list[Notification]:
        """Return what they may see now, still want by mail, and have not read meanwhile."""
        unread = self.notifications.unread().for_eyes_of(reader).with_lines().order_by("pk")
        unwanted = Wish.objects.filter(person=reader, mail=Cadence.NEVER).values("kind")
        return list(unread.exclude(kind__in=unwanted))

    def _try_later(self, trouble: Exception) -> None:
        """Try again after a pause, each time a longer one. Neither an address nor a title goes into the log."""
        pause = min(timedelta(minutes=2 ** min(self.attempts - 1, 6)), LONGEST_PAUSE)
        logger.warning("Letter %d was not sent, and is tried again in %s: %s", self.pk, pause, type(trouble).__name__)
        with transaction.atomic():
            Letter.objects.filter(pk=self.pk).update(claimed_until=None)
            send_letter.using(run_after=timezone.now() + pause).enqueue(self.pk)

    def _give_up(self, reason: str) -> None:
        logger.error("Letter %d is given up after %d attempts: %s", self.pk, self.attempts, reason)
        self._end(self.State.GIVEN_UP)

    def _end(self, state: State) -> None:
        Letter.objects.filter(pk=self.pk).update(state=state, ended_at=timezone.now(), claimed_until=None)


@task
def send_letter(letter_id: int) -> None:
    for letter in Letter.objects.filter(pk=letter_id):  # Who has deleted their account took theirs along.
        letter.send()
