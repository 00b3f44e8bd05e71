"""The feed address that is one person's own, for sites where a feed reader cannot sign in."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import upkeep
from accounts.devices import MAX_USER_AGENT_LENGTH
from accounts.exceptions import BadToken
from accounts.models import User
from accounts.vault import digest, locked, unlocked

TOKEN_BYTES = 24
USE_NOTED_EVERY = timedelta(minutes=5)


class PrivateFeedQuerySet(models.QuerySet["PrivateFeed"]):
    def renew(self, user: User) -> PrivateFeed:
        """Give this person a new address. The one they had opens nothing from now on."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        made = {"token_digest": digest(token), "locked_token": locked(token), "made_at": timezone.now()}
        unused = {"last_used_at": None, "last_used_by": ""}
        return self.update_or_create(user=user, defaults={**made, **unused})[0]

    def of_token(self, token: str) -> PrivateFeed | None:
        return self.select_related("user").filter(token_digest=digest(token)).first()


class PrivateFeed(models.Model):
    """The token in somebody's own feed address.

    It is found by its digest, and kept locked beside it, so that its owner can look it up again for each device they
    read on. It reads what any reader does: no role counts here. It ends when it is revoked or renewed, with its
    owner's account, and whenever they are signed out everywhere, for that is what people do who fear for it.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="private_feed")
    token_digest = models.CharField(max_length=64, unique=True)
    locked_token = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, help_text="To five minutes.")
    last_used_by = models.CharField(max_length=MAX_USER_AGENT_LENGTH, blank=True, default="")

    objects = PrivateFeedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Feed of person {self.user_id}"

    @property
    def token(self) -> str:
        """The token itself; empty if SECRET_KEY was changed and the former one forgotten."""
        return unlocked(self.locked_token)

    @property
    def is_open(self) -> bool:
        """Whether it opens anything, as far as we know without asking Descope."""
        return self.user.is_open and not self.user.is_cut_off(self.made_at)

    @property
    def app(self) -> str:
        """What read it last, by the name it gave itself."""
        return self.last_used_by.partition("(")[0].strip()[:60] or "an app without a name"

    def reader(self) -> User | None:
        """Return its owner as a reader like any other; None where it opens nothing. Raises ProviderUnavailable."""
        if not self.is_open:
            return None
        try:
            person = upkeep.with_roles_while_away(self.user)
        except BadToken:
            return None
        person.roles = frozenset()
        return person if person.is_open and not person.is_cut_off(self.made_at) else None

    def note_use(self, user_agent: str) -> None:
        now = timezone.now()
        if self.last_used_at is None or self.last_used_at <= now - USE_NOTED_EVERY:
            told = "".join(filter(str.isprintable, user_agent))[:MAX_USER_AGENT_LENGTH]
            PrivateFeed.objects.filter(pk=self.pk).update(last_used_at=now, last_used_by=told)

    def seal_of(self, picture: str) -> str:
        """Return what opens this one picture, and neither another nor the feed: picture addresses get around."""
        return salted_hmac(__name__, picture, secret=self.token_digest, algorithm="sha256").hexdigest()[:32]

    def opens(self, picture: str, seal: str) -> bool:
        return constant_time_compare(self.seal_of(picture), seal)
