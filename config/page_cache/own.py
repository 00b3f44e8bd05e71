"""What is put into a page for the person it is sent to."""

from __future__ import annotations

import os
import re
import secrets
from operator import add

from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH
from django.template.loader import render_to_string

from accounts.models import User
from accounts.recall import Recall
from blog.context_processors import desk_of
from blog.models import Notification
from blog.permissions import may_use_desk

TOKEN_GOES_HERE = secrets.token_hex(16)
SECRET = re.compile(rf"[{CSRF_ALLOWED_CHARS}]{{{CSRF_SECRET_LENGTH}}}")  # The cookie's, as Django gives it today.
LED_TO = frozenset({"desk:home"})  # By these templates, and kept: the link tells that it leads to where one is.
COUNT = len(CSRF_ALLOWED_CHARS)
FAIR = 256 - 256 % COUNT  # A byte below it takes each character as often as any other.
UNFAIR = bytes(range(FAIR, 256))
# Tables of bytes: from any to the place of a character, from a character to its place, and back from the sum of two.
ANY_PLACE = bytes(byte % COUNT for byte in range(256))
PLACES = bytes.maketrans(CSRF_ALLOWED_CHARS.encode(), bytes(range(COUNT)))
CHARACTERS = bytes(ord(CSRF_ALLOWED_CHARS[byte % COUNT]) for byte in range(256))
RANDOM_BYTES = 4096

Asked = tuple[object, ...]
# Templates, rendered for a person, in pieces between which tokens go.
rendered: Recall[Asked, list[bytes]] = Recall(most=2000)
# For tokens to come, as places of characters. No other process may have the same.
masks: list[bytes] = []
os.register_at_fork(after_in_child=masks.clear)


def unread_count(user: User, has_unread: bool) -> int:
    """Return how many notifications the person has not read, of those that they may see."""
    return Notification.objects.unread_count(user) if has_unread and may_use_desk(user) else 0


def is_usual(csrf_cookie: str) -> bool:
    """Whether this is a secret that a token can be made of. Otherwise Django gives the browser another."""
    return SECRET.fullmatch(csrf_cookie) is not None


def own_part(template: str, here: str, user: User, unread: int, csrf_cookie: str) -> bytes:
    """Return the template as this person sees it here, with a token that is good for their cookie."""
    here = here if here in LED_TO else ""
    asked = (template, here, user.pk, user.name, user.email, user.picture, user.roles, unread)
    parts = rendered.get(asked)
    if parts is None:
        context = {**desk_of(user), "person": user, "here": here, "unread_notifications": unread}
        context["csrf_token"] = TOKEN_GOES_HERE
        parts = render_to_string(template, context).encode().split(TOKEN_GOES_HERE.encode())
        rendered.put(asked, parts)
    return masked(csrf_cookie).join(parts)


def masked(secret: str) -> bytes:
    """Return a token of the secret with a mask of its own, as each page has one.

    It is the token that `django.middleware.csrf.get_token` gives, which asks the system for each of its characters by
    itself: in a page that is made already, that was more than half of the work.
    """
    mask = _mask()
    hidden = bytes(map(add, secret.encode().translate(PLACES), mask))
    return (mask + hidden).translate(CHARACTERS)


def _mask() -> bytes:
    """Return a new one. The system is asked for many at once: each time, other threads take the interpreter away."""
    try:
        return masks.pop()
    except IndexError:
        places = os.urandom(RANDOM_BYTES).translate(ANY_PLACE, UNFAIR)
        starts = range(0, len(places) - CSRF_SECRET_LENGTH, CSRF_SECRET_LENGTH)
        first, *others = [places[start : start + CSRF_SECRET_LENGTH] for start in starts]
        masks.extend(others)
        return first
