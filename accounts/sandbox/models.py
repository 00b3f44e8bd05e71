"""What Descope would know: people, their roles and sessions, flows under way, and the mail it sent."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models

STATUSES = ("enabled", "disabled", "invited")


def new_user_id() -> str:
    return "U" + secrets.token_hex(13)


def new_tenant_id() -> str:
    return "T" + secrets.token_hex(13)


def new_key_id() -> str:
    return "K" + secrets.token_hex(13)


class Role(models.Model):
    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=500, blank=True)
    permissions = models.JSONField(default=list, blank=True)
    asks_for_totp = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Permission(models.Model):
    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Tenant(models.Model):
    """An organisation. With SSO on, its people sign in at its own provider."""

    tenant_id = models.CharField(max_length=64, unique=True, default=new_tenant_id)
    name = models.CharField(max_length=200)
    domains = models.JSONField(default=list, blank=True)  # Of its people's addresses: `selfProvisioningDomains`.
    uses_sso = models.BooleanField(default=False)
    is_disabled = models.BooleanField(default=False)
    attributes = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(default=dict, blank=True)  # What it has changed of them, in the API's names.
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody who has an account at the stand-in. `user_id` becomes `sub` in tokens."""

    user_id = models.CharField(max_length=40, unique=True, default=new_user_id)
    name = models.CharField(max_length=200, blank=True)
    given_name = models.CharField(max_length=100, blank=True)
    middle_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True)
    is_email_verified = models.BooleanField(default=False)
    phone = models.CharField(max_length=30, blank=True)
    is_phone_verified = models.BooleanField(default=False)
    picture = models.CharField(max_length=2000, blank=True)
    status = models.CharField(max_length=10, default="enabled", choices=[(s, s) for s in STATUSES])
    is_test = models.BooleanField(default=False)
    is_asked_for_totp = models.BooleanField(default=False)
    totp_key = models.CharField(max_length=64, blank=True)
    totp_step = models.BigIntegerField(default=0)  # Of the last code used: none counts twice.
    roles: models.ManyToManyField[Role, models.Model] = models.ManyToManyField(Role, blank=True, related_name="people")
    tenants = models.JSONField(default=dict, blank=True)  # {tenant id: [role names]}
    providers = models.JSONField(default=list, blank=True)  # Where they have signed in from: google, github, sso.
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)
    first_signed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name or self.email or self.user_id

    @property
    def is_enabled(self) -> bool:
        return self.status != "disabled"

    @property
    def asks_for_totp(self) -> bool:
        """Whether a code of an authenticator is asked for, of this person or of a role they have, in a tenant or not."""
        in_tenants = {name for names in self.tenants.values() for name in names}
        has_it = models.Q(people=self) | models.Q(name__in=in_tenants)
        return self.is_asked_for_totp or Role.objects.filter(has_it, asks_for_totp=True).exists()

    @property
    def login_ids(self) -> list[str]:
        return [login.value for login in self.logins.all()]


class Login(models.Model):
    """A name a person may sign in by. The first one made is the one Descope calls the login id."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="logins")
    value = models.CharField(max_length=254, unique=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.value


class SignIn(models.Model):
    """A session of a person: a chain of refresh tokens, of which only the newest is good."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_ins")
    methods = models.JSONField(default=list)  # The `amr` claim.
    tenant = models.CharField(max_length=64, blank=True)  # The one they act for: the `dct` claim.
    claims = models.JSONField(default=dict)  # What the caller wanted in the token besides.
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person} since {self.started_at:%Y-%m-%d %H:%M}"


class RefreshToken(models.Model):
    """A refresh token, known by its `jti`. The token itself is not kept."""

    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE, related_name="refresh_tokens")
    jti = models.CharField(max_length=32, unique=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.jti


class Run(models.Model):
    """One passage of somebody through the sign-in flow, perhaps in several tabs."""

    key = models.CharField(max_length=32, unique=True)
    flow = models.CharField(max_length=100, blank=True)  # Its id, as the page names it.
    client = models.CharField(max_length=100, blank=True)  # The component's own id of its page.
    first_request = models.CharField(max_length=64, blank=True)  # To know the same request when it is sent again.
    return_to = models.CharField(max_length=2000)
    email = models.CharField(max_length=254, blank=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="runs")
    methods = models.JSONField(default=list)  # How they have proved who they are: the `amr` claim.
    tenant = models.CharField(max_length=64, blank=True)  # Whose provider has vouched for them.
    totp_key = models.CharField(max_length=64, blank=True)  # Handed over and not yet used.
    totp_tries = models.PositiveSmallIntegerField(default=0)
    is_first_seen = models.BooleanField(null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["client", "first_request"], name="run_sent_again")]

    def __str__(self) -> str:
        return f"{self.key} for {self.email or 'nobody yet'}"


