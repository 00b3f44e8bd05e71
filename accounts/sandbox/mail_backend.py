"""Where the site's own mail goes while the sandbox is in use: into the inbox, beside Descope's."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from .mail import KEPT
from .models import Mail


class InboxBackend(BaseEmailBackend):
    """Keeps each mail for the inbox page. One that is sent again, with the Message-ID it had, shows up again."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            message.message()  # As a mail server would, refuse headers that are none.
            for to in message.recipients():
                kept = Mail.objects.create(
                    channel=Mail.Channel.SITE, to=to, subject=str(message.subject), body=str(message.body)
                )
        if email_messages:
            Mail.objects.filter(pk__lte=kept.pk - KEPT).delete()
        return len(email_messages)
