"""One text in, one reply out: what the child does between two messages."""

from typing import Any

from blog.rendering.document import Document
from blog.rendering.limits import TookTooLong, Unrenderable, stop_at

# Left of the time for saying which line it was and for the way back.
RESERVE_SECONDS = 0.3

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
        _documents.append(document)
        return {"reason": problem.reason, "line": problem.line}
    except TookTooLong:
        return {"reason": "This text takes too long to turn into a page.", "line": 1}
    except MemoryError:
        return {"reason": "This text takes too much memory to turn into a page.", "line": 1, "spent": True}
    except RecursionError:
        return {"reason": "Something here is nested too deeply.", "line": 1}
    except Exception as error:  # noqa: BLE001 — whatever a library raises on odd text, the author gets a reason.
        return {"reason": f"This text cannot be turned into a page ({type(error).__name__}).", "line": 1}
    _documents.append(document)
    return {"html": html}