class Proof(models.Model):
    """What somebody is sent to prove who they are by, and what follows once they have. The secret is kept hashed."""

    login_id = models.CharField(max_length=254, db_index=True)
    channel = models.CharField(max_length=10, default="email")  # Or sms, voice, whatsapp.
    email = models.CharField(max_length=254, blank=True)  # Where it was sent, and so verified. Empty: nowhere.
    phone = models.CharField(max_length=30, blank=True)  # As above.
    profile = models.JSONField(default=dict)  # What a sign-up said about the person.
    claims = models.JSONField(default=dict)
    may_sign_up = models.BooleanField(default=False)
    first_methods = models.JSONField(default=list)  # How they had proved who they are before: this is one more factor.
    ends_others = models.BooleanField(default=False)  # Other sessions of the person.
    change = models.JSONField(default=dict)  # The address or number they change to, in the API's names.
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Pending(models.Model):
    """A sign-in that waits in one place until the right one of three links is opened in another: an enchanted link."""

    digest = models.CharField(max_length=64, unique=True)  # Of the reference that the waiting place holds.
    number = models.CharField(max_length=2)  # The one it shows, and that stands beside the right link.
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="pending")
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)  # A link was opened, right or wrong.
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"waits for link {self.number}"


class Link(Proof):
    """A magic link: its token, hashed, and whom it lets in."""

    digest = models.CharField(max_length=64, unique=True)
    used_by = models.CharField(max_length=100, blank=True)
    pending = models.ForeignKey(Pending, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    number = models.CharField(max_length=2, blank=True)  # What stands beside it, where it is one of three.

    def __str__(self) -> str:
        return f"a link for {self.login_id}"


class Code(Proof):
    """A one-time code of six digits, hashed."""

    digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"a code for {self.login_id}"


class Visit(models.Model):
    """A visit to a provider's page: who asked for it, where it leads back to, and who was vouched for."""

    key = models.CharField(max_length=43, unique=True)
    provider = models.CharField(max_length=10, blank=True)  # Empty for a tenant's own.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, blank=True, related_name="visits")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, blank=True, related_name="visits")
    return_to = models.CharField(max_length=2000)
    email = models.CharField(max_length=254, blank=True)
    claims = models.JSONField(default=dict)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="visits")
    digest = models.CharField(max_length=64, blank=True, db_index=True)  # Of the code that it ended with.
    is_popup = models.BooleanField(default=False)  # In a window of its own, beside the page that asked.
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"a visit to {self.provider or self.tenant}"


class AccessKey(models.Model):
    """A key by which a program gets session tokens. Bound to a person, it may what they may."""

    key_id = models.CharField(max_length=40, unique=True, default=new_key_id)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=500, blank=True)
    roles = models.JSONField(default=list)
    tenants = models.JSONField(default=dict)  # {tenant id: [role names]}
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="access_keys")
    claims = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name


class Webhook(models.Model):
    """Where the site is told of events, as far as somebody has changed it: null is what the settings say. One row."""

    name = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=2000, null=True, blank=True)  # noqa: DJ001 — empty is no default.
    secret = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 — empty: nothing is sent.
    headers = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name or "the webhook"


class Event(models.Model):
    """What happened, for the audit and the webhook: protocol, section 7."""

    class Delivery(models.TextChoices):
        NONE = "", "Not sent"
        WAITING = "waiting", "Waits to be sent"
        ANSWERED = "answered", "Answered"
        FAILED = "failed", "Failed"

    action = models.CharField(max_length=100)
    user_id = models.CharField(max_length=40, blank=True, db_index=True)
    actor_id = models.CharField(max_length=100, blank=True)
    login_ids = models.JSONField(default=list)
    tenants = models.JSONField(default=list)
    data = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    delivery = models.CharField(max_length=10, blank=True, choices=Delivery, default=Delivery.NONE)
    outcome = models.CharField(max_length=100, blank=True)  # The status it was answered with, or what went wrong.
    sent_at = models.DateTimeField(null=True, blank=True)  # The last time.

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.action} of {self.user_id}"


class Mail(models.Model):
    """A message that Descope would have sent, or a mail of the site."""

    class Channel(models.TextChoices):
        EMAIL = "email", "Mail"
        SMS = "sms", "Text message"
        VOICE = "voice", "Call"
        WHATSAPP = "whatsapp", "WhatsApp message"
        SITE = "site", "Mail of the site itself"

    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    to = models.CharField(max_length=254, db_index=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=4000, blank=True)
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"


class State(models.Model):
    """How the sandbox behaves at the moment, and what it has counted. There is one row."""

    fault = models.CharField(max_length=10, blank=True)
    slow_seconds = models.FloatField(default=0)
    session_seconds = models.PositiveIntegerField(default=600)  # The life of a session token.
    reuse_grace_seconds = models.PositiveIntegerField(default=10)  # In which a replaced refresh token still works.
    social_popup = models.BooleanField(default=False)  # Whether other services show in a window of their own.
    key_fetches = models.PositiveIntegerField(default=0)
    refresh_calls = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.fault or "well"
