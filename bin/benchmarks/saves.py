"""What a save costs an editor, beside rendering the same text once. Used by bin/bench speed."""

import http.client
import re
import statistics
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.figures import Figure
from benchmarks.pages import SESSION_COOKIE

AT_ONCE = 4
SAVES_A_ROUND = 20
WANTED_TIMES_A_RENDER = 3
NUMBERS = count(1)  # No two saves are of the same words, which would cost nothing.


@dataclass
class Writer:
    """An editor with one draft open, as their browser holds it."""

    connection: http.client.HTTPConnection
    path: str
    cookies: str
    fields: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, url: str, draft: int, key: str) -> "Writer":
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        writer = cls(connection, f"/desk/posts/{draft}/edit", f"{SESSION_COOKIE}={key}")
        status, headers, page = writer._call("GET")
        if status != 200:
            raise SystemExit(f"{writer.path} answers {status}")
        writer.cookies += "; " + headers.get("set-cookie", "").partition(";")[0]
        writer.fields = {name: value_of(name, page) for name in ("csrfmiddlewaretoken", "version", "title")}
        return writer

    def save(self, body: str) -> float:
        """Save the draft with these words and return how many seconds it took. Raises SystemExit if it is refused."""
        form = urlencode({**self.fields, "body": body})
        started = time.perf_counter()
        status, headers, page = self._call("POST", form)
        seconds = time.perf_counter() - started
        if (status, headers.get("location")) != (302, self.path):
            raise SystemExit(f"A save is answered {status}:\n{page[:2000]}")
        self.fields["version"] = str(int(self.fields["version"]) + 1)
        return seconds

    def connect_anew(self) -> None:
        """Open a connection that the server has not given up, as a browser does while its editor types."""
        self.connection.close()
        self._call("GET")

    def close(self) -> None:
        self.connection.close()

    def _call(self, method: str, form: str | None = None) -> tuple[int, dict[str, str], str]:
        headers = {"Cookie": self.cookies, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, self.path, body=form, headers=headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, page


def value_of(name: str, page: str) -> str:
    """Return what a form has in its hidden or one-line field of this name."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


class Saves:
    """Saves and renders in turn, gathered over rounds."""

    def __init__(self, url: str, site: Mapping[str, Any]) -> None:
        self._writers = [Writer.at(url, draft, site["keys"]["editor"]) for draft in site["drafts"][:AT_ONCE]]
        self._body: str = site["body"]
        self.alone: list[float] = []
        self.together: list[float] = []
        self.renders: list[float] = []
        self._render()  # The first starts the processes that render.
        self._writers[0].save(self._words())
        self.renders.clear()

    def round(self) -> None:
        for writer in self._writers:
            writer.connect_anew()
        for _ in range(SAVES_A_ROUND):
            self._render()
            self.alone.append(self._writers[0].save(self._words()))
        with ThreadPoolExecutor(AT_ONCE) as editors:
            for took in editors.map(self._several, self._writers):
                self.together += took

    def close(self) -> None:
        for writer in self._writers:
            writer.close()

    def _several(self, writer: Writer) -> list[float]:
        return [writer.save(self._words()) for _ in range(SAVES_A_ROUND // 2)]

    def _render(self) -> None:
        from blog.markup import render

        words = self._words()
        started = time.perf_counter()
        render(words)
        self.renders.append(time.perf_counter() - started)

    def _words(self) -> str:
        return f"{self._body}\n\nSaved for time {next(NUMBERS)}.\n"

    def figures(self) -> list[Figure]:
        render = statistics.median(self.renders)
        detail = f"render {render * 1e3:.1f} ms (p95 {_p95(self.renders) * 1e3:.1f})"
        return [
            Figure("Save, p95 over a render", _p95(self.alone) / render, WANTED_TIMES_A_RENDER, "", detail),
            Figure("Save, p50", statistics.median(self.alone) * 1e3, unit="ms"),
            Figure("Save, p95", _p95(self.alone) * 1e3, unit="ms"),
            Figure(f"Save, {AT_ONCE} editors at once, p50", statistics.median(self.together) * 1e3, unit="ms"),
            Figure(f"Save, {AT_ONCE} editors at once, p95", _p95(self.together) * 1e3, unit="ms"),
        ]


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
