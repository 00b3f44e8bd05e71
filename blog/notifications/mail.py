"""The words of a notification: its line, its link, and the mail that carries one or a day of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from accounts.models import User
from blog.addresses import absolute
from blog.doors import Door
from blog.moments import in_words
from blog.permissions import may_open_on_desk

from .kinds import TELLINGS, Cadence, Kind
from .unsubscribing import Unsubscription, token_for

if TYPE_CHECKING:
    from blog.models import HistoryEntry
    from blog.models.letter import Letter
    from blog.models.notification import Notification

MAX_SUBJECT_TITLE = 100
MAX_QUOTED = 600
MAX_LINES = 50

AT_ONCE = """\
Hello {name},

{sentence}
{quote}
{link}

What you hear about, and how often, is yours to choose: on your account page, under Notifications.
{site}
"""

DAILY = """\
Hello {name},

this is what has happened since the last mail:

{lines}

{link}

What you hear about, and how often, is yours to choose: on your account page, under Notifications.
{site}
"""


def message(letter: Letter, person: User, notifications: Sequence[Notification]) -> EmailMessage:
    """Return the mail, with a Message-ID that stays the same however often it is sent."""
    subject, body = _daily(person, notifications) if letter.is_daily else _at_once(person, notifications[0].entry)
    what = Cadence.DAILY if letter.is_daily else Kind(notifications[0].kind)
    token = token_for(Unsubscription(person.pk, what))
    return EmailMessage(
        subject,
        body,
        to=[person.email],
        headers={
            "Message-ID": f"<letter-{letter.pk}@{urlsplit(settings.SITE_URL).hostname}>",
            "List-Unsubscribe": f"<{absolute(reverse('unsubscribe', args=[token]))}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058.
            "Auto-Submitted": "auto-generated",  # RFC 3834: nobody's holiday notice answers it.
        },
    )


def sentence(entry: HistoryEntry) -> str:
    """Return what happened, in a sentence for somebody who was not there."""
    telling = TELLINGS[entry.verb]
    pattern = telling.by_clock if telling.by_clock and entry.door == Door.CLOCK else telling.sentence
    when = entry.takes_effect_at
    return pattern.format(
        by=on_one_line(entry.by.name),
        title=title(entry),
        when=in_words(when) if when else "",
    )


def title(entry: HistoryEntry) -> str:
    """Return the title of the text that it happened to."""
    return on_one_line((entry.revision or entry.post).title) or "Untitled"


def quote(entry: HistoryEntry) -> str:
    return entry.note if TELLINGS[entry.verb].quotes_note else ""


def path(entry: HistoryEntry, person: User) -> str:
    """Return where to look: the review page for who is to read it, the desk for its author, else the post."""
    if not may_open_on_desk(person, entry.post):
        return entry.post.get_absolute_url()
    view = "desk:review" if TELLINGS[entry.verb].kind == Kind.SUBMITTED else "desk:post"
    return reverse(view, args=[entry.post_id])


def on_one_line(text: str) -> str:
    """Return it without line ends, or anything else that a mail's header could stumble over."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _at_once(person: User, entry: HistoryEntry) -> tuple[str, str]:
    subject = TELLINGS[entry.verb].subject.format(title=shortened(title(entry), MAX_SUBJECT_TITLE))
    quoted = "".join(f"> {line}\n" for line in shortened(quote(entry), MAX_QUOTED).splitlines())
    body = AT_ONCE.format(
        name=on_one_line(person.name),
        sentence=sentence(entry),
        quote=f"\n{quoted}" if quoted else "",
        link=absolute(path(entry, person)),
        site=settings.SITE_NAME,
    )
    return subject, body


def _daily(person: User, notifications: Sequence[Notification]) -> tuple[str, str]:
    told = [sentence(notification.entry).rstrip(".:") + "." for notification in notifications]
    more = len(told) - MAX_LINES
    lines = [f"- {line}" for line in told[:MAX_LINES]] + ([f"- and {more} more"] if more > 0 else [])
    is_on_list = any(notification.is_listed for notification in notifications)
    body = DAILY.format(
        name=on_one_line(person.name),
        lines="\n".join(lines),
        link=absolute(reverse("desk:notifications" if is_on_list else "desk:home")),
        site=settings.SITE_NAME,
    )
    things = "One thing" if len(told) == 1 else f"{len(told)} things"
    return f"{things} happened on {settings.SITE_NAME}", body
