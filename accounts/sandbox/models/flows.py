"""Flows under way, and the ways to prove in them, or by the API, who one is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from .people import Person, Tenant


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
