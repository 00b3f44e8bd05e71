"""The mail that Descope would send. Here it is kept, for the inbox page to show."""

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

INVITATION = """\
Hello,

you are invited to {site}. Open this link to come in. It works once, for 7 days.

{link}

If you do not know what this is about, leave it alone: nothing happens.
"""


def send_invitation(to: str, link: str) -> None:
    """Raises TooManyMails."""
    _send(to, f"Come to {settings.SITE_NAME}", INVITATION.format(site=settings.SITE_NAME, link=link), link)


def send_link(to: str, link: str) -> None:
    """Raises TooManyMails."""
    _send(to, f"Sign in to {settings.SITE_NAME}", LINK.format(site=settings.SITE_NAME, link=link), link)


def send_code(to: str, code: str) -> None:
    """Raises TooManyMails."""
    _send(to, f"Your code for {settings.SITE_NAME}", CODE.format(site=settings.SITE_NAME, code=code))


def _send(to: str, subject: str, body: str, link: str = "") -> None:
    if Mail.objects.filter(to=to, sent_at__gt=timezone.now() - PERIOD).count() >= MAX_TO_ONE_ADDRESS:
        raise TooManyMails
    sent = Mail.objects.create(to=to, subject=subject, body=body, link=link)
    Mail.objects.filter(pk__lte=sent.pk - KEPT).delete()
