"""Reads the forms that browsers send without keeping others waiting, however long they are.

The standard library unquotes by a loop in Python: 40 ms for the longest text, in which no other thread gets on. Here the
same is done in C, by what reads another way to write the same: quoted-printable has `=2A` where a form has `%2A`.
"""

import re
from binascii import a2b_qp

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

FORM = "application/x-www-form-urlencoded"
LONE = re.compile(rb"%(?![0-9A-Fa-f]{2})")  # What escapes nothing, and stands for itself.


class Request(WSGIRequest):
    def _load_post_and_files(self) -> None:
        is_form = self.method == "POST" and self.content_type == FORM and (self.encoding or "utf-8").lower() == "utf-8"
        was_begun = self._read_started  # type: ignore[attr-defined]  # Django's own, as are the names below
        if is_form and not was_begun and self.body.count(b"&") < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
            self._post = form_in(self.body)
            self._files: MultiValueDict[str, UploadedFile[bytes]] = MultiValueDict()
        else:
            super()._load_post_and_files()


class Handler(WSGIHandler):
    request_class = Request


def form_in(body: bytes) -> QueryDict:
    """Return the fields of a form, as `QueryDict(body)` does."""
    try:
        body.decode()
    except UnicodeDecodeError:
        body = body.decode("latin-1").encode()
    form = QueryDict(mutable=True)
    for field in filter(None, body.split(b"&")):
        name, _, value = field.partition(b"=")
        form.appendlist(unquoted(name), unquoted(value))
    form._mutable = False
    return form


def unquoted(text: bytes) -> str:
    """Return the text that is written so in a form, as `urllib.parse.unquote_plus` does."""
    plain = _unescaped(text)
    if plain is None:
        plain = _unescaped(LONE.sub(b"%25", text)) or b""
    return plain.decode(errors="replace")


def _unescaped(text: bytes) -> bytes | None:
    """Return the bytes that are meant, None where not every escape is whole."""
    text = text.replace(b"+", b" ")
    for mark in (b"=", b"\r", b"\n"):  # They mean something in quoted-printable, and nothing here.
        text = text.replace(mark, b"%%%02X" % ord(mark))
    plain = a2b_qp(text.replace(b"%", b"="))
    return plain if len(plain) == len(text) - 2 * text.count(b"%") else None
