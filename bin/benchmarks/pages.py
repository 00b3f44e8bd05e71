"""What is asked for, as whom, and what is wanted of it. Used by bin/bench speed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load import Answer, ask

SESSION_COOKIE = "session"  # Its name where the site is served over plain HTTP.
FEED = "/feeds/rss.xml"


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    has: str  # What the answer must hold.
    who: str = ""  # Nobody, or one of those who are signed in.
    wanted: float | None = None  # The least ratio to the bare view at 32 connections.
    is_known: bool = False  # Whether the browser has it already, and sends its tag along.


def pages(site: Mapping[str, Any]) -> list[Page]:
    post, title, api = site["post"], site["title"], "/api/posts/retrieve?limit=20"
    newest = site["newest"]
    return [
        Page("post, reader", post, title, "reader", 0.8),
        Page("post, editor", post, title, "editor", 0.8),
        Page("home, reader", "/", newest, "reader", 0.7),
        Page("home, editor", "/", newest, "editor", 0.7),
        Page("API list, reader", api, newest, "reader", 0.7),
        Page("API list, editor", api, "Draft ", "editor", 0.7),
        Page("post, visitor", post, title, wanted=1.5),
        Page("home, visitor", "/", newest, wanted=1.5),
        Page("RSS, 15 full posts", FEED, newest, wanted=0.5),
        Page("post, 304", post, "", wanted=1.0, is_known=True),
        Page("home, 304", "/", "", wanted=1.0, is_known=True),
        Page("RSS, 304", FEED, "", wanted=1.0, is_known=True),
        Page("desk, editor", "/desk", "Draft ", "editor", 0.1),
        Page("desk, admin", "/desk", "For review", "admin", 0.1),
        Page("write, editor", "/write", 'name="body"', "editor"),
        Page("search, visitor", f"/search?q={title.split()[0]}", "<mark>"),
    ]


@dataclass
class Visit:
    """How a browser asks one site for one page: with the cookies and tags that the site has given it."""

    page: Page
    url: str
    size: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, page: Page, base_url: str, keys: Mapping[str, str]) -> "Visit":
        """Ask for the page once, as a browser that comes back would ask again. Raises SystemExit if it is not it."""
        visit = cls(page, base_url + page.path)
        if page.who:
            visit.headers["Cookie"] = f"{SESSION_COOKIE}={keys[page.who]}"
            # With the token against forged posts that their browser has from whatever page they saw first.
            given = ask(f"{base_url}/", visit.headers).headers.get("set-cookie", "")
            visit.headers["Cookie"] += "; " + given.partition(";")[0]
        if page.is_known:
            visit.headers["If-None-Match"] = ask(visit.url, {}).headers["etag"]
        visit.size = len(visit.check().body)
        return visit

    def check(self) -> Answer:
        """Return the answer if it is the page that was meant. Raises SystemExit if not."""
        answer = ask(self.url, self.headers)
        if answer.status != (304 if self.page.is_known else 200):
            raise SystemExit(f"{self.page.name}: {self.url} answers {answer.status}\n{answer.body[:500]!r}")
        if self.page.has.encode() not in answer.body:
            raise SystemExit(f"{self.page.name}: {self.url} does not have “{self.page.has}”\n{answer.body[:2000]!r}")
        return answer
