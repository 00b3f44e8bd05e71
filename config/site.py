"""How the settings of the site's looks are written, and read. Each that makes no sense stops the start with a sentence.

It stands before the settings, so it may read none.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from . import colours


@dataclass(frozen=True)
class Link:
    label: str
    address: str


def links(name: str, written: str) -> tuple[Link, ...]:
    """Return what is written as “Archive=/archive, About=/about”."""
    return tuple(link(name, item) for item in written.split(",") if item.strip())


def link(name: str, written: str) -> Link:
    # The label comes first, so an address may have further signs of equality.
    label, _, address = (part.strip() for part in written.partition("="))
    if not label or not _leads_somewhere(address):
        raise ImproperlyConfigured(
            f"{name} has “{written.strip()}”; write it as “About=/about” or “Shop=https://shop.example.org”."
        )
    return Link(label, address)


def addresses(name: str, written: list[str]) -> tuple[str, ...]:
    for address in written:
        if not _is_on_the_web(address):
            raise ImproperlyConfigured(f"{name} has “{address}”; write whole addresses that begin with https://.")
    return tuple(written)


def accent(name: str, written: str) -> tuple[str, str] | None:
    try:
        return colours.accents(written)
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} is “{written}”; write one colour as #1c49a6, or two, for light and for dark: #1c49a6, #9ab8ff."
        ) from None


def folder(name: str, written: str) -> Path | None:
    """Return the folder of a theme, or None where there is no theme."""
    if not written:
        return None
    path = Path(written).resolve()
    if not any((path / part).is_dir() for part in ("templates", "static")):
        raise ImproperlyConfigured(
            f"{name} is “{written}”; it must be a folder that holds a folder templates or static. "
            "docs/themes.md has an example."
        )
    return path


def markdown_file(name: str, written: str) -> Path | None:
    if not written:
        return None
    path = Path(written).resolve()
    if not path.is_file():
        raise ImproperlyConfigured(f"{name} is “{written}”; there is no such file.")
    return path


def parts_of_theme(theme: Path | None, part: str) -> list[Path]:
    """Return the folder of this part of a theme, if it has one."""
    return [theme / part] if theme and (theme / part).is_dir() else []


def _leads_somewhere(address: str) -> bool:
    is_own = address.startswith("/") and not address.startswith("//")
    return is_own or _is_on_the_web(address) or (address.startswith("mailto:") and "@" in address)


def _is_on_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
