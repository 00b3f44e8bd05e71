"""Sessions and the chains of their refresh tokens."""

from __future__ import annotations

from django.db import models

from .people import Person


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
