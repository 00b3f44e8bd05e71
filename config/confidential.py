"""What no line of the log may hold, and how it is taken out: tokens, keys, addresses that open something, and words of
texts. Exceptions quote what they stumbled on, so of them only those speak that are known to quote nobody.
"""

import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error

from accounts import exceptions as of_identity

GONE = "…"
SHAPES = [
    # Addresses that open something for whoever has them.
    (re.compile(r"(/shared/|/feeds/private/|/feeds/pictures/|/notifications/unsubscribe/)[^\s?/\"']+"), rf"\1{GONE}"),
    (re.compile(r"([?&](?:t|token|code|key|state|signature|descope[\w-]*)=)[^\s&\"'<>]+"), rf"\1{GONE}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=:-]{8,}"), rf"\1 {GONE}"),
    (re.compile(r"(?i)((?:__Host-)?(?:session|csrf)(?:token)?[\"']?\s*[=:]\s*[\"']?)[\w-]{16,}"), rf"\1{GONE}"),
    (re.compile(r"eyJ[\w-]{6,}(?:\.[\w-]*){0,4}"), GONE),  # A JSON Web Token.
    (re.compile(r"glly_[\w-]+"), GONE),
    (re.compile(r"gAAAAA[\w-]{20,}=*"), GONE),  # What accounts/vault.py has locked.
    (re.compile(r"(?<![\w/-])[\w-]{43}(?![\w-])"), GONE),  # 256 bits as Galley writes them: the key of a session.
    # A password in an address. No scheme is longer, and a text that is nothing but letters is not gone through for each.
    (re.compile(r"(\b\w{1,30}://[^\s:/@]*:)[^\s/@]+@"), rf"\1{GONE}@"),
]
SHORTEST_SECRET = 8  # What is shorter keeps nothing safe, and is part of too many words.

QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|\([^()]*\)=\([^()]*\)")
WORD = re.compile(r"[\"'“][A-Za-z_][\w.]{0,63}[\"'”]")
TELLS_OF_CODE = (
    ImproperlyConfigured,
    ImportError,
    NameError,
    AttributeError,
    TypeError,
    RecursionError,
    MemoryError,
)


def without_secrets(line: str) -> str:
    """Return the line without what could open something."""
    for secret in _configured():
        line = line.replace(secret, GONE)
    for shape, instead in SHAPES:
        line = shape.sub(instead, line)
    return line


@cache
def _configured() -> list[str]:
    """Return the secrets among the settings, also as an address writes them."""
    databases = [str(database.get("PASSWORD") or "") for database in settings.DATABASES.values()]
    caches = [urlsplit(address).password or "" for address in _texts(settings.CACHES["default"].get("LOCATION"))]
    secrets = [
        settings.SECRET_KEY,
        *settings.SECRET_KEY_FALLBACKS,
        settings.DESCOPE_MANAGEMENT_KEY,
        settings.DESCOPE_WEBHOOK_SECRET,
        settings.METRICS_TOKEN,
        settings.EMAIL_HOST_PASSWORD,
        *databases,
        *caches,
    ]
    long_ones = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
    return sorted({*long_ones, *(quote(secret, safe="") for secret in long_ones)}, key=len, reverse=True)


def _texts(value: object) -> list[str]:
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def told(error: BaseException) -> str:
    """Return the traceback of an exception and of those it came from, in which only those speak that quote nobody."""
    return without_secrets("".join(_parts(error, set())))


def _parts(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _parts(before, seen)
        yield "\nThen, " + ("because of that" if error.__cause__ else "while that was dealt with") + ":\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{_name(error)}: {said(error) or '(what it says is left out: it may quote a text)'}\n"


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def said(error: BaseException) -> str:
    """Return what an exception says, as far as it cannot hold what somebody wrote. Empty where it might.

    In development it says all it has to say: there, the texts are one's own.
    """
    if settings.DEBUG:
        return str(error)
    if isinstance(error, (Error, sqlite3.Error)) or _is_one_of(error, "psycopg", "Error"):
        return _of_the_database(error)
    if isinstance(error, OSError):
        return f"[Errno {error.errno}] {error.strerror}" if error.strerror and error.errno else ""
    if type(error).__module__ == of_identity.__name__:
        return str(error)
    of_code = isinstance(error, TELLS_OF_CODE) or _is_one_of(
        error, "redis.exceptions", "ConnectionError", "TimeoutError"
    )
    return _names_only(str(error)) if of_code else ""


def _is_one_of(error: BaseException, module: str, *names: str) -> bool:
    """Tell whether it is one of these of another library: one that nobody has imported has raised nothing."""
    library = sys.modules.get(module)
    return library is not None and isinstance(error, tuple(getattr(library, name) for name in names))


def _of_the_database(error: BaseException) -> str:
    """PostgreSQL tells rows in its DETAIL and CONTEXT, and values in quotation marks."""
    cause: Any = error.__cause__ if isinstance(error, Error) and error.__cause__ else error
    diagnosis = getattr(cause, "diag", None)
    lines = str(cause).splitlines()
    first = (diagnosis and diagnosis.message_primary) or (lines[0] if lines else "")
    known = [getattr(diagnosis, part, None) for part in ("sqlstate", "table_name", "column_name", "constraint_name")]
    about = ", ".join(str(part) for part in known if part)
    return _without_quotes(first) + (f" ({about})" if about else "")


def _without_quotes(text: str) -> str:
    return QUOTED.sub(GONE, text)


def _names_only(text: str) -> str:
    """Keep what is quoted where it is one name, and nothing from the first value on that is written out."""
    text = re.split(r"[{\[<\n]|\bgot\b", text, maxsplit=1)[0]
    return QUOTED.sub(lambda quoted: quoted[0] if WORD.fullmatch(quoted[0]) else GONE, text).strip()
