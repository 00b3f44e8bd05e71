"""What is taken away is gone from every process in the moment the answer says so, however many are reading."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import pytest

from tests.accounts.processes import _manager, call

from .browser import Answer, Browser, another, program_of, signed_in
from .posts import publish, submitted, unpublish
from .site import Site

pytestmark = pytest.mark.servers

CONNECTIONS = 8
LISTS = (
    "/",
    f"/archive/{time.gmtime().tm_year}",
    "/feeds/rss.xml",
    "/feeds/atom.xml",
    "/feeds/feed.json",
    "/sitemap-posts-0.xml",
    "/api/posts/retrieve",
    "/tags",
)


class Readers:
    """Browsers and programs, signed in and not, each on a connection that stays with one process."""

    def __init__(self, site: Site) -> None:
        rita = signed_in(site, "rita@example.com")
        program = program_of(site, "rita@example.com")
        kinds = cycle([Browser(site), rita, program])
        self.all = [another(next(kinds)) for _ in range(CONNECTIONS)]

    def ask(self, path: str) -> list[Answer]:
        return [reader.get(path) for reader in self.all]


@contextmanager
def being_read(site: Site, paths: list[str]) -> Iterator[Counter[int]]:
    """Have all of these pages read meanwhile, so that they are always being made anew somewhere."""
    statuses, is_over = Counter[int](), threading.Event()

    def read(number: int) -> None:
        reader = Browser(site)
        for path in cycle(paths[number:] + paths[:number]):
            if is_over.is_set():
                return
            statuses[reader.get(path).status] += 1

    threads = [threading.Thread(target=read, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        is_over.set()
        for thread in threads:
            thread.join(timeout=60)


@pytest.mark.parametrize("rounds", [2, pytest.param(60, marks=pytest.mark.long)])
def test_what_is_unpublished_is_gone_everywhere_at_once(rounds: int, site: Site, tell: Callable[[str], None]) -> None:
    author, admin = signed_in(site, "ed@example.com"), signed_in(site, "ada@example.com")
    mark = f"Zweifel{rounds}"
    post_id = submitted(author, mark, f"A text about {mark.lower()}words.", tags=f"Tag {mark}")
    revision, readers, asked = 1, Readers(site), 0
    slug = mark.lower()
    own = [f"/posts/{slug}", f"/posts/{slug}.md", f"/api/posts/{post_id}"]
    lists = [
        *LISTS,
        f"/tags/tag-{slug}",
        f"/tags/tag-{slug}/feeds/rss.xml",
        f"/search?q={slug}words",
        f"/api/posts/search?q={slug}words",
    ]
    with being_read(site, [*own, *lists]) as meanwhile:
        for _ in range(rounds):
            publish(admin, post_id, revision)
            for path in (*own, *lists):
                assert shows(readers.ask(path), mark) == {True}, f"{path} lacks what was published"
            card = re.search(r"/posts/[^\"]+/card-\w+\.png", readers.all[0].get(own[0]).text)
            unpublish(admin, post_id)
            for path in (*own, *lists):
                answers = readers.ask(path)
                asked += len(answers)
                assert shows(answers, mark) == {False}, f"{path} still has what was unpublished"
            for path in (*own, *([card[0]] if card else [])):
                assert {answer.status for answer in readers.ask(path)} == {404}, path
    tell(
        f"{rounds} times published and unpublished, {asked} pages asked for at once, none stale; meanwhile {dict(meanwhile)}"
    )
    assert max(meanwhile) < 500


def shows(answers: list[Answer], mark: str) -> set[bool]:
    """Whether they show what has this in its title, in these very letters, or its address, as a list of addresses does."""
    address = f"/posts/{mark.lower().replace(' ', '-')}<"
    return {answer.status == 200 and (mark in answer.text or address in answer.text) for answer in answers}


def test_a_name_that_is_changed_is_the_new_one_everywhere_at_once(site: Site) -> None:
    author, admin = signed_in(site, "ed@example.com"), signed_in(site, "ada@example.com")
    post_id = submitted(author, "Names", tags="Altwort")
    publish(admin, post_id)
    readers = Readers(site)
    listed = ["/", "/tags", "/feeds/feed.json", "/api/posts/retrieve", "/posts/names"]
    assert all(shows(readers.ask(path), "Altwort") == {True} for path in listed)
    (tag_id,) = site.rows("SELECT id FROM blog_tag WHERE name = 'Altwort'")[0]

    assert admin.post(f"/desk/tags/{tag_id}/rename", name="Neuwort").status == 302

    for path in listed:
        assert shows(readers.ask(path), "Neuwort") == {True}, path
        assert {">Altwort<" in answer.text or '"Altwort"' in answer.text for answer in readers.ask(path)} == {False}, (
            path
        )


def test_a_session_that_is_ended_is_ended_in_every_process(site: Site) -> None:
    rita = signed_in(site, "rita@example.com")
    program = program_of(site, "rita@example.com")
    windows = [another(rita) for _ in range(CONNECTIONS)]
    programs = [another(program) for _ in range(CONNECTIONS)]
    assert {window.get("/account").status for window in windows} == {200}
    assert {one.get("/api/posts/retrieve").status for one in programs} == {200}
    assert all("Rita" in window.get("/").text for window in windows)

    assert another(rita).post("/account/sign-out-everywhere").status == 302

    assert {window.get("/account").status for window in windows} == {302}
    assert {one.get("/api/posts/retrieve").status for one in programs} == {401}
    assert not any("Rita" in window.get("/").text for window in windows)


def test_a_role_that_is_taken_is_gone_in_every_process(site: Site) -> None:
    admin = signed_in(site, "ada@example.com")
    made = make_editor(site, "olga@example.com")
    olga, program = signed_in(site, "olga@example.com"), program_of(site, "olga@example.com")
    windows = [another(olga) for _ in range(CONNECTIONS)]
    assert {window.get("/write").status for window in windows} == {200}

    taken = admin.post(f"/desk/team/{made}/take-role", role="editor", reason="To see it go.")

    assert taken.status == 302, taken.text
    assert {window.get("/write").status for window in windows} == {403}
    text = {"title": "Not any more", "content": "Words."}
    assert {another(program).send("POST", "/api/posts/create", text).status for _ in range(CONNECTIONS)} <= {401, 403}


def make_editor(site: Site, email: str) -> str:
    """Make somebody at Descope's stand-in, and return their id."""

    body: dict[str, Any] = {
        "loginId": email,
        "email": email,
        "verifiedEmail": True,
        "displayName": "Olga Editor",
        "roleNames": ["editor"],
    }
    answer = call(site.descope, "POST", "/_descope/v1/mgmt/user/create", _manager(site.descope), body=body)
    assert answer.status == 200, answer.body

    user_id: str = json.loads(answer.body)["user"]["userId"]
    return user_id


@pytest.mark.long
def test_what_the_clock_takes_away_is_gone_in_that_second(site: Site, tell: Callable[[str], None]) -> None:
    author, admin = signed_in(site, "ed@example.com"), signed_in(site, "ada@example.com")
    post_id = submitted(author, "Gleich vorbei", tags="Vorbei")
    publish(admin, post_id)
    ends_at = (int(time.time()) // 60 + 2) * 60
    when = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(ends_at))
    assert admin.post(f"/desk/posts/{post_id}/unpublish-later", when=when).status == 302
    readers, paths = (
        Readers(site),
        ["/", "/feeds/rss.xml", "/api/posts/retrieve", "/posts/gleich-vorbei", "/tags/vorbei"],
    )
    last_seen: dict[str, float] = {}

    with being_read(site, paths):
        while time.time() < ends_at + 1:
            for path in paths:
                asked_at = time.time()
                seen = shows(readers.ask(path), "Gleich vorbei")
                assert asked_at >= ends_at or seen == {True} or time.time() >= ends_at, path
                assert asked_at < ends_at or seen == {False}, path
                if True in seen:
                    last_seen[path] = asked_at
    tell(f"last asked for and seen {ends_at - max(last_seen.values()):.2f} s before its end, never after")
