"""One site of so many posts, which is asked for one page after the other: a process of bin/bench growth.

It reads a request from each line it gets, and answers with what that took.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
PORT = "8610"
PATIENCE = 20
ON_THE_DESK = 1_000  # Posts that are not published, on each site: what is worked on does not grow with what came out.

Ask = Callable[[], Any]


def main() -> None:
    posts = int(sys.argv[1])
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "PORT": PORT, "SITE_URL": "", "VISIBILITY": "public"}
    os.environ |= {"SEARCH_LIMIT": "1000000/minute", "SAVE_LIMIT": "1000000/minute", "SEARCH_ENGINES": "true"}
    django.setup()
    logging.disable(logging.CRITICAL)
    from django.conf import settings

    from blog.rendering import process

    process.AT_ONCE_CPU_SECONDS = float("inf")  # The one who writes here would soon have had more than their share.
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # It is looked for.
    asks = Asks(posts)
    settings.DEBUG = False  # Or every statement would be kept.
    for line in sys.stdin:
        what, *names = json.loads(line)
        answer = list(asks.all) if what == "pages" else measured(asks.all[names[0]])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


class Asks:
    """The pages of a site, each with what is done to get it."""

    def __init__(self, posts: int) -> None:
        self.posts = posts
        self.visitor, self.reader, self.editor, self.admin = prepare(posts)
        self.number = count(1)
        self.drafts = [self._start("A draft"), self._start("Another draft")]
        self.all: dict[str, Ask] = self._reading() | self._searching() | self._desk() | self._writing()

    def _reading(self) -> dict[str, Ask]:
        from benchmarks.texts import vocabulary
        from blog.models import Post

        posts = Post.objects.live().newest_first()
        alone = posts.filter(live_revision__series="") if self.posts >= 1_000 else posts
        middle = alone[self.posts // 2]
        get = partial(self._get, self.visitor)
        pages = {
            "home": get("/"),
            "home, page 2": get("/?page=2"),
            "home, page 50": get("/?page=50"),
            "home, signed in": self._get(self.reader, "/"),
            "post": get(middle.get_absolute_url()),
            "post, the newest": get(Post.objects.live().newest_first()[0].get_absolute_url()),
            "post, signed in": self._get(self.reader, middle.get_absolute_url()),
            "post in a series": get(self._fifth_of_a_series()),
            "archive": get("/archive"),
            "archive of a year": get("/archive/2018"),
            "archive of a month": get("/archive/2018/05"),
            "tag": get("/tags/topic-7"),
            "tag, page 2": get("/tags/topic-7?page=2"),
            "author": get("/authors/author-1"),
            "series": get("/series/series-3"),
            "all tags": get("/tags"),
            "all authors": get("/authors"),
            "all series": get("/series"),
            "RSS": get("/feeds/rss.xml"),
            "RSS, a month": get("/feeds/rss.xml?archive=2018-05"),
            "RSS of a tag": get("/tags/topic-7/feeds/rss.xml"),
            "RSS of an author": get("/authors/author-1/feeds/rss.xml"),
            "RSS of a search": get(f"/search/feeds/rss.xml?q={vocabulary()[30]}"),
            "sitemap": get("/sitemap.xml"),
            "sitemap: posts": get("/sitemap-posts-0.xml"),
            "sitemap: months": get("/sitemap-months.xml"),
            "sitemap: tags": get("/sitemap-tags.xml"),
            "sitemap: authors": get("/sitemap-authors.xml"),
            "API list, reader": self._get(self.reader, "/api/posts/retrieve"),
            "API list, at 800": self._get(self.reader, "/api/posts/retrieve?offset=800"),
            "API list, editor": self._get(self.editor, "/api/posts/retrieve"),
            "API list, admin": self._get(self.admin, "/api/posts/retrieve"),
            "API, one post": get(f"/api/posts/{middle.pk}"),
        }
        if self.posts < 50 * 20:
            del pages["home, page 50"]
            del pages["API list, at 800"]
        if self.posts < 1_000:
            del pages["series"]
            del pages["post in a series"]
            del pages["all series"]
            del pages["tag, page 2"]
        return pages

    def _fifth_of_a_series(self) -> str:
        from blog.models import Post, Series

        series = Series.objects.filter(slug="series-3").first()
        return Post.objects.all().in_series(series).oldest_first()[4].get_absolute_url() if series else "/"

    def _searching(self) -> dict[str, Ask]:
        from benchmarks.texts import name_of, vocabulary

        words = vocabulary()
        queries = {
            "a word of one post": {"q": name_of(self.posts // 3)},
            "the commonest word": {"q": words[0]},
            "the commonest, newest first": {"q": words[0], "sort": "newest"},
            "the commonest, page 5": {"q": words[0], "page": "5"},
            "two common words": {"q": f"{words[0]} {words[1]}"},
            "a phrase": {"q": f'"{words[0]} {words[1]}"'},
            "a word in some": {"q": words[300]},
            "a word under a tag": {"q": f'{words[30]} tag:"topic 7"'},
            "a tag alone": {"q": 'tag:"topic 7"'},
            "what is nowhere": {"q": "zzyzx"},
        }
        return {f"search: {name}": self._get(self.visitor, "/search", query) for name, query in queries.items()}

    def _desk(self) -> dict[str, Ask]:
        from benchmarks.texts import name_of, vocabulary

        post = self.drafts[0]
        return {
            "desk, editor": self._get(self.editor, "/desk"),
            "desk, admin": self._get(self.admin, "/desk"),
            "desk: mine": self._get(self.editor, "/desk/mine"),
            "desk: drafts": self._get(self.editor, "/desk/drafts"),
            "desk: live": self._get(self.editor, "/desk/live"),
            "desk: queue": self._get(self.admin, "/desk/queue"),
            "desk: published": self._get(self.admin, "/desk/published"),
            "desk: all": self._get(self.admin, "/desk/everything"),
            "desk: all, drafts": self._get(self.admin, "/desk/everything", {"standing": "drafts"}),
            "desk: all, by title": self._get(self.admin, "/desk/everything", {"sort": "title"}),
            "desk: all, a common word": self._get(self.admin, "/desk/everything", {"q": vocabulary()[3]}),
            "desk: all, a rare word": self._get(self.admin, "/desk/everything", {"q": name_of(self.posts // 3)}),
            "desk: mine, a rare word": self._get(self.editor, "/desk/mine", {"q": name_of(self.posts // 5 * 5)}),
            "desk: queue, a word": self._get(self.admin, "/desk/queue", {"q": vocabulary()[3]}),
            "desk: people": self._get(self.admin, "/desk/people"),
            "desk: a post": self._get(self.editor, f"/desk/posts/{post}"),
            "desk: its history": self._get(self.editor, f"/desk/posts/{post}/history"),
            "notifications": self._get(self.editor, "/desk/notifications"),
            "write page": self._get(self.editor, "/write"),
        }

    def _writing(self) -> dict[str, Ask]:
        return {"write": self._write, "save": self._save, "submit": self._submit, "publish": self._publish}

    def _get(self, client: Client, path: str, query: dict[str, str] | None = None) -> Ask:
        return lambda: expect(client.get(path, query or {}), 200)

    def _write(self) -> None:
        self._start("write")

    def _save(self) -> Callable[[], Any]:
        from blog.models import Post

        post = Post.objects.get(pk=self.drafts[1])
        words = {"title": post.title, "body": f"{self._body()}\n\nSaved {next(self.number)}.", "tags": "topic 7"}
        version = str(post.version)
        return lambda: expect(
            self.editor.post(f"/desk/posts/{post.pk}/edit", {**words, "version": version, "write_key": "x"}), 302
        )

    def _submit(self) -> Callable[[], Any]:
        post = self._start("submit")
        return lambda: expect(self.editor.post(f"/desk/posts/{post}/submit", {"note": ""}), 302)

    def _publish(self) -> Callable[[], Any]:
        post = self._start("publish")
        self._submit_now(post)
        return lambda: expect(self.admin.post(f"/desk/posts/{post}/publish", {"revision": "1"}), 302)

    def _submit_now(self, post: int) -> None:
        expect(self.editor.post(f"/desk/posts/{post}/submit", {"note": ""}), 302)

    def _start(self, title: str) -> int:
        from blog.models import Post

        number = next(self.number)
        words = {"title": f"{title} {os.getpid()} {number}", "body": self._body(), "tags": "topic 7"}
        expect(self.editor.post("/write", {**words, "write_key": f"{os.getpid()}-{number}"}), 302)
        pk: int = Post.objects.order_by("-pk").values_list("pk", flat=True)[0]
        return pk

    def _body(self) -> str:
        from benchmarks.texts import texts

        return texts(1, 1_000)[0].body


def prepare(posts: int) -> tuple[Client, Client, Client, Client]:
    """Make the site where there is none yet, and return a visitor's browser, and those of three who are signed in."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from benchmarks.posts import fill
    from blog.models import Post

    for database in ("default", "sandbox"):
        call_command("migrate", database=database, verbosity=0)
    call_command("prepare_sandbox")
    answer_in_this_process()
    keys = {name: sign_in(f"{name}@example.com") for name in ("rita", "ed", "ada")}
    filled = settings.DATA_DIR / "filled"
    if Post.objects.exists() and not filled.exists():
        raise SystemExit(f"The site of {posts:,} posts was not finished. Delete {settings.DATA_DIR} and its database.")
    if not filled.exists():
        from accounts.models import User

        started = time.monotonic()
        editor = User.objects.get(email="ed@example.com")
        fill(posts, unpublished=ON_THE_DESK, people=[editor], desk_of=editor)
        with connection.cursor() as cursor:
            # As it would be by itself within the hour on PostgreSQL, which reads indexes alone from then on.
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        filled.touch()
        sys.stderr.write(f"{posts:,} posts on {connection.vendor}: {time.monotonic() - started:.0f} s" + "\n")
    browsers = [Client(HTTP_HOST=f"localhost:{PORT}") for _ in range(4)]
    for browser, key in zip(browsers[1:], keys.values(), strict=True):
        browser.cookies["session"] = key
    return browsers[0], browsers[1], browsers[2], browsers[3]


