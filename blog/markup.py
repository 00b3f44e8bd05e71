"""Markdown in, safe HTML out. The only place that marks a string safe."""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from blog.rendering import RENDERER_VERSION, process
from blog.rendering.allowlist import clean_compared
from blog.rendering.anatomy import Anatomy, Heading, anatomy_of
from blog.rendering.excerpt import excerpt_of, word_count_of
from blog.rendering.feeding import for_feeds, tag_of, writable
from blog.rendering.limits import MAX_CHARACTERS, TOO_LONG, Unrenderable, densest_line
from blog.rendering.pictures import copy_widths, sizes, smallest, srcset
from blog.rendering.process import Busy
from observability.counters import renders

__all__ = [
    "BUSY_SECONDS",
    "MAX_CHARACTERS",
    "RENDERER_VERSION",
    "Anatomy",
    "Busy",
    "Heading",
    "Unrenderable",
    "anatomy_of",
    "begin",
    "compared",
    "copy_widths",
    "data_block",
    "excerpt_of",
    "for_feeds",
    "render",
    "sizes",
    "smallest",
    "srcset",
    "stored",
    "tag_of",
    "word_count_of",
    "writable",
]

TIME_LIMIT_SECONDS = 0.8  # A save waits so long, and has some more to do.
HAND_OVER_SECONDS = 0.005
BUSY_SECONDS = 5  # After so long it is worth asking again.

# What could end a `<script>` or open a comment in it, and what JavaScript once took for the end of a line. JSON may
# write any character of a text so.
ESCAPED = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}

logger = logging.getLogger(__name__)

_beside = ThreadPoolExecutor(thread_name_prefix="renders")


def _start_afresh() -> None:
    """After a fork: the threads are our parent's."""
    global _beside
    _beside = ThreadPoolExecutor(thread_name_prefix="renders")


os.register_at_fork(after_in_child=_start_afresh)


def render(
    text: str,
    pictures: Mapping[str, tuple[int, int]] | None = None,
    *,
    is_covered: bool = False,
    whose: object = None,
    can_wait: bool = False,
    when_sent: Callable[[], None] | None = None,
) -> SafeString:
    """Return the text as HTML that has passed the allow-list.

    `pictures` are those kept here that it may show: by address, their width and height. Above a text that
    `is_covered` stands a picture already, which is to come first. Who it is that keeps others waiting with long texts
    is known by `whose` they are: what `can_wait` of theirs is left for later. `when_sent` is called once a process that
    renders has the text.

    Raises Unrenderable, with a reason and a line for the author, when the text is too long, or takes more
    than its share of time or memory, and Busy when the machine has none to give. Either way it is back within
    TIME_LIMIT_SECONDS, whatever the text; later only where a process that renders has to be started first, and not of what
    `can_wait`.
    """
    began_at = time.perf_counter()
    try:
        html = _rendered(text, whose, can_wait=can_wait, when_sent=when_sent, pictures=pictures, is_covered=is_covered)
    except Unrenderable:
        renders.note(time.perf_counter() - began_at, "refused")
        raise
    except Busy:
        renders.note(time.perf_counter() - began_at, "busy")
        raise
    renders.note(time.perf_counter() - began_at, "done")
    return mark_safe(html)  # noqa: S308 — it comes out of the allow-list.


def begin(
    text: str,
    pictures: Mapping[str, tuple[int, int]] | None = None,
    *,
    is_covered: bool = False,
    whose: object = None,
    can_wait: bool = False,
) -> Callable[[], SafeString]:
    """Begin to render, and return what waits until that is done: it returns and raises what `render` does.

    Meanwhile the caller has other things to wait for. Who then does not ask leaves nothing behind.
    """
    sent = threading.Event()
    work = partial(render, text, pictures, is_covered=is_covered, whose=whose, can_wait=can_wait, when_sent=sent.set)
    begun = _beside.submit(copy_context().run, work)
    begun.add_done_callback(lambda _: sent.set())
    # Left to itself, the thread would get the interpreter now and then, and the text be on its way a millisecond later.
    sent.wait(HAND_OVER_SECONDS)
    return begun.result


def _rendered(text: str, whose: object, **shown: Any) -> str:
    if len(text) > MAX_CHARACTERS:
        line = text.count("\n", 0, MAX_CHARACTERS) + 1
        raise Unrenderable(f"A post may hold {MAX_CHARACTERS:,} characters; this one has {len(text):,}.", line)
    try:
        reply = process.pool.ask(TIME_LIMIT_SECONDS, text=text, whose=whose, **shown)
    except TimeoutError as late:
        raise Unrenderable(TOO_LONG, densest_line(text)) from late
    except OSError as gone:
        logger.exception("The process that renders posts has died of a text of %d characters", len(text))
        raise Unrenderable("This text brings the renderer down.", densest_line(text)) from gone
    if "html" not in reply:
        if "fault" in reply:
            logger.error("The renderer has a fault. %s\n%s", reply["reason"], reply["fault"])
        raise Unrenderable(reply["reason"], reply["line"])
    html: str = reply["html"]
    return html


def stored(html: str) -> SafeString:
    """Return HTML that `render` made and the database kept."""
    return mark_safe(html)  # noqa: S308 — see `render`: nothing else is ever stored as HTML.


def compared(html: str) -> SafeString:
    """Return what blog/comparing makes of two rendered texts, through the allow-list once more."""
    return mark_safe(clean_compared(html))  # noqa: S308 — it comes out of the allow-list, too.


def data_block(content: object) -> SafeString:
    """Return what programs are told as JSON-LD, in a `<script>` that no text in it can end and no browser runs."""
    told = json.dumps(content, ensure_ascii=False, allow_nan=False).translate(ESCAPED)
    block = f'<script type="application/ld+json">{told}</script>'
    return mark_safe(block)  # noqa: S308 — nothing in it but JSON without `<`, `>` and `&`.
