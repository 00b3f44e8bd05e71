"""Asking somebody in by mail: their account waits, and the link in the letter proves that the address is theirs."""

from datetime import timedelta

from django.conf import settings

from . import links, mail
from .models import Person

LIFETIME = timedelta(days=7)


def send(person: Person, page: str) -> None:
    """Mail the person a link to the page, or else to the sign-in page. Raises TooManyMails."""
    token = links.new_link(person.login_ids[0], email=person.email, lifetime=LIFETIME)
    mail.send_invitation(person.email, links.address(page or f"{settings.SITE_URL}/sign-in", t=token))
