"""Asking somebody in by mail: their account waits, and the link in the letter proves that the address is theirs."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings

from . import links, mail
from .exceptions import Refusal
from .models import Person

LIFETIME = timedelta(days=7)


def send(person: Person, page: str) -> None:
    """Mail the person a link to the page, or else to the sign-in page. Raises Refusal."""
    page = page or f"{settings.SITE_URL}/sign-in"
    if urlsplit(page).scheme not in ("http", "https"):
        raise Refusal("inviteUrl must be an http or https address")
    token = links.new_link(person.login_ids[0], email=person.email, lifetime=LIFETIME)
    # A token alone the component would keep until somebody presses a button; with a step of a flow it goes on at once.
    step = {"descope-login-flow": f"{settings.DESCOPE_FLOW_ID}|#|invited_mail", "t": token}
    mail.send_invitation(person.email, links.address(page, **step))
