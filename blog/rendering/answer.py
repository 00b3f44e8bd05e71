"""One text in, one reply out: what the child does between two messages."""

import time
import traceback
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from markdown_it.rules_block import StateBlock

from blog.rendering.document import Document
from blog.rendering.limits import FAIR_SHARE_SECONDS, TOO_LONG, TookTooLong, Unrenderable, densest_line, done_by
from blog.rendering.tree import Builder

# Left of the time for saying which line it was and for the way back.
RESERVE_SECONDS = 0.12
TOO_LARGE = "This takes too much memory to turn into a page."
TOO_DEEP = "Things are nested too deeply here."
SAMPLE = 80  # Characters by which a piece of the text is recognised.

_documents = [Document()]  # The first one is ready before the first text arrives.


def answer(
    text: str,
    deadline: float,
    pictures: Mapping[str, Sequence[int]] | None = None,
    *,
    is_covered: bool = False,
    cpu_seconds: float = 0.0,
) -> dict[str, Any]:
    """Return {"html": …}, {"reason": …, "line": …}, {"busy": True} or {"is_long": True}.

    The last one only where there are `cpu_seconds` after which to stop. `spent` asks for a new process. Where it was a
    fault of the program, `fault` says where, for the log.

    The deadline is a `time.monotonic()`, which parent and child share. `pictures` and `is_covered` are as
    `markup.render` takes them.
    """
    used = time.process_time()
    document = _documents.pop() if _documents else Document()
    work = partial(document.html, pictures=pictures or {}, is_covered=is_covered)
    try:
        html = done_by(deadline - RESERVE_SECONDS, cpu_seconds, work, text)
    except Unrenderable as problem:
        reply = {"reason": problem.reason, "line": problem.line}
    except TookTooLong as problem:
        if problem.is_processor:
            return {"is_long": True}
        if time.process_time() - used < FAIR_SHARE_SECONDS:
            return {"busy": True}
        return {"reason": TOO_LONG, "line": line_at_fault(problem, text)}
    except RecursionError as problem:
        return {"reason": TOO_DEEP, "line": line_at_fault(problem, text)}
    except MemoryError as problem:
        traceback.clear_frames(problem.__traceback__)  # They hold the memory that is needed to answer.
        return {"reason": TOO_LARGE, "line": densest_line(text), "spent": True}
    except Exception as problem:  # noqa: BLE001 — whatever a library raises on odd text, the author gets a reason.
        reason = f"This cannot be turned into a page ({type(problem).__name__})."
        where = "".join(traceback.format_tb(problem.__traceback__))  # Not what it says, which may quote the text.
        return {"reason": reason, "line": line_at_fault(problem, text), "fault": where}
    else:
        reply = {"html": html}
    _documents.append(document)  # After any other problem it may be left half-way: the next text gets a new one.
    return reply


def line_at_fault(problem: BaseException, text: str) -> int:
    """Return the line the renderer was busy with, as far as its innermost functions tell."""
    frames = [frame for frame, _ in reversed(list(traceback.walk_tb(problem.__traceback__)))]
    for frame in frames:
        names = frame.f_locals
        builder, state = names.get("self"), names.get("state")
        if isinstance(builder, Builder):
            return builder.line
        if isinstance(state, StateBlock):
            known = (names[name] for name in ("nextLine", "line", "startLine", "start") if name in names)
            return min(int(next(known, state.line)), text.count("\n")) + 1
        # The HTML from here on: a piece of it may have come from the text as it is.
        raw, index = names.get("rawdata"), names.get("i")
        if isinstance(raw, str) and isinstance(index, int):
            piece = raw[index : index + SAMPLE].strip()
            if len(piece) > 1 and text.count(piece) == 1:
                return text.count("\n", 0, text.index(piece)) + 1
    return densest_line(text)
