"""Cards: what is on them, who gets them, and that each is drawn once."""

import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from blog import cards
from blog.cards import Card, drawing
from blog.cards.lettering import FOLDER, SEMIBOLD
from blog.models import Post
from tests.blog.metadata.heads import Head
from tests.conftest import signed_in

pytestmark = pytest.mark.skipif(
    not (FOLDER / SEMIBOLD).exists(), reason="SKIPPED: the front-end assets are not built. Run bin/test."
)

SITE = "http://localhost:8000"


@pytest.fixture(autouse=True)
def none_is_kept() -> Iterator[None]:
    caches["cards"].clear()
    yield
    caches["cards"].clear()


@pytest.fixture
def public(settings: SimpleNamespace) -> None:
    settings.VISIBILITY = "public"


def card_of(path: str, client: Client | None = None) -> str:
    head = Head((client or Client()).get(path).content.decode())
    return head.meta("og:image").removeprefix(SITE)


@pytest.mark.usefixtures("public", "published")
def test_a_post_without_a_cover_has_a_card() -> None:
    head = Head(Client().get("/posts/on-proofs").content.decode())
    answer = Client().get(head.meta("og:image").removeprefix(SITE))

    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, image.size) == ("PNG", (1200, 630))
    assert answer.headers["Content-Type"] == "image/png"
    assert len(answer.content) < 40_000
    assert (head.meta("og:image:width"), head.meta("og:image:height")) == ("1200", "630")
    assert head.meta("og:image:alt") == "On proofs, Ed Editor"
    assert head.meta("twitter:card") == "summary_large_image"
    assert head.thing("BlogPosting")["image"] == [head.meta("og:image")]


@pytest.mark.usefixtures("public")
def test_the_front_page_has_the_card_of_the_site() -> None:
    answer = Client().get(card_of("/"))

    words = {"title": "", "site": "Galley", "byline": "Read the proof before it prints."}
    assert answer.content == drawing.drawn(**words, accent="#1c49a6")


@pytest.mark.usefixtures("public", "published")
def test_a_site_with_a_colour_of_its_own_has_cards_in_it(settings: SimpleNamespace) -> None:
    before = card_of("/posts/on-proofs")
    settings.SITE_COLOUR = ("#aa2200", "#ff9988")

    own = card_of("/posts/on-proofs")

    assert own != before
    with Image.open(io.BytesIO(Client().get(own).content)) as image:
        assert image.convert("RGB").getpixel((5, 300)) == (0xAA, 0x22, 0x00)


@pytest.mark.usefixtures("public")
def test_the_card_of_a_post_that_moved_is_at_its_new_address(published: Post, admin: User) -> None:
    old = card_of("/posts/on-proofs")
    published.readdress(by=admin, to="on-galleys")

    answer = Client().get(old)

    assert answer.status_code == 302
    assert answer.headers["Location"] == card_of("/posts/on-galleys") == old.replace("on-proofs", "on-galleys")


@pytest.mark.usefixtures("public", "published")
def test_a_card_that_is_known_is_not_sent_again() -> None:
    address = card_of("/posts/on-proofs")
    etag = Client().get(address).headers["ETag"]

    again = Client().get(address, headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.usefixtures("public")
def test_a_new_title_is_a_new_card_and_the_old_address_leads_there(published: Post, editor: User, admin: User) -> None:
    old = card_of("/posts/on-proofs")
    published.edit(by=editor, version=published.version, title="On galley proofs", body="Read.", tags=[])
    published.submit(by=editor)
    assert card_of("/posts/on-proofs") == old

    published.publish(by=admin, revision=2)
    new = card_of("/posts/on-proofs")

    assert new != old
    assert Client().get(old).headers["Location"] == new


@pytest.mark.usefixtures("public")
def test_a_card_goes_with_its_post(published: Post, admin: User) -> None:
    address = card_of("/posts/on-proofs")
    assert Client().get(address).status_code == 200

    published.unpublish(by=admin)

    assert Client().get(address).status_code == 404


@pytest.mark.usefixtures("public")
def test_a_card_is_there_when_its_post_is(published: Post) -> None:
    address = card_of("/posts/on-proofs")
    Post.objects.filter(pk=published.pk).update(published_at=timezone.now() + timedelta(hours=1))

    assert Client().get(address).status_code == 404


@pytest.mark.usefixtures("published")
def test_the_card_of_a_members_site_is_for_members(reader: User) -> None:
    client = signed_in(reader)
    address = card_of("/posts/on-proofs", client)

    assert client.get(address).status_code == 200
    assert client.get(address).headers["Cache-Control"] == "private, no-cache"
    assert Client().get(address).status_code == 302
    assert Client().get(address).headers["Location"].startswith("/sign-in")


def test_a_card_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawings = counted(monkeypatch)

    first, second = (Card("On proofs", "Galley", "Ed").png() for _ in range(2))

    assert first == second
    assert drawings == ["On proofs"]


def test_no_more_than_a_few_are_drawn_at_once_and_who_waits_too_long_is_told(
    monkeypatch: pytest.MonkeyPatch, settings: SimpleNamespace
) -> None:
    settings.VISIBILITY = "public"
    monkeypatch.setattr(cards, "PATIENCE_SECONDS", 0.05)
    Card("Kept", "Galley", "Ed").png()
    drawing_now, may_go_on = threading.Semaphore(0), threading.Event()

    def slow(**words: Any) -> bytes:
        drawing_now.release()
        may_go_on.wait(10)
        return b"a card"

    monkeypatch.setattr(drawing, "drawn", slow)
    threads = [
        threading.Thread(target=Card(f"Card {number}", "Galley", "Ed").png) for number in range(cards.DRAWN_AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert drawing_now.acquire(timeout=60)

    try:
        with pytest.raises(cards.Busy):
            Card("One too many", "Galley", "Ed").png()
        refused = Client().get(f"/card-{Card.of_site().digest}.png")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert Card("Kept", "Galley", "Ed").png().startswith(b"\x89PNG")
    finally:
        may_go_on.set()
        for thread in threads:
            thread.join()

    assert Card("One too many", "Galley", "Ed").png() == b"a card"


def test_no_more_cards_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "drawn", lambda **words: b"a card")
    monkeypatch.setattr(caches["cards"], "_max_entries", 6)

    for number in range(20):
        Card(f"Card {number}", "Galley", "Ed").png()

    assert len(caches["cards"]._list_cache_files()) <= 6  # type: ignore[attr-defined]  # a cache of files


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    titles, draw = [], drawing.drawn

    def drawn(**words: str) -> bytes:
        titles.append(words["title"])
        return draw(**words)

    monkeypatch.setattr(drawing, "drawn", drawn)
    return titles
