"""Everything that was ever done here, in the order it was done: to posts, to accounts, and to the house's rules."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from accounts.models import TeamEntry, User

from .models import HistoryEntry, HouseRule

CHUNK_SIZE = 500


@dataclass(frozen=True)
class Line:
    """One line of the record. `by` and `whom` are subjects at Descope; what does not apply is empty.

    `kind` is post, team or rule. `revision` is the number in its post, and `sha256` the seal of it.
    """

    at: datetime
    kind: str
    verb: str
    by: str = ""
    by_name: str = ""
    door: str = ""
    post: int | None = None
    from_status: str = ""
    to_status: str = ""
    revision: int | None = None
    sha256: str = ""
    takes_effect_at: datetime | None = None
    whom: str = ""
    whom_name: str = ""
    note: str = ""

    @classmethod
    def columns(cls) -> list[str]:
        return [field.name for field in fields(cls)]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def lines() -> Iterator[Line]:
    """Return the whole record, oldest first, read in portions."""
    return heapq.merge(_of_posts(), _of_the_team(), _of_the_rules(), key=lambda line: line.at)


def _of_posts() -> Iterator[Line]:
    # By their times: what the clock did is written down later than it happened.
    entries = HistoryEntry.objects.select_related("by", "whom", "revision").order_by("at", "pk")
    for entry in entries.defer("revision__body", "revision__html").iterator(chunk_size=CHUNK_SIZE):
        yield Line(
            at=entry.at,
            kind="post",
            verb=entry.verb,
            by=entry.by.subject,
            by_name=entry.by.name,
            door=entry.door,
            post=entry.post_id,
            from_status=entry.from_status,
            to_status=entry.to_status,
            revision=entry.revision.number if entry.revision else None,
            sha256=entry.revision.digest if entry.revision else "",
            takes_effect_at=entry.takes_effect_at,
            whom=entry.whom.subject if entry.whom else "",
            whom_name=entry.whom.name if entry.whom else "",
            note=entry.note,
        )


def _of_the_team() -> Iterator[Line]:
    names = dict(User.objects.values_list("subject", "name"))
    for entry in TeamEntry.objects.order_by("at", "pk").iterator(chunk_size=CHUNK_SIZE):
        yield Line(
            at=entry.at,
            kind="team",
            verb=f"{entry.verb} {entry.role}".strip(),
            by=entry.by_subject,
            by_name=names.get(entry.by_subject, ""),
            to_status=entry.outcome,
            whom=entry.subject,
            whom_name=names.get(entry.subject, ""),
            note=entry.reason,
        )


def _of_the_rules() -> Iterator[Line]:
    for rule in HouseRule.objects.order_by("at", "pk").iterator(chunk_size=CHUNK_SIZE):
        yield Line(at=rule.at, kind="rule", verb=rule.name, note=json.dumps(rule.value))
