"""Forms are read as Django reads them, and long ones no slower than they come."""

from io import BytesIO
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from hypothesis import example, given
from hypothesis import strategies as st

from config.sent_forms import FORM, Request, form_in

pytestmark = pytest.mark.no_database

PIECES = [
    "%",
    "%4",
    "%41",
    "%c3%A9",
    "%C3",
    "%zz",
    "%0a",
    "=",
    "==",
    "=3D",
    "&",
    "+",
    "\n",
    "\r\n",
    "%\n",
    "a",
    "é",
    "_",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
@example("a=%3D=41&&b&=c&a=%F0%9F%98%80%F0%9F")
def test_any_form_is_read_as_django_reads_it(body: str) -> None:
    assert form_in(body.encode()) == QueryDict(body.encode())


@given(st.binary())
@example(b"a=\xe9%E9")
def test_and_so_is_what_is_none(body: bytes) -> None:
    assert form_in(body) == QueryDict(body)


@given(st.text())
def test_whatever_is_typed_arrives_as_it_was(text: str) -> None:
    sent = text.encode(errors="replace").decode()

    assert form_in(f"body={quote_plus(sent)}".encode())["body"] == sent


def asked(body: bytes, **more: Any) -> Request:
    return Request(
        {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": FORM,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            **more,
        }
    )


def test_a_request_has_the_fields_of_its_form_and_cannot_change_them() -> None:
    request = asked(urlencode([("title", "Ä & B"), ("tag", "a"), ("tag", "b")]).encode())

    assert QueryDict("title=%C3%84+%26+B&tag=a&tag=b") == request.POST
    assert not request.FILES
    with pytest.raises(AttributeError):
        request.POST["title"] = "another"  # type: ignore[misc]  # which is what is tested


def test_a_request_without_a_form_has_no_fields() -> None:
    assert not asked(b"title=A", CONTENT_TYPE="application/json").POST
    assert not asked(b"title=A", REQUEST_METHOD="PUT").POST


def test_too_many_fields_are_refused() -> None:
    with pytest.raises(TooManyFieldsSent):
        _ = asked(b"a&" * 1000).POST
