"""Running the checks, and telling what stops a person from what is only worth a look."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from django.conf import settings

from accounts.models import Person
from blog import permissions

from .finding import Check, Finding
from .proof import Proof, Text
from .registry import switched_on

MOST_OF_A_KIND = 20
EXCERPT_CHARACTERS = 80

logger = logging.getLogger(__name__)


def run(text: Text, *, resolves: Callable[[str], bool], image_bytes: Callable[[str], int | None]) -> list[Finding]:
    """Return what the checks that are on find in a text.

    `resolves` says whether a path leads somewhere on this site, as far as the writer may know; `image_bytes` how
    large a picture is, or None where that is not known. Each is asked once for each address.
    """
    proof = Proof(text, cache(resolves), cache(image_bytes))
    return [finding for check in switched_on() for finding in _findings(check, proof)]


def blocking(findings: Sequence[Finding], person: Person) -> list[Finding]:
    """Return those that this person has to put right, or to give a reason for leaving, before submitting."""
    names = _blocking_names(person)
    return [finding for finding in findings if finding.check in names]


def warnings(findings: Sequence[Finding], person: Person) -> list[Finding]:
    """Return those that are this person's to judge."""
    names = _blocking_names(person)
    return [finding for finding in findings if finding.check not in names]


def _blocking_names(person: Person) -> list[str]:
    is_admin = permissions.is_checked_as_admin(person)
    names: list[str] = settings.CHECKS_BLOCKING_ADMINS if is_admin else settings.CHECKS_BLOCKING
    return names


def _findings(check: Check, proof: Proof) -> list[Finding]:
    try:
        found = list(check.find(proof))
    except Exception:  # A fault in somebody's plug-in must not hold up writing, nor go unseen.
        logger.exception("The check %s broke down", check.name)
        found = [Finding(f"The check “{check.label}” broke down on this text; the site's log tells why.")]
    if len(found) > MOST_OF_A_KIND:
        found[MOST_OF_A_KIND:] = [Finding(f"{check.label}: there are {len(found) - MOST_OF_A_KIND:,} more of these.")]
    return [replace(finding, check=check.name, excerpt=_shortened(finding.excerpt)) for finding in found]


def _shortened(words: str) -> str:
    """Leave the middle out: addresses differ at their ends."""
    half = EXCERPT_CHARACTERS // 2
    return words if len(words) <= EXCERPT_CHARACTERS else f"{words[:half]}…{words[-half + 1 :]}"
