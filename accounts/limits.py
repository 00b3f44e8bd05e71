"""How often somebody may knock: calls counted in the cache, and so by all workers together where they share one."""

import hashlib
import logging
import time
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache

from .exceptions import TooMany
from .models import Person
from .seldom import Seldom

TOLD_AGAIN_SECONDS = 10  # Who goes on meanwhile gets a line and no page.

logger = logging.getLogger(__name__)
seldom = Seldom(logger)


def check(name: str, whose: str = "") -> None:
    """Count one more call against the limit in the setting of this name, for this caller or for all callers together.

    Raises TooMany. The count starts anew with each period, so twice the limit can pass around its end. A cache that
    does not answer stops nobody.
    """
    allowed, seconds = getattr(settings, name)
    period, passed = divmod(int(time.time()), seconds)
    caller = hashlib.blake2b(whose.encode(), digest_size=16).hexdigest()  # Addresses are not for caches to keep.
    key = f"{name}:{caller}:{period}"
    try:
        cache.add(key, 0, timeout=2 * seconds)
        count = cache.incr(key)
        was_told = count > allowed and not cache.add(f"{name}:{caller}:told", 1, timeout=TOLD_AGAIN_SECONDS)
    except Exception as trouble:  # noqa: BLE001 — each kind of cache fails in its own way, and none may refuse people.
        seldom.error("Calls are not being counted, because the cache does not answer: %s", type(trouble).__name__)
        return
    if count > allowed:
        if count == allowed + 1 and not was_told:
            logger.warning("%s is used up for %d seconds", name, seconds - passed)
        raise TooMany(seconds - passed, was_told=was_told)


def check_address(name: str, address: str) -> None:
    """Count one more call from this address. Raises TooMany."""
    check(name, _one_caller(address))


def check_caller(name: str, person: Person, address: str) -> None:
    """Count one more call of this person, wherever from, or of this address where nobody is signed in. Raises TooMany."""
    check(name, _one_caller(address) if person.is_visitor else f"person {person.pk}")


def _one_caller(address: str) -> str:
    """Return what one caller cannot change at will: of IPv6 the /64, since each has 2^64 addresses to call from."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ip if ip.version == 4 else ip_network((int(ip), 64), strict=False))
