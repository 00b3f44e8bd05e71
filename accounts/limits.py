"""How often somebody may knock: calls counted in the cache, and so by all workers together where they share one."""

import hashlib
import logging
import time
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from django.conf import settings
from django.core.cache import cache

from .exceptions import TooMany
from .models import Person
from .seldom import Seldom

TOLD_AGAIN_SECONDS = 10  # Who goes on meanwhile gets a line and no page.
UNHURRIED = 10  # The part of a limit that may come at once before somebody is in a hurry: of 300 a minute, 30.
ORDINARY_BYTES = 10_000  # Of the form of a post of a thousand words.

logger = logging.getLogger(__name__)
seldom = Seldom(logger)


def check(name: str, whose: str = "") -> None:
    """Count one more call against the limit in the setting of this name, for this caller or for all callers together.

    Raises TooMany. The count starts anew with each period, so twice the limit can pass around its end. A cache that
    does not answer stops nobody.
    """
    allowed, seconds = getattr(settings, name)
    period, passed = divmod(int(time.time()), seconds)
    caller = _name_of(whose)
    key = f"{name}:{caller}:{period}"
    try:
        cache.add(key, 0, timeout=2 * seconds)
        count = cache.incr(key)
        was_told = count > allowed and _was_told(name, caller)
    except Exception as trouble:  # noqa: BLE001 — each kind of cache fails in its own way, and none may refuse people.
        _say_nothing_is_counted(trouble)
        return
    if count > allowed:
        if count == allowed + 1 and not was_told:
            logger.warning("%s is used up for %d seconds", name, seconds - passed)
        raise TooMany(seconds - passed, was_told=was_told)


def keep_pace(name: str, whose: str, size: int = 0) -> bool:
    """Let through as many calls of this caller as the setting of this name says: all at once, or in even steps.

    Returns whether they are in a hurry, and are to give way to others: a tenth of it has come faster than in even steps,
    where a call of many bytes counts as several. Raises TooMany. Of calls in the very same moment one alone may be counted.
    A cache that does not answer stops nobody.
    """
    allowed, seconds = getattr(settings, name)
    step = seconds / allowed
    unhurried: float = ceil(allowed / UNHURRIED) * step
    caller, now = _name_of(whose), time.time()
    key = f"{name}:{caller}:{allowed}/{seconds}"
    try:
        was_even_at, was_unhurried_at = cache.get(key, (now, now))
        even_at: float = max(was_even_at, now) + step  # When they will have kept to it again.
        hurry: float = min(max(was_unhurried_at - now, 0) + step * max(1, size / ORDINARY_BYTES), seconds)
        too_soon = even_at - now - seconds
        if too_soon <= 0:
            cache.set(key, (even_at, now + hurry), timeout=seconds)
        was_told = too_soon > 0 and _was_told(name, caller)
    except Exception as trouble:  # noqa: BLE001 — as above.
        _say_nothing_is_counted(trouble)
        return False
    if too_soon > 0:
        if not was_told:
            logger.warning("%s is used up for %d seconds", name, ceil(too_soon))
        raise TooMany(ceil(too_soon), was_told=was_told)
    return hurry > unhurried


def give_way(name: str, whose: str) -> TooMany:
    """Return the refusal of a call that would keep others waiting."""
    return TooMany(1, was_told=_was_told(name, _name_of(whose)))


def check_address(name: str, address: str) -> None:
    """Count one more call from this address. Raises TooMany."""
    check(name, _one_caller(address))


def check_caller(name: str, person: Person, address: str) -> None:
    """Count one more call of this person, wherever from, or of this address where nobody is signed in. Raises TooMany."""
    check(name, _one_caller(address) if person.is_visitor else f"person {person.pk}")


def _name_of(caller: str) -> str:
    """Return what the cache knows a caller by: addresses are not for it to keep."""
    return hashlib.blake2b(caller.encode(), digest_size=16).hexdigest()


def _was_told(name: str, caller: str) -> bool:
    return not cache.add(f"{name}:{caller}:told", 1, timeout=TOLD_AGAIN_SECONDS)


def _say_nothing_is_counted(trouble: Exception) -> None:
    seldom.error("Calls are not being counted, because the cache does not answer: %s", type(trouble).__name__)


def _one_caller(address: str) -> str:
    """Return what one caller cannot change at will: of IPv6 the /64, since each has 2^64 addresses to call from."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ip if ip.version == 4 else ip_network((int(ip), 64), strict=False))
