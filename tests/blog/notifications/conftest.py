"""People of whom Descope has told us what they may do, as it does where somebody looks after its messages."""

from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.models import User
from blog.models import Letter
from tests.conftest import SignUp

Outbox = list[EmailMessage]


def known(user: User) -> User:
    """Return the same person, now known here with the roles they have."""
    user.known_roles = sorted(user.roles)
    user.roles_known_at = timezone.now()
    user.save(update_fields=["known_roles", "roles_known_at"])
    return user


def with_lost_roles(user: User) -> User:
    """Return the same person, of whom Descope has said just now that they have no role any more."""
    user.roles = frozenset()
    return known(user)


@pytest.fixture
def editor(editor: User) -> User:
    return known(editor)


@pytest.fixture
def other_editor(other_editor: User) -> User:
    return known(other_editor)


@pytest.fixture
def admin(admin: User) -> User:
    return known(admin)


@pytest.fixture
def editor_and_admin(editor_and_admin: User) -> User:
    return known(editor_and_admin)


@pytest.fixture
def other_admin(sign_up: SignUp) -> User:
    return known(sign_up("Olaf Admin", "admin"))


@pytest.fixture
def send_all() -> Callable[[], None]:
    """Return a function that sends what waits, as a worker would."""

    def send_all() -> None:
        for letter in Letter.objects.order_by("pk"):
            letter.send()

    return send_all
