"""The site's own mail, in the inbox of the sandbox."""

import pytest
from django.core.mail import BadHeaderError, EmailMessage, get_connection
from django.test import Client

from accounts.sandbox import mail
from accounts.sandbox.models import Mail


def send(subject: str = "News", to: str = "ada@example.com") -> None:
    connection = get_connection("accounts.sandbox.mail_backend.InboxBackend")
    EmailMessage(subject, "Look: http://localhost:8000/desk", to=[to], connection=connection).send()


def test_the_sites_own_mail_is_in_the_inbox_with_its_link(client: Client) -> None:
    send()

    page = client.get("/_descope/inbox").content.decode()

    assert "<strong>Mail of the site itself</strong>" in page
    assert '<a href="http://localhost:8000/desk" rel="nofollow">' in page


def test_the_sites_own_mail_uses_up_nobodys_sign_in_mails() -> None:
    for _ in range(mail.MAX_TO_ONE_ADDRESS + 1):
        send()

    mail.send_link("ada@example.com", "http://localhost:8000/sign-in?t=x")

    assert Mail.objects.filter(channel=Mail.Channel.EMAIL).count() == 1


def test_a_header_that_is_none_is_refused_as_a_mail_server_would() -> None:
    with pytest.raises(BadHeaderError):
        send("News\nBcc: all@example.com")


def test_of_much_mail_the_newest_is_kept() -> None:
    for _ in range(mail.KEPT + 1):
        send()

    assert Mail.objects.count() == mail.KEPT
