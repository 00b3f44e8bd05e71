import logging

import pytest

from accounts.models import User
from tests.conftest import signed_in


def test_a_refusal_is_logged_in_one_line_without_a_traceback(reader: User, caplog: pytest.LogCaptureFixture) -> None:
    refused = signed_in(reader).get("/write")

    assert refused.status_code == 403
    assert [(entry.getMessage(), entry.exc_info) for entry in caplog.records] == [("Forbidden: /write", None)]


def test_what_django_says_is_logged_once() -> None:
    assert logging.getLogger("django").handlers == []
    assert logging.getLogger("django").propagate
