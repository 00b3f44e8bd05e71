"""Ask a site for a page inside this process, as a server would: counted and profiled. Run by site.py."""

import cProfile
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

HOTTEST = 10


def asker(url: str, headers: dict[str, str]) -> Callable[[], int]:
    """Return what asks the WSGI application for the page once more, and returns its length."""
    from config.wsgi import application

    parts = urlsplit(url)
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
    }

    def start(status: str, answered: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        if status[:3] not in ("200", "304"):
            raise SystemExit(f"{url} answers {status}")
        return lambda written: None

    def ask() -> int:
        answer = application({**environ, "wsgi.input": io.BytesIO()}, start)
        try:
            return sum(map(len, answer))
        finally:
            if hasattr(answer, "close"):
                answer.close()

    return ask


def queries(url: str, headers: dict[str, str]) -> list[str]:
    """Return the statements that the page takes once it has been asked for before."""
    from django.db import connection

    ask = asker(url, headers)
    for _ in range(3):
        ask()
    found: list[str] = []
    # By the drivers' own word: nothing that reaches a database goes by it.
    if connection.vendor == "sqlite":
        connection.connection.set_trace_callback(found.append)
        ask()
        connection.connection.set_trace_callback(None)
        return found

    from psycopg import Cursor

    execute = Cursor.execute

    def noted(cursor: Any, sql: Any, *rest: Any, **options: Any) -> Any:
        found.append(str(sql))
        return execute(cursor, sql, *rest, **options)

    with patch.object(Cursor, "execute", noted):
        ask()
    return found


def profile(url: str, headers: dict[str, str], times: int) -> dict[str, Any]:
    """Return the functions that take most of a page's time, and what a page takes without the profiler."""
    ask = asker(url, headers)
    for _ in range(50):
        ask()
    started = time.process_time()
    for _ in range(times):
        ask()
    micros = (time.process_time() - started) / times * 1e6
    profiler = cProfile.Profile(time.process_time)  # Not the clock: the machine may do other things meanwhile.
    profiler.enable()
    for _ in range(times):
        ask()
    profiler.disable()
    profiler.create_stats()
    stats = profiler.stats
    total = sum(own for _, _, own, _, _ in stats.values())
    hottest = sorted(stats.items(), key=lambda one: -one[1][2])[:HOTTEST]
    return {
        "micros": micros,
        "functions": [
            {"name": _name(where), "calls": calls / times, "share": own / total}
            for where, (_, calls, own, _, _) in hottest
        ],
    }


def _name(where: tuple[str, int, str]) -> str:
    """Return the function as `package/module.py:12 name`, wherever the package lies."""
    file, line, name = where
    if not line:
        return name
    return f"{file.rpartition('site-packages/')[2].removeprefix(f'{Path.cwd()}/')}:{line} {name}"
