"""Enchanted links: three in one message, of which the one with the number that the waiting page shows lets it in.

Who is tricked into opening the message of somebody else's sign-in does not know that number.
"""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone

from . import links, mail, proofs
from .exceptions import BadLink, BadPending, StillPending
from .models import Link, Pending
from .proofs import Wish, digest
from .router import DATABASE

LINKS = 3


@transaction.atomic(using=DATABASE)
def send(wish: Wish, page: str) -> dict[str, str]:
    """Send three links to the page. Returns the right one's number, what to poll with, and where to, masked."""
    to = wish.address()
    ref, addresses, number = begin(wish, to, page)
    mail.send_links(to, addresses, wish.channel)
    return {"linkId": number, "pendingRef": ref, **wish.masked(to)}


def begin(wish: Wish, to: str, page: str) -> tuple[str, dict[str, str], str]:
    """Return what to poll with, three addresses by their numbers, and the number of the right one. Raises Refusal."""
    links.check_page(page)
    ref, numbers = secrets.token_urlsafe(32), _numbers()
    right = secrets.choice(numbers)
    pending = Pending.objects.create(digest=digest(ref), number=right, expires_at=timezone.now() + links.LIFETIME)
    addresses = {
        number: links.address(page, t=links.new_link(wish.login_id, pending=pending, number=number, **wish.fields(to)))
        for number in numbers
    }
    return ref, addresses, right


def verify(token: str) -> None:
    """Take the link that somebody opened. Whichever it is, none of the three works again. Raises BadLink."""
    if not _answer(token):
        raise BadLink("wrong")


@transaction.atomic(using=DATABASE)
def _answer(token: str) -> bool:
    """Return whether it was the right link."""
    link = Link.objects.select_related("pending").filter(digest=digest(token)).exclude(pending=None).first()
    if link is None or link.pending is None:
        return False
    now = timezone.now()
    if not Pending.objects.filter(pk=link.pending.pk, answered_at=None, expires_at__gt=now).update(answered_at=now):
        raise BadLink("used" if link.pending.answered_at else "expired")
    link.pending.links.update(used_at=now)
    is_right = link.number == link.pending.number
    if is_right:
        Pending.objects.filter(pk=link.pending.pk).update(person=proofs.person_behind(link))
    return is_right


@transaction.atomic(using=DATABASE)
def poll(ref: str) -> dict[str, Any]:
    """Sign in where the link was opened. Returns the API's answer. Raises StillPending, BadPending and Disabled."""
    pending = Pending.objects.select_related("person").filter(digest=digest(ref)).first()
    now = timezone.now()
    if pending is None or pending.expires_at <= now or (pending.answered_at and pending.person is None):
        raise BadPending
    if pending.person is None:
        raise StillPending
    if not Pending.objects.filter(pk=pending.pk, used_at=None).update(used_at=now):
        raise BadPending
    return proofs.sign_in(pending.person, pending.links.get(number=pending.number))


def _numbers() -> list[str]:
    return [str(number) for number in secrets.SystemRandom().sample(range(10, 100), LINKS)]
