"""The links that end one sort of mail without a sign-in: signed, because they do it for whoever holds them."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing

from .kinds import Cadence, Kind

SALT = "blog.notifications.unsubscribe"


@dataclass(frozen=True)
class Unsubscription:
    """Whose mail ends: of this kind, or the daily one."""

    person_id: int
    what: Kind | Cadence

    @property
    def in_words(self) -> str:
        return "the daily mail" if self.what == Cadence.DAILY else f"mail of the kind “{self.what.label}”"


def token_for(unsubscription: Unsubscription) -> str:
    return signing.dumps([unsubscription.person_id, unsubscription.what], salt=SALT)


def read(token: str) -> Unsubscription | None:
    """Return what the token is for; None if it is not one of ours. It does not run out: old mail keeps its link."""
    try:
        person_id, what = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return Unsubscription(person_id, Cadence.DAILY if what == Cadence.DAILY else Kind(what))
