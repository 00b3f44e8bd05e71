"""The person who asks, and their session. Neither knows of posts."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import ClassVar, Literal, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, Now
from django.urls import reverse
from django.utils import timezone

from .append_only import AppendOnlyModel, AppendOnlyQuerySet
from .claims import Claims
from .devices import MAX_USER_AGENT_LENGTH, Device
from .roles import Role

logger = logging.getLogger(__name__)


class UserQuerySet(models.QuerySet["User"]):
    def open(self) -> Self:
        """Those whose account is neither closed nor deleted."""
        return self.filter(is_disabled=False, left_at=None)

    def known_as(self, role: Role) -> Self:
        """Those who had this role when Descope was last asked."""
        # As text: SQLite cannot look into a JSON list otherwise.
        return self.alias(roles_as_text=Cast("known_roles", models.TextField())).filter(
            roles_as_text__contains=f'"{role.value}"'
        )


class User(models.Model):
    """A thin local record of somebody Descope knows, found by `subject` alone.

    `roles` holds the roles of the token that proved this request, and is empty on a person who was merely
    fetched. What is stored in `known_roles` takes away from an older token of Descope's, and is what a personal
    API token goes by, which names no roles itself.
    """

    subject = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True, help_text="To show, never to identify.")
    is_disabled = models.BooleanField(default=False, db_default=False)
    tokens_not_before = models.DateTimeField(null=True, blank=True, help_text="Tokens issued by then are refused.")
    known_roles = models.JSONField(null=True, blank=True, help_text="The roles Descope gave, when it was last asked.")
    roles_known_at = models.DateTimeField(null=True, blank=True, help_text="When Descope was asked for them.")
    roles_asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody last set out to ask, answered or not."
    )
    left_at = models.DateTimeField(null=True, blank=True, help_text="When they deleted their account.")
    picture = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="The digest of the one kept."
    )
    picture_source = models.CharField(
        max_length=2000, blank=True, default="", db_default="", help_text="The address that was last dealt with."
    )
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())

    objects = UserQuerySet.as_manager()

    roles: frozenset[Role] = frozenset()
    # False in a session that Descope has not confirmed for a while. Bearers and commands never come that far.
    is_freshly_proved: bool = True
    # How and when they signed in, where this request comes of a session.
    methods: frozenset[str] = frozenset()
    signed_in_at: datetime | None = None
    is_anybody: bool = False  # True of a stand-in: accounts/audience.py.
    is_visitor: ClassVar[Literal[False]] = False
    is_authenticated: ClassVar[Literal[True]] = True
    is_anonymous: ClassVar[Literal[False]] = False
    # Django's own tools for custom users look for these two.
    USERNAME_FIELD = "subject"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether their account is neither closed nor deleted."""
        return not self.is_disabled and self.left_at is None

    @property
    def picture_url(self) -> str:
        """The address of their picture, empty where they show none."""
        return reverse("accounts:picture", args=[self.picture]) if self.picture else ""

    def may_use(self, claims: Claims) -> bool:
        """Whether a token with these claims still speaks for this person."""
        return self.subject == claims.subject and self.is_open and not self.is_cut_off(claims.issued_at)

    def is_cut_off(self, issued_at: datetime) -> bool:
        """Whether a token of then is refused, because everybody was signed out since."""
        # A token tells its birth in whole seconds, so one born in the second of the cut is refused, too.
        return self.tokens_not_before is not None and issued_at <= self.tokens_not_before

    def roles_by(self, claims: Claims) -> frozenset[Role]:
        """The roles that a token with these claims proves, less those that have been taken since it was issued."""
        if self.known_roles is None or self.roles_known_at is None or claims.issued_at > self.roles_known_at:
            return claims.roles
        return claims.roles & {Role(name) for name in self.known_roles}


class Visitor:
    """Nobody signed in."""

    id: ClassVar[None] = None
    pk: ClassVar[None] = None
    name = ""
    email = ""
    roles: frozenset[Role] = frozenset()
    is_freshly_proved: bool = True
    is_anybody: ClassVar[Literal[False]] = False
    is_visitor: ClassVar[Literal[True]] = True
    is_authenticated: ClassVar[Literal[False]] = False
    is_anonymous: ClassVar[Literal[True]] = True


