"""Keeps secrets unreadable in the database: what must come back is locked, what is only recognised is a digest."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def locked(text: str) -> str:
    """Return the text encrypted under SECRET_KEY."""
    return _keys().encrypt(text.encode()).decode()


def unlocked(text: str) -> str:
    """Return what `locked` was given, also under a former key. Empty if no key opens it."""
    try:
        return _keys().decrypt(text.encode()).decode()
    except InvalidToken:
        return ""


def digest(secret: str) -> str:
    """Return what we store in place of a key or token: 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_key(str(secret)) for secret in secrets])


def _key(secret: str) -> Fernet:
    key = hashlib.blake2b(secret.encode(), person=b"refresh tokens", digest_size=32).digest()
    return Fernet(base64.urlsafe_b64encode(key))