def answer_in_this_process() -> None:
    """Have the stand-in for Descope answer here: there is no server."""
    import httpx
    from django.core.wsgi import get_wsgi_application

    application = httpx.WSGITransport(app=get_wsgi_application())
    httpx.HTTPTransport.handle_request = lambda self, request: application.handle_request(request)  # type: ignore[method-assign]


def sign_in(email: str) -> str:
    from accounts import descope, sessions
    from accounts.exceptions import ProviderUnavailable
    from accounts.sandbox import people as sandbox_people
    from accounts.sandbox import sessions as sandbox_sessions

    tokens = sandbox_sessions.sign_in(sandbox_people.find(email), first_seen=False)
    for _ in range(PATIENCE):
        descope.breaker.answered()
        with suppress(ProviderUnavailable):  # On a busy machine an answer takes longer than anybody waits.
            return sessions.start(tokens["sessionJwt"], tokens["refreshJwt"])[0]
    raise SystemExit("Nobody can sign in.")


def measured(ask: Ask) -> dict[str, Any]:
    """Return the milliseconds of one request, and its statements. What comes before it is not counted."""
    from django.db import connection

    counted = count()

    def counting(execute: Any, *told: Any) -> Any:
        next(counted)
        return execute(*told)

    connection.ensure_connection()
    backend = backend_of(connection)
    request = ask() if getattr(ask, "__name__", "") in ("_save", "_submit", "_publish") else ask
    clock, cpu = time.perf_counter(), time.process_time() + seconds_of(backend)
    with connection.execute_wrapper(counting):
        request()
    return {
        "cpu": (time.process_time() + seconds_of(backend) - cpu) * 1000,
        "clock": (time.perf_counter() - clock) * 1000,
        "queries": next(counted),
    }


def backend_of(connection: Any) -> Path | None:
    """Return where Linux says how long the process of PostgreSQL has worked that answers here, if it is on this machine."""
    if connection.vendor != "postgresql":
        return None
    path = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return path if path.exists() else None


def seconds_of(backend: Path | None) -> float:
    return int(backend.read_text().split()[0]) / 1e9 if backend else 0.0


def expect(response: Any, status: int) -> None:
    if response.status_code != status:
        raise SystemExit(f"{response.status_code} instead of {status}: {response.content[:500]!r}")


if __name__ == "__main__":
    main()
