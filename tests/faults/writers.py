"""Writers who save on and on, and what must be true of all that they were told is saved."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.tables import POSTGRESQL

from .browser import Answer, Browser, Gone, another, form_in
from .posts import key_of
from .site import Site

LETTERS = "abcdefghijklmnop \n\t*_#>-äßé漢字🙂“”"


@dataclass
class Writer:
    """Somebody who starts a post, goes on with another and submits each version of that, as long as it takes."""

    browser: Browser
    name: str
    post_id: int = 0
    started: dict[str, str] = field(default_factory=dict)  # What was acknowledged, by title.
    submitted: list[str] = field(default_factory=list)  # In order.
    possible: set[str] = field(default_factory=lambda: {"Words."})  # What may stand there now.
    unanswered: int = 0
    refused: int = 0

    def begin(self) -> None:
        answer = self.browser.post("/write", title=f"Series of {self.name}", body="Words.", write_key=key_of(self.name))
        assert answer.status == 302, answer.text
        self.post_id = int(answer.location.split("/")[3])

    def save(self, number: int) -> bool:
        """Save once. Returns whether it was acknowledged."""
        words = text(f"{self.name} {number}")
        try:
            if number % 2:
                return self._start(f"Post {self.name} {number}", words)
            return self._go_on(words)
        except Gone:
            self.unanswered += 1
            return False

    def _start(self, title: str, words: str) -> bool:
        answer = self.browser.post("/write", title=title, body=words, write_key=key_of(title))
        if self._note(answer, words):
            self.started[title] = words
            return True
        return False

    def _go_on(self, words: str) -> bool:
        page = self.browser.get(f"/desk/posts/{self.post_id}/edit")
        if page.status == 503:
            return self._note(page, words)
        version, found = form_in(page)
        assert found in self.possible, "an acknowledged save is gone"
        self.possible = {found, words}
        form = {"title": f"Series of {self.name}", "body": words, "version": str(version), "then": "submit"}
        answer = self.browser.post(f"/desk/posts/{self.post_id}/edit", **form)
        if not self._note(answer, words):
            return False
        self.possible = {words}
        if not answer.location.endswith("/edit"):  # Where too much is going on, it is saved and not submitted.
            self.submitted.append(words)
        return True

    def _note(self, answer: Answer, words: str) -> bool:
        if answer.status == 302:
            return True
        assert answer.status == 503, (answer.status, answer.text)
        assert int(answer.headers["Retry-After"]) > 0
        self.refused += 1
        return False


def text(marker: str) -> str:
    chosen = random.Random(marker)  # noqa: S311 — the same each time.
    return f"{marker}\n\n" + "".join(chosen.choices(LETTERS, k=1000)).strip() + " ."


class Saving:
    """So many writers at once, until so many saves are acknowledged."""

    def __init__(self, author: Browser, writers: int) -> None:
        self.writers = [Writer(another(author), f"writer {number}") for number in range(writers)]
        self.done = 0
        self.is_over = False
        self.faults: list[BaseException] = []
        self._lock = threading.Lock()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Save meanwhile. At the end, raise what went wrong with any of them."""
        for writer in self.writers:
            writer.begin()
        threads = [threading.Thread(target=self._write, args=[writer]) for writer in self.writers]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.is_over = True
            for thread in threads:
                thread.join(timeout=300)
        if self.faults:
            raise self.faults[0]

    def wait_for(self, saves: int) -> None:
        """Wait until so many are acknowledged in all."""
        wait_until(lambda: self.done >= saves or bool(self.faults))

    @property
    def figures(self) -> str:
        unanswered = sum(writer.unanswered for writer in self.writers)
        refused = sum(writer.refused for writer in self.writers)
        return f"{self.done} saves acknowledged, {unanswered} without an answer, {refused} answered 503"

    def _write(self, writer: Writer) -> None:
        number = 0
        try:
            while not self.is_over and not self.faults:
                number += 1
                if writer.save(number):
                    with self._lock:
                        self.done += 1
                else:
                    time.sleep(0.1)
        except BaseException as fault:  # noqa: BLE001 — raised by whoever waits.
            self.faults.append(fault)


def lost(site: Site, saving: Saving) -> list[str]:
    """Return the titles of what was acknowledged and is not there, byte for byte and in order."""
    kept = dict(site.rows("SELECT title, body FROM blog_post"))
    started = {title: words for writer in saving.writers for title, words in writer.started.items()}
    gone = [title for title, words in started.items() if kept.get(title) != words]
    return gone + [
        writer.name for writer in saving.writers if not in_order(writer.submitted, revisions_of(site, writer.post_id))
    ]


def check_whole(site: Site) -> None:
    """Raise AssertionError unless all that is there is whole, and nothing was done by half."""
    assert half_made(site) == []
    assert "seal" in site.manage("verify_seals").lower()
    if not POSTGRESQL:
        assert site.rows("PRAGMA integrity_check") == [("ok",)]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 600
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def revisions_of(site: Site, post_id: int) -> list[str]:
    query = f"SELECT body FROM blog_revision WHERE post_id = {post_id} ORDER BY number"  # noqa: S608 — a number.
    return [body for (body,) in site.rows(query)]


def in_order(some: list[str], all_of_them: list[str]) -> bool:
    rest = iter(all_of_them)
    return all(one in rest for one in some)


def half_made(site: Site) -> list[tuple[object, ...]]:
    """Posts whose history, revisions and status do not tell the same."""
    return [
        *site.rows(
            "SELECT 'not begun', id FROM blog_post WHERE NOT EXISTS (SELECT 1 FROM blog_historyentry h "
            "WHERE h.post_id = blog_post.id AND h.verb = 'write')"
        ),
        *site.rows(
            "SELECT 'sealed, not submitted', id FROM blog_revision WHERE NOT EXISTS (SELECT 1 FROM blog_historyentry h "
            "WHERE h.revision_id = blog_revision.id AND h.verb = 'submit')"
        ),
        *site.rows(
            "SELECT 'waits, not in review', id FROM blog_post "
            "WHERE (submitted_revision_id IS NOT NULL) <> (status = 'in_review')"
        ),
    ]
