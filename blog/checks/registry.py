"""Which checks there are, and which of them are on. Settings call them by name."""

import re

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from . import bodies, headings, images, links, titles, words
from .finding import Check

BUILT_IN = (
    titles.missing,
    titles.too_long,
    titles.without_description,
    bodies.empty,
    headings.order,
    headings.empty,
    links.empty,
    links.dead,
    images.without_words,
    images.too_big,
    words.to_avoid,
)
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def switched_on() -> list[Check]:
    """Return the checks that are run, in the order in which they report."""
    return [check for name, check in known().items() if name not in settings.CHECKS_OFF]


def known() -> dict[str, Check]:
    """Return every check by its name. Raises ImproperlyConfigured if one of CHECKS_EXTRA is none."""
    checks = {check.name: check for check in BUILT_IN}
    for path in settings.CHECKS_EXTRA:
        check = _imported(path)
        if not NAME.fullmatch(check.name):
            raise ImproperlyConfigured(f"CHECKS_EXTRA: {path} is named “{check.name}”; use a-z, 0-9 and hyphens.")
        if check.name in checks:
            raise ImproperlyConfigured(f"CHECKS_EXTRA: {path} is named “{check.name}”, as another check is already.")
        checks[check.name] = check
    return checks


def ensure_settings() -> None:
    """Raise ImproperlyConfigured, in one sentence, if a setting names a check that does not exist."""
    names = known()
    for setting in ("CHECKS_BLOCKING", "CHECKS_BLOCKING_ADMINS", "CHECKS_OFF"):
        for name in getattr(settings, setting):
            if name not in names:
                raise ImproperlyConfigured(f"{setting} names “{name}”; the checks are {', '.join(names)}.")


def _imported(path: str) -> Check:
    try:
        check = import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(f"CHECKS_EXTRA names “{path}”, which cannot be imported: {error}.") from error
    if not isinstance(check, Check):
        raise ImproperlyConfigured(f"CHECKS_EXTRA names “{path}”, which is no check; put @check(…) above its function.")
    return check
