"""Who is told of what happened to posts, and whether they have read it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Person, User
from accounts.roles import Role
from blog.notifications.kinds import TELLINGS, Cadence, Kind
from blog.permissions import NOTHING, may_review, may_write, visible_to
from blog.status import live

from .history import HistoryEntry
from .letter import Letter
from .wish import Wish

DAILY_AT = time(8)
UNREAD_LIMIT = 100


def tell(entry: HistoryEntry) -> None:
    """Tell those whom it concerns, within the transaction that writes the entry: with it, or not at all."""
    if entry.verb not in TELLINGS:
        return
    kind = TELLINGS[entry.verb].kind
    told = set(Notification.objects.filter(entry=entry).values_list("person_id", flat=True))
    concerned = [person for person in _concerned_by(entry, kind) if person.pk not in told | {entry.by_id}]
    wishes = Wish.objects.of(concerned, kind)
    for person in concerned:
        wish = wishes[person.pk]
        if wish.is_listed or wish.mail != Cadence.NEVER:
            letter = Letter.objects.queue(person) if wish.mail == Cadence.AT_ONCE else None
            Notification.objects.create(
                person=person, entry=entry, kind=kind, is_listed=wish.is_listed, mail=wish.mail, letter=letter
            )


def _concerned_by(entry: HistoryEntry, kind: Kind) -> list[User]:
    """Reviewers of what is submitted, or the one who has taken it; of all else, its author and who wrote in it."""
    if kind != Kind.SUBMITTED:
        writers = entry.revision.writers.values("user") if entry.revision else []
        return list(User.objects.open().filter(Q(pk=entry.post.author_id) | Q(pk__in=writers)).order_by("pk"))
    admins = list(User.objects.open().known_as(Role.ADMIN).order_by("pk"))
    claimant = [admin for admin in admins if admin.pk == entry.post.claimed_by_id]
    return claimant or admins


class NotificationQuerySet(models.QuerySet["Notification"]):
    def for_eyes_of(self, person: Person) -> Self:
        """Those about what this person may see now: the working side of a post, or what readers see of it."""
        visible = visible_to(person, "entry__post__")
        if may_review(person):
            return self.filter(visible)
        own = Q(entry__post__author=person.pk, entry__post__deleted_at=None) if may_write(person) else NOTHING
        is_current = Q(entry__revision=F("entry__post__live_revision"))
        return self.filter(own | (live("entry__post__") & visible & is_current))

    def list_of(self, person: User) -> Self:
        """What this person's list shows, newest first, with all that a line needs."""
        return self.filter(person=person, is_listed=True).for_eyes_of(person).with_lines().order_by("-pk")

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def unread_count(self, person: Person) -> int:
        """Return how many their list has that they have not read; beyond a hundred nobody wants to know."""
        return self.filter(person=person.pk, is_listed=True).unread().for_eyes_of(person)[:UNREAD_LIMIT].count()

    def with_lines(self) -> Self:
        texts = ("entry__post__body", "entry__post__html", "entry__revision__body", "entry__revision__html")
        return self.select_related("entry__by", "entry__post", "entry__revision").defer(*texts)

    def write_daily_letters(self) -> None:
        """Queue a letter for each who has news that is told once a day, unless they have had this day's."""
        due_at = _last_time_of_day()
        due = self.filter(mail=Cadence.DAILY, letter=None, created_at__lt=due_at)
        todays = Letter.objects.filter(day=due_at.date())
        for person in User.objects.filter(pk__in=due.values("person")).exclude(pk__in=todays.values("person")):
            with transaction.atomic():
                # One worker at a time for each person.
                User.objects.select_for_update(no_key=True).get(pk=person.pk)
                if not todays.filter(person=person).exists():
                    due.filter(person=person).update(letter=Letter.objects.queue(person, day=due_at.date()))

    def mark_read(self) -> None:
        self.unread().update(read_at=timezone.now())


class Notification(models.Model):
    """That one person is told of one thing that was done. The pair is unique: nobody is told twice."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    entry = models.ForeignKey(HistoryEntry, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    is_listed = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=Cadence)
    letter = models.ForeignKey("Letter", on_delete=models.SET_NULL, null=True, related_name="notifications")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="notification_once", fields=["person", "entry"])]
        indexes = [
            models.Index(fields=["person", "-id"], name="notification_list", condition=Q(is_listed=True)),
            models.Index(
                fields=["person"], name="notification_unread", condition=Q(is_listed=True, read_at__isnull=True)
            ),
            models.Index(
                fields=["created_at"],
                name="notification_for_the_day",
                condition=Q(mail=Cadence.DAILY, letter__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person_id}"


def _last_time_of_day() -> datetime:
    """Return when the daily letters were last due."""
    now = timezone.localtime()
    todays = timezone.make_aware(datetime.combine(now.date(), DAILY_AT))
    return todays if todays <= now else timezone.make_aware(datetime.combine(now.date() - timedelta(days=1), DAILY_AT))
