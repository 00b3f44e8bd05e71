"""How people want to hear of what happens to posts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models

from accounts.models import User
from blog.notifications.kinds import Cadence, Kind
from blog.notifications.unsubscribing import Unsubscription


class WishQuerySet(models.QuerySet["Wish"]):
    def of(self, persons: Iterable[User], kind: Kind) -> dict[int, Wish]:
        """Return what each of them wishes for this kind, by their ids, as far as the site can fulfil it."""
        wishes = {person.pk: Wish(person=person, kind=kind) for person in persons}
        wishes.update({wish.person_id: wish for wish in self.filter(person__in=wishes, kind=kind)})
        if not settings.SENDS_MAIL:
            for wish in wishes.values():
                wish.mail = Cadence.NEVER
        return wishes

    def of_one(self, person: User, kinds: Iterable[Kind]) -> list[Wish]:
        """Return what somebody wishes for each of these kinds."""
        said = {wish.kind: wish for wish in self.filter(person=person)}
        return [said.get(kind) or Wish(person=person, kind=kind) for kind in kinds]

    def say(self, person: User, kind: Kind, **wish: Any) -> None:
        self.update_or_create(person=person, kind=kind, defaults=wish)

    def end_mail(self, unsubscription: Unsubscription) -> None:
        """End one sort of mail to somebody: of a kind, or the daily one."""
        if unsubscription.what == Cadence.DAILY:
            self.filter(person=unsubscription.person_id, mail=Cadence.DAILY).update(mail=Cadence.NEVER)
            return
        for person in User.objects.filter(pk=unsubscription.person_id, left_at=None):
            self.say(person, Kind(unsubscription.what), mail=Cadence.NEVER)


class Wish(models.Model):
    """How somebody wants to hear of one kind of news. Who has said nothing hears of it at once, in both ways."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    is_listed = models.BooleanField(default=True, help_text="On the list of notifications.")
    mail = models.CharField(max_length=10, choices=Cadence, default=Cadence.AT_ONCE)

    objects = WishQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="wish_once_for_a_kind", fields=["person", "kind"])]
        verbose_name_plural = "wishes"

    def __str__(self) -> str:
        return f"{self.kind}: {self.mail}"
