"""One-time codes of six digits: made, sent and redeemed once."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from . import mail, people, proofs
from .exceptions import TooManyTries, WrongCode
from .models import Code, Run
from .proofs import Wish, digest
from .router import DATABASE

LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5


def new_code(login_id: str, *, run: Run | None = None, **more: Any) -> str:
    """Return a new code for the person. Codes sent before, in the same run of the flow or outside any, stop working.

    `more` are fields of Code.
    """
    login_id, code = people.normal(login_id), f"{secrets.randbelow(10**6):06}"
    Code.objects.filter(login_id=login_id, run=run, used_at=None).delete()
    Code.objects.create(
        digest=digest(login_id + code), login_id=login_id, run=run, expires_at=timezone.now() + LIFETIME, **more
    )
    return code


def use(login_id: str, text: str, *, run: Run | None = None, channel: str = "email") -> Code:
    """Return the code and use it up. Raises WrongCode and TooManyTries."""
    login_id = people.normal(login_id)
    # Whoever changes their address may name the new one, to which it was sent.
    is_theirs = Q(login_id=login_id) | ~Q(change={}) & (Q(email=login_id) | Q(phone=login_id))
    good = Code.objects.filter(run=run, channel=channel, used_at=None, expires_at__gt=timezone.now())
    code = good.filter(is_theirs).last()
    if code is None:
        raise WrongCode
    _count_try(code)
    if not secrets.compare_digest(code.digest, digest(code.login_id + "".join(text.split()))):
        raise WrongCode
    if not Code.objects.filter(pk=code.pk, used_at=None).update(used_at=timezone.now()):
        raise WrongCode
    return code


def _count_try(code: Code) -> None:
    """Count before comparing, and apart from the sign-in, so that a wrong try is never forgotten."""
    if not Code.objects.filter(pk=code.pk, tries__lt=MAX_TRIES).update(tries=F("tries") + 1):
        raise TooManyTries


def redeem(login_id: str, text: str, channel: str) -> dict[str, Any]:
    """Sign in by a code. Returns the API's answer. Raises WrongCode, TooManyTries, Disabled and NoSuchPerson."""
    code = use(login_id, text, channel=channel)
    with transaction.atomic(using=DATABASE):
        return proofs.sign_in(proofs.person_behind(code), code)


@transaction.atomic(using=DATABASE)
def send(wish: Wish) -> dict[str, str]:
    """Send a code. Returns where to, masked. Raises Refusal."""
    to = wish.address()
    mail.send_code(to, new_code(wish.login_id, **wish.fields(to)), wish.channel)
    return wish.masked(to)
