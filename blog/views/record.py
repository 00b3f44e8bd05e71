"""The whole history of the site, to take along: for admins, as CSV and as JSON."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import MemberRequest
from blog.exceptions import NotPermitted
from blog.permissions import may_read_record
from blog.record import Line, lines

# What a spreadsheet would take for a formula (OWASP ASVS 5.0, 1.2.10).
RISKY = ("=", "+", "-", "@", "\t", "\r", "\0")


@require_safe
def as_csv(request: MemberRequest) -> HttpResponseBase:
    """Give the record as CSV (RFC 4180), a line a deed, with a heading."""
    _ensure_may_read(request)
    return _attached(_csv(), "text/csv; charset=utf-8", "csv")


@require_safe
def as_json(request: MemberRequest) -> HttpResponseBase:
    """Give the record as one JSON array."""
    _ensure_may_read(request)
    return _attached(_json(), "application/json", "json")


def _ensure_may_read(request: MemberRequest) -> None:
    if not may_read_record(request.user):
        raise NotPermitted("The history of the site is for admins.")


def _attached(portions: Iterator[str], content_type: str, ending: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(portions, content_type=content_type)
    day = timezone.localdate().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="history-{day}.{ending}"'
    return response


def _csv() -> Iterator[str]:
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow(Line.columns())
    for line in lines():
        writer.writerow([_cell(value) for value in line.as_dict().values()])
        yield page.getvalue()
        page.seek(0)
        page.truncate()
    yield page.getvalue()  # The heading, where nothing was ever done.


def _json() -> Iterator[str]:
    encoder = DjangoJSONEncoder(ensure_ascii=False)
    before = "["
    for line in lines():
        yield before + encoder.encode(line.as_dict())
        before = ",\n"
    yield "[]" if before == "[" else "]"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(RISKY) else text
