"""People, the roles and tenants they are in, and the keys of their programs."""

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
