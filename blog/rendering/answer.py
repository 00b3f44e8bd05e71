"""One text in, one reply out: what the child does between two messages."""

import re
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from blog.rendering.document import Document
from blog.rendering.limits import TOO_LONG, TookTooLong, Unrenderable, densest_line, done_by

# Left of the time for saying which line it was and for the way back.
RESERVE_SECONDS = 0.2
# With less of the processor than this, it was the machine that took too long, and not the text.
FAIR_SHARE_SECONDS = 0.6
TOO_LARGE = "This takes too much memory to turn into a page."
TOO_DEEP = "Things are nested too deeply here."
SAMPLE = 80  # Characters by which a piece of the text is recognised.

_documents = [Document()]  # The first one is ready before the first text arrives.


def answer(
    text: str, deadline: float, pictures: Mapping[str, Sequence[int]] | None = None, *, is_covered: bool = False
) -> dict[str, Any]:
    """Return {"html": …}, or {"reason": …, "line": …}, or {"busy": True}. `spent` asks for a new process.

    The deadline is a `time.monotonic()`, which parent and child share. `pictures` and `is_covered` are as
    `markup.render` takes them.
    """
    used = time.process_time()
    document = _documents.pop() if _documents else Document()
    work = partial(document.html, pictures=pictures or {}, is_covered=is_covered)
    try:
        html = done_by(deadline - RESERVE_SECONDS, work, text)
    except Unrenderable as problem:
        reply = {"reason": problem.reason, "line": problem.line}
    except TookTooLong as problem:
        if time.process_time() - used < FAIR_SHARE_SECONDS:
            return {"busy": True}
        return {"reason": TOO_LONG, "line": line_at_fault(problem, text)}
    except RecursionError as problem:
        return {"reason": TOO_DEEP, "line": line_at_fault(problem, text)}
    except MemoryError as problem:
        traceback.clear_frames(problem.__traceback__)  # They hold the memory that is needed to answer.
        return {"reason": TOO_LARGE, "line": densest_line(text), "spent": True}
    except Exception as problem:  # noqa: BLE001 — whatever a library raises on odd text, the author gets a reason.
        traceback.print_exc()
        kind = type(problem).__name__
        return {"reason": f"This cannot be turned into a page ({kind}).", "line": line_at_fault(problem, text)}
    else:
        reply = {"html": html}
    _documents.append(document)  # After any other problem it may be left half-way: the next text gets a new one.
    return reply


def line_at_fault(problem: BaseException, text: str) -> int:
    """Return the line the renderer was busy with, as far as the variables of its innermost functions tell."""
    for frame, _ in reversed(list(traceback.walk_tb(problem.__traceback__))):
        for piece in _pieces(frame.f_locals):
            # A piece of all the text says nothing.
            if 1 < len(piece) < 0.98 * len(text) and (position := _find(piece, text)) != -1:
                return text.count("\n", 0, position) + 1
    return densest_line(text)


def _pieces(variables: dict[str, Any]) -> Iterator[str]:
    """Yield what a function is working on: blocks, a paragraph, a stretch of code, the HTML from here on."""
    raw, index, blocks = variables.get("rawdata"), variables.get("i"), variables.get("blocks")
    if isinstance(raw, str) and isinstance(index, int):
        yield raw[index : index + SAMPLE]
    for name in ("block", "data", "text"):
        if isinstance(variables.get(name), str):
            yield variables[name]
    if isinstance(blocks, list):
        yield "\n\n".join(blocks[:SAMPLE])


def _find(piece: str, text: str) -> int:
    """Return where a piece of the text begins, even if parts of it have been replaced by now, or -1."""
    position = text.find(piece.strip()[:SAMPLE])
    if position != -1:
        return position
    longest = max(re.split(r"\n|\x02[^\x03]*\x03", piece), key=len).strip()[:SAMPLE]
    return text.find(longest) if len(longest) > 3 else -1