Person = User | Visitor


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> Self:
        """Those that are not over."""
        now = timezone.now()
        return self.filter(
            ended_at=None,
            started_at__gt=now - settings.SESSION_LIFETIME,
            last_refreshed_at__gt=now - settings.SESSION_IDLE_LIFETIME,
        )


class Session(models.Model):
    """One signed-in browser. The cookie holds a key; we hold its digest, the claims and the locked refresh token."""

    key_digest = models.CharField(max_length=64, unique=True)
    # What rotating the key takes: accounts/session_keys.py.
    former_key_digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    former_key_until = models.DateTimeField(null=True, blank=True)
    key_changed_at = models.DateTimeField(null=True, blank=True)
    is_key_outdated = models.BooleanField(default=False, db_default=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    payload = models.JSONField(help_text="What the newest verified session token says.")
    token_expires_at = models.DateTimeField()
    locked_refresh_token = models.TextField()
    refresh_leased_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    last_refreshed_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    user_agent = models.CharField(max_length=MAX_USER_AGENT_LENGTH, blank=True, default="", db_default="")
    network = models.CharField(
        max_length=50, blank=True, default="", db_default="", help_text="Of the address it was started from."
    )

    objects = SessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Session {self.pk} of {self.user_id}"

    @property
    def claims(self) -> Claims:
        return Claims.read(self.payload)

    @property
    def device(self) -> Device:
        return Device(self.user_agent, self.network)

    @property
    def is_over(self) -> bool:
        """Whether it ended, lay idle too long or has lived its whole life."""
        return self.ended_at is not None or timezone.now() >= self.ends_at

    @property
    def ends_at(self) -> datetime:
        return min(
            self.started_at + settings.SESSION_LIFETIME,
            self.last_refreshed_at + settings.SESSION_IDLE_LIFETIME,
        )


class HeldToken(models.Model):
    """A token that a session holds or held, of either kind.

    When the session is over, it is nobody's bearer and starts no other; and while it is not, none that is younger.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="held_tokens")
    digest = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return self.digest


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self) -> Self:
        """Those that work: neither expired nor revoked."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def revoke(self) -> None:
        if count := self.filter(revoked_at=None).update(revoked_at=timezone.now()):
            logger.info("%d API tokens revoked", count)


class ApiToken(models.Model):
    """A personal token: by its digest, never by itself. accounts/api_tokens.py says what it opens."""

    MAX_NAME_LENGTH = 100

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To five minutes.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def scopes_in_words(self) -> str:
        return ", ".join(self.scopes)


class Departure(models.Model):
    """What somebody has chosen who is deleting their account, from the moment they ask until it is done.

    It is acted on only once Descope knows them no more; accounts/leaving.py says how.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="departure")
    name = models.CharField(max_length=200, help_text="What they are called from then on.")
    keeps_posts = models.BooleanField()
    asked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Departure of person {self.user_id}"


class WebhookDelivery(models.Model):
    """An event of a signed message that we have acted on, so that a replay is told from a new one."""

    digest = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest


class TeamEntry(AppendOnlyModel):
    """One thing that an admin did to an account: who, what, when, to whom and why.

    It names people by their subject, so that it outlives what we keep of them. That something is asked for is written
    before Descope is asked, and what came of it in an entry of its own: so nothing that may have happened is missing,
    whatever stops us in between.
    """

    class Outcome(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        DONE_HERE = "done here"
        NOT_DONE = "not done"
        UNDONE = "undone"

    at = models.DateTimeField(default=timezone.now)
    by_subject = models.CharField(max_length=255)
    verb = models.CharField(max_length=20)
    subject = models.CharField(max_length=255)
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role], blank=True)
    reason = models.CharField(max_length=500)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.DONE, db_default="done")
    answers = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="answer", help_text="What was asked for."
    )
    address = models.CharField(
        max_length=254, blank=True, default="", db_default="", help_text="Of whom nobody has a subject for yet. Masked."
    )

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "team entries"

    def __str__(self) -> str:
        return f"{self.by_subject}: {self.verb} {self.subject}"
