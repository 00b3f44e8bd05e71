"""The codes of an authenticator. Source: RFC 6238, section 4, and RFC 4226, section 5.3."""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils import timezone

from .models import Person

STEP_SECONDS = 30
DRIFT = 1  # Steps that the clock of an authenticator may be off, either way.


def new_key() -> str:
    """Return a secret to share with an authenticator, in base32. Length: RFC 4226, section 4, R6."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code(key: str, step: int, digits: int = 6) -> str:
    """Return the code of this key at this step of time."""
    digest = hmac.digest(base64.b32decode(key), step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def step_now() -> int:
    return int(timezone.now().timestamp()) // STEP_SECONDS


def matching_step(key: str, text: str) -> int | None:
    """Return the step at which the key gives this code, if it is now or next to now."""
    typed = "".join(text.split()).encode()
    steps = range(step_now() - DRIFT, step_now() + DRIFT + 1)
    return next((step for step in steps if hmac.compare_digest(code(key, step).encode(), typed)), None)


def use(person: Person, key: str, text: str) -> bool:
    """Return whether the code is good, and keep the key. Each code is good once: RFC 6238, section 5.2."""
    step = matching_step(key, text)
    if step is None:
        return False
    used = Person.objects.filter(pk=person.pk, totp_step__lt=step).update(totp_key=key, totp_step=step)
    person.totp_key = key if used else person.totp_key
    return used == 1


def address(key: str, account: str) -> str:
    """Return the link by which an authenticator takes the key over."""
    label = quote(f"{settings.SITE_NAME}:{account}")
    return f"otpauth://totp/{label}?" + urlencode({"secret": key, "issuer": settings.SITE_NAME}, quote_via=quote)
