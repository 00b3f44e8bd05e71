"""One text in, one reply out: what the child does between two messages."""

import re
import traceback
from typing import Any

from blog.rendering.document import Document
from blog.rendering.limits import TookTooLong, Unrenderable, stop_at

# Left of the time for saying which line it was and for the way back.
RESERVE_SECONDS = 0.3
TOO_LONG = "This takes too long to turn into a page."
TOO_LARGE = "This takes too much memory to turn into a page."
TOO_DEEP = "Things are nested too deeply here."
PUNCTUATION = re.compile(r"[^\w\s]")

_documents: list[Document] = []


def answer(text: str, deadline: float) -> dict[str, Any]:
    """Return {"html": …}, or {"reason": …, "line": …}. `spent` asks for a new process.

    The deadline is a `time.monotonic()`, which parent and child share.
    """
    document = _documents.pop() if _documents else Document()
    try:
        with stop_at(deadline - RESERVE_SECONDS):
            html = document.html(text)
    except Unrenderable as problem:
        reply = {"reason": problem.reason, "line": problem.line}
    except TookTooLong as problem:
        return {"reason": TOO_LONG, "line": line_at_fault(problem, text)}
    except RecursionError as problem:
        return {"reason": TOO_DEEP, "line": line_at_fault(problem, text)}
    except MemoryError as problem:
        return {"reason": TOO_LARGE, "line": line_at_fault(problem, text), "spent": True}
    except Exception as problem:  # noqa: BLE001 — whatever a library raises on odd text, the author gets a reason.
        traceback.print_exc()
        kind = type(problem).__name__
        return {"reason": f"This cannot be turned into a page ({kind}).", "line": line_at_fault(problem, text)}
    else:
        reply = {"html": html}
    _documents.append(document)  # After any other problem it may be left half-way: the next text gets a new one.
    return reply


def line_at_fault(problem: BaseException, text: str) -> int:
    """Return the line the renderer was busy with, as far as its innermost variables tell."""
    for frame, _ in reversed(list(traceback.walk_tb(problem.__traceback__))):
        for piece in _pieces(frame.f_locals):
            # A piece of nearly everything says nothing.
            if 3 < len(piece) < 0.8 * len(text) and (position := _find(piece, text)) != -1:
                return text.count("\n", 0, position) + 1
    lines = text.split("\n")
    counts = [len(PUNCTUATION.findall(line)) for line in lines]
    return counts.index(max(counts)) + 1


def _pieces(variables: dict[str, Any]) -> list[str]:
    """Return the texts a function is working on: a block, a stretch of code, the rest of the HTML."""
    raw, index = variables.get("rawdata"), variables.get("i")
    if isinstance(raw, str) and isinstance(index, int):
        return [raw[index : index + 80]]
    blocks = variables.get("blocks")
    first = blocks[:1] if isinstance(blocks, list) else []
    return [value for value in (*variables.values(), *first) if isinstance(value, str)]


def _find(piece: str, text: str) -> int:
    position = text.find(piece.strip()[:80])
    if position != -1:
        return position
    longest = max(re.split(r"\n|\x02[^\x03]*\x03", piece), key=len).strip()[:60]
    return text.find(longest) if len(longest) > 3 else -1
