"""What concerns the project as a whole: events and where they are told, messages, and how it behaves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


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
