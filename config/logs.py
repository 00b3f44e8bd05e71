"""What a line of the log says: for people or, as JSON, for programs. config/confidential.py has what none may hold."""

import json
import logging
import re
import threading
from contextvars import ContextVar, Token
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from observability import request_ids

from .confidential import said, told, without_secrets

logger = logging.getLogger(__name__)

NUMBER = "galley.request_id"
QUERY = re.compile(r"\?\S*")

_request: ContextVar[HttpRequest | None] = ContextVar("logged_request", default=None)


def hold(request: HttpRequest) -> Token[HttpRequest | None]:
    """Let lines tell of this request until it is let go."""
    return _request.set(request)


def let_go(held: Token[HttpRequest | None]) -> None:
    _request.reset(held)


def number_request(request: HttpRequest, number: str) -> None:
    """Write the number down on the request, too: Django logs refusals when all middleware has been left."""
    request.META[NUMBER] = number


def _number(record: logging.LogRecord) -> str:
    request = _request_of(record)
    return request_ids.current() or (str(request.META.get(NUMBER, "")) if request else "")


class PlainFormatter(logging.Formatter):
    """A line for people, and a traceback below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        lines = [f"{self.formatTime(record)} {record.levelname} {record.name} {message_of(record)}"]
        if number := _number(record):
            lines[0] += f" [{number}]"
        if record.exc_info and record.exc_info[1]:
            lines.append(told(record.exc_info[1]).rstrip())
        return "\n".join(lines)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for programs that gather logs."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
            "process": record.process,
            "request_id": _number(record),
            **_of_request(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = told(record.exc_info[1])
        return json.dumps({name: value for name, value in line.items() if value not in ("", None)}, ensure_ascii=False)


def _of_request(record: logging.LogRecord) -> dict[str, Any]:
    seconds = getattr(record, "seconds", None)
    about: dict[str, Any] = {
        "status": getattr(record, "status_code", None),
        "duration_ms": None if seconds is None else round(seconds * 1000, 2),
    }
    request = _request_of(record)
    if request is not None:
        match = request.resolver_match
        about |= {"method": request.method, "route": match.view_name if match else None}
    return about


def _request_of(record: logging.LogRecord) -> HttpRequest | None:
    request = getattr(record, "request", None)  # Django puts it there; its own server puts a socket.
    return request if isinstance(request, HttpRequest) else _request.get()


def message_of(record: logging.LogRecord) -> str:
    """Return what the line says, without what no line may hold."""
    args = record.args
    if isinstance(args, tuple):
        request = _request_of(record)
        args = tuple(_shown(arg, request) for arg in args)
    try:
        message = str(record.msg) % args if args else str(record.msg)
    except (TypeError, ValueError):  # A slip in a call of somebody's must not end in no line at all.
        message = str(record.msg)
    if record.name == "django.server":
        message = QUERY.sub("?…", message)
    return without_secrets(message)


def _shown(arg: object, request: HttpRequest | None) -> object:
    """Return the argument as a line may show it: of an exception what it may say, of an address its route."""
    if isinstance(arg, BaseException):
        return said(arg) or type(arg).__name__
    if request is not None and isinstance(arg, str) and arg.startswith("/"):
        path = request.path
        if arg in (path, path.encode("unicode_escape").decode("ascii")):
            return route_pattern(request)
    return arg


def thread_died(about: threading.ExceptHookArgs) -> None:
    """Log what ended a thread as anything else, in place of Python's own lines on standard error."""
    if about.exc_value is not None and not isinstance(about.exc_value, SystemExit):
        name = about.thread.name if about.thread else "unknown"
        logger.error("The thread %s has died", name, exc_info=about.exc_value)


def route_pattern(request: HttpRequest) -> str:
    """Return the address as urls.py writes it: what stands in its places may be a token, or words of a title."""
    match = request.resolver_match
    return f"/{match.route}" if match and match.view_name != "not_found" else "an unknown address"
