"""Pages that whoever runs the site writes as files of Markdown: about it, and about what it keeps."""

import logging
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic

from django.utils.safestring import SafeString

from . import markup

PATIENCE_SECONDS = 60  # A text that took too long may have met a busy machine, and is tried again after so long.

State = tuple[int, int]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    """What a file was last made into, from which state of it, and how long that holds."""

    state: State | None
    html: SafeString | None
    until: float = inf


_pages: dict[Path, _Known] = {}


def page_of(path: Path) -> SafeString | None:
    """Return the file as HTML, rendered once until it changes.

    Where it is not there any more or makes no page, the log says so, and the last page that it made goes on; None
    where there was none.
    """
    state, known = _state_of(path), _pages.get(path)
    if known is not None and known.state == state and monotonic() < known.until:
        return known.html
    last = known.html if known else None
    try:
        html = markup.render(path.read_text(encoding="utf-8"))
    except markup.Busy:
        if last is None:
            raise
        return last  # The newer one in a moment.
    except (OSError, UnicodeDecodeError, markup.Unrenderable) as trouble:
        logger.error("%s makes no page, and readers see what was there before: %s", path, _told(trouble))
        _pages[path] = _Known(state, last, monotonic() + PATIENCE_SECONDS)
        return last
    _pages[path] = _Known(state, html)
    return html


def _state_of(path: Path) -> State | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _told(trouble: Exception) -> str:
    return f"line {trouble.line}: {trouble.reason}" if isinstance(trouble, markup.Unrenderable) else str(trouble)
