"""What the environment and the file .env say: where it makes no sense, the start stops with one sentence."""

import warnings
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SWITCHES = {"true", "on", "yes", "1", "false", "off", "no", "0"}
KINDS = {int: "a whole number", bool: "true or false"}


class Environment(environ.Env):  # type: ignore[misc]  # It has no types.
    """Django-environ, which by itself takes a switch that is misspelt for off, and shows a traceback for a number."""

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False
    ) -> Any:
        written = self.ENVIRON.get(var, "").strip()
        if cast in KINDS and not written and default is not environ.Env.NOTSET:
            return default  # An empty one is as good as none.
        if cast is bool and written.lower() not in SWITCHES:
            raise ImproperlyConfigured(f"{var} is “{written}”; it must be {KINDS[bool]}.")
        try:
            return super().get_value(var, cast, default, parse_default)
        except ValueError as error:
            kind = KINDS.get(cast, f"written as README.md, “Configuration”, has it ({error})")
            raise ImproperlyConfigured(f"{var} must be {kind}.") from error


@contextmanager
def address_like(example: str, name: str) -> Iterator[None]:
    """Refuse an address that cannot be taken apart. What was written is not shown: it may hold a password."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # It warns with all that it understood, and then goes on.
            yield
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} cannot be understood; write it like {example}.") from error


def time_zone(name: str, written: str) -> str:
    """Return the name of a time zone that this machine knows."""
    try:
        return zoneinfo.ZoneInfo(written).key
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise ImproperlyConfigured(f"{name} is “{written}”; write it as Europe/Vienna or UTC.") from error
