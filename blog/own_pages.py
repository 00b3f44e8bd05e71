"""Pages that whoever runs the site writes as files of Markdown: about it, and about what it keeps."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.safestring import SafeString

from . import markup

State = tuple[int, int]

_pages: dict[Path, tuple[State, SafeString]] = {}


def page_of(path: Path) -> SafeString:
    """Return the file as HTML, rendered once until it changes.

    Raises ImproperlyConfigured for a text that makes no page.
    """
    found = path.stat()
    state = (found.st_mtime_ns, found.st_size)
    known = _pages.get(path)
    if known is not None and known[0] == state:
        return known[1]
    try:
        html = markup.render(path.read_text(encoding="utf-8"))
    except markup.Unrenderable as trouble:
        raise ImproperlyConfigured(f"{path}, line {trouble.line}: {trouble.reason}") from trouble
    except markup.Busy:
        if known is None:
            raise
        return known[1]  # The newer one in a moment.
    _pages[path] = (state, html)
    return html
