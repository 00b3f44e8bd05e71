"""The mail and the messages that Descope would send. Here they are kept, for the inbox page to show."""

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from .exceptions import TooManyMails
from .models import Mail

KEPT = 500
MAX_TO_ONE_ADDRESS = 20
PERIOD = timedelta(minutes=10)

LINK = """\
Hello,

open this link to sign in to {site}. It works once, for 10 minutes.

{link}

If you did not ask for it, leave it alone: nothing happens.
"""

CODE = """\
Hello,

your code for {site} is {code}. It works once, for 10 minutes.

If you did not ask for it, leave it alone: nothing happens.
"""

LINKS = """\
Hello,

you are signing in to {site}. Open the link beside the number that you are shown there, and no other. It works once,
for 10 minutes.

{links}

If you did not ask for it, leave it alone: nothing happens.
"""

INVITATION = """\
Hello,

you are invited to {site}. Open this link to come in. It works once, for 7 days.

{link}

If you do not know what this is about, leave it alone: nothing happens.
"""

# To a phone, shorter.
SHORT = {
    LINK: "Sign in to {site}: {link}",
    CODE: "{code} is your code for {site}.",
    LINKS: "Sign in to {site}:\n{links}",
}


def send_invitation(to: str, link: str) -> None:
    """Raises TooManyMails."""
    _send(to, f"Come to {settings.SITE_NAME}", INVITATION.format(site=settings.SITE_NAME, link=link), link)


def send_link(to: str, link: str, channel: str = Mail.Channel.EMAIL) -> None:
    """Raises TooManyMails."""
    _send(to, f"Sign in to {settings.SITE_NAME}", _text(LINK, channel, link=link), link, channel)


def send_links(to: str, links: Mapping[str, str], channel: str = Mail.Channel.EMAIL) -> None:
    """Send several links, each under its number. Raises TooManyMails."""
    lines = "\n".join(f"{number}: {link}" for number, link in links.items())
    _send(to, f"Sign in to {settings.SITE_NAME}", _text(LINKS, channel, links=lines), channel=channel)


def send_code(to: str, code: str, channel: str = Mail.Channel.EMAIL) -> None:
    """Raises TooManyMails."""
    _send(to, f"Your code for {settings.SITE_NAME}", _text(CODE, channel, code=code), channel=channel)


def _text(text: str, channel: str, **parts: str) -> str:
    return (text if channel == Mail.Channel.EMAIL else SHORT[text]).format(site=settings.SITE_NAME, **parts)


def _send(to: str, subject: str, body: str, link: str = "", channel: str = Mail.Channel.EMAIL) -> None:
    of_ours = Mail.objects.exclude(channel=Mail.Channel.SITE)
    if of_ours.filter(to=to, sent_at__gt=timezone.now() - PERIOD).count() >= MAX_TO_ONE_ADDRESS:
        raise TooManyMails
    sent = Mail.objects.create(channel=channel, to=to, subject=subject, body=body, link=link)
    Mail.objects.filter(pk__lte=sent.pk - KEPT).delete()
