"""How a picture of somebody comes here, and to whom it is shown."""

import io
import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.storage.memory import InMemoryStorage
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts import people, portraits
from accounts.descope import Profile, load_person
from accounts.models import User
from accounts.sandbox import faces
from accounts.sandbox import people as sandbox_people
from tests.conftest import bearer, signed_in

from .conftest import Wire

ELSEWHERE = "https://pictures.example/rita.png"
Web = dict[str, httpx.Response | Exception]


@pytest.fixture
def web(network: None, monkeypatch: pytest.MonkeyPatch) -> Web:
    """A web of these answers by address, beside this site; inside.example is a name for a private address."""
    answers: Web = {}
    sandbox = httpx.HTTPTransport.handle_request

    def answer(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        host, _, port = request.headers["host"].partition(":")
        asked = request.url.copy_with(host=host, port=int(port) if port else None)
        found = answers.get(str(asked))
        if isinstance(found, Exception):
            raise found
        if found is not None:
            return httpx.Response(found.status_code, headers=found.headers, stream=Bytes(found.content))
        request.url = asked
        return sandbox(self, request)

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        inside = {"inside.example": "10.0.0.7", "localhost": "127.0.0.1"}
        return [(0, 0, 0, "", (inside.get(host, "93.184.215.14"), port))]

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    answers[ELSEWHERE] = httpx.Response(200, content=drawn("one"))
    return answers


class Bytes(httpx.SyncByteStream):
    """What comes from a network: not yet read."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content


def drawn(word: str) -> bytes:
    return faces.drawn(word)


def files() -> list[str]:
    return sorted(default_storage.listdir(portraits.FOLDER)[1]) if default_storage.exists(portraits.FOLDER) else []


@pytest.fixture(autouse=True)
def no_files(settings: Settings) -> None:
    """Keep pictures in memory: what holds for one of Django's storages holds for each."""
    storages = {**settings.STORAGES, "default": {"BACKEND": f"{InMemoryStorage.__module__}.InMemoryStorage"}}
    settings.STORAGES = storages


@pytest.fixture
def told(django_capture_on_commit_callbacks: Any) -> Callable[[User, str | None], None]:
    """Return a function by which Descope tells of a person, as at a sign-in, and what follows from it happens."""

    def told(user: User, picture: str | None) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            people.register(Profile(user.subject, user.name, user.email, is_enabled=True, picture=picture))
        user.refresh_from_db()

    return told


Told = Callable[[User, str | None], None]


def test_the_picture_that_descope_names_is_fetched_and_kept_as_a_small_square(
    web: Web, told: Told, reader: User
) -> None:
    told(reader, ELSEWHERE)

    with default_storage.open(f"people/{reader.picture}.webp") as file:
        kept = Image.open(io.BytesIO(file.read()))
    assert (kept.format, kept.size) == ("WEBP", (256, 256))
    assert reader.picture_source == ELSEWHERE


def test_signing_in_brings_the_picture(web: Web, reader: User, django_capture_on_commit_callbacks: Any) -> None:
    person = sandbox_people.find(user_id=reader.subject)
    sandbox_people.change(person, {"picture": faces.face_of(person)})

    with django_capture_on_commit_callbacks(execute=True):
        browser = signed_in(reader)

    reader.refresh_from_db()
    assert reader.picture_url in browser.get("/account").content.decode()


def test_the_management_api_tells_of_the_picture_too(reader: User) -> None:
    sandbox_people.change(sandbox_people.find(user_id=reader.subject), {"picture": ELSEWHERE})

    profile = load_person(reader.subject)

    assert profile is not None
    assert profile.picture == ELSEWHERE


def test_what_was_fetched_is_not_fetched_again_until_the_address_changes(web: Web, told: Told, reader: User) -> None:
    told(reader, ELSEWHERE)
    first = reader.picture
    web[ELSEWHERE] = httpx.Response(200, content=drawn("two"))
    told(reader, ELSEWHERE)
    assert reader.picture == first

    web[f"{ELSEWHERE}?2"] = httpx.Response(200, content=drawn("two"))
    told(reader, f"{ELSEWHERE}?2")

    assert reader.picture not in ("", first)
    assert files() == [f"{reader.picture}.webp"]


def test_two_people_with_one_picture_do_not_share_the_file(
    web: Web, told: Told, reader: User, editor: User, django_capture_on_commit_callbacks: Any
) -> None:
    told(reader, ELSEWHERE)
    told(editor, ELSEWHERE)

    with django_capture_on_commit_callbacks(execute=True):
        portraits.remove(reader)

    assert files() == [f"{editor.picture}.webp"]


def test_a_picture_taken_away_at_descope_goes_here_too_and_silence_takes_nothing(
    web: Web, told: Told, reader: User
) -> None:
    told(reader, ELSEWHERE)
    told(reader, None)
    assert reader.picture

    told(reader, "")

    assert (reader.picture, files()) == ("", [])


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("nobody answers"),
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "https://pictures.example/other.png"}),
        httpx.Response(200, content=b"x" * (2 * 1024**2 + 1)),
        httpx.Response(200, content=b"<svg/>"),
    ],
    ids=["down", "broken", "redirect", "too large", "no picture"],
)
def test_a_picture_that_cannot_be_had_spoils_no_sign_in_and_leaves_the_one_before(
    answer: httpx.Response | Exception, web: Web, told: Told, reader: User
) -> None:
    told(reader, ELSEWHERE)
    before = reader.picture
    web["https://pictures.example/new.png"] = answer

    told(reader, "https://pictures.example/new.png")

    assert reader.picture == before
    assert files() == [f"{before}.webp"]
    assert signed_in(reader).get("/account").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "http://pictures.example/rita.png",
        "https://inside.example/secret.png",
        "http://localhost:8000/account/data",
        "http://localhost:8000/_descope.png",
        "http://localhost:8000@inside.example/_descope/",
        "ftp://pictures.example/rita.png",
        "data:image/png;base64,AAAA",
        "/people/me.png",
        "nonsense",
    ],
)
def test_nothing_but_public_https_is_fetched(address: str, web: Web, told: Told, reader: User) -> None:
    web[address] = httpx.Response(200, content=drawn("inside"))

    told(reader, address)

    assert reader.picture == ""


def test_without_the_sandbox_its_addresses_are_like_any_others(
    web: Web, told: Told, reader: User, settings: Settings
) -> None:
    settings.PICTURES_FROM_INSIDE = ""

    told(reader, faces.address_of("rita"))

    assert reader.picture == ""


def test_who_has_left_gets_no_picture(web: Web, told: Told, reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(left_at=timezone.now())

    portraits.fetch(reader, ELSEWHERE)
    told(reader, ELSEWHERE)

    assert (reader.picture, files()) == ("", [])


def test_a_file_that_was_half_written_is_written_anew(web: Web, told: Told, reader: User) -> None:
    told(reader, ELSEWHERE)
    name = f"people/{reader.picture}.webp"
    whole = default_storage.size(name)
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"RIFF"))

    portraits.fetch(reader, ELSEWHERE)

    assert default_storage.size(name) == whole
    assert len(files()) == 1


# The buttons


def test_the_button_fetches_what_descope_names_now(web: Web, reader: User) -> None:
    browser = signed_in(reader)
    person = sandbox_people.find(user_id=reader.subject)
    sandbox_people.change(person, {"picture": ELSEWHERE})

    page = browser.post("/account/picture/fetch", follow=True).content.decode()

    reader.refresh_from_db()
    assert "Your picture is up to date." in page
    assert f'src="{reader.picture_url}"' in page


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(404), "could not be fetched"),
        (httpx.Response(200, content=b"<svg/>"), "no picture that we can read"),
    ],
)
def test_the_button_says_what_went_wrong_and_nothing_about_the_network(
    answer: httpx.Response, words: str, web: Web, reader: User
) -> None:
    browser = signed_in(reader)
    sandbox_people.change(sandbox_people.find(user_id=reader.subject), {"picture": ELSEWHERE})
    web[ELSEWHERE] = answer

    page = browser.post("/account/picture/fetch", follow=True).content.decode()

    assert words in page
    assert "404" not in page


def test_the_button_says_that_there_is_none_or_that_descope_is_away(web: Web, wire: Wire, reader: User) -> None:
    browser = signed_in(reader)
    none = browser.post("/account/picture/fetch", follow=True).content.decode()
    wire.says("/auth/me", {}, 500)
    away = browser.post("/account/picture/fetch", follow=True).content.decode()

    assert "no picture of you" in none
    assert "does not answer" in away


def test_what_somebody_removes_stays_away_at_the_next_sign_in_until_they_ask(
    web: Web, told: Told, reader: User, django_capture_on_commit_callbacks: Any
) -> None:
    sandbox_people.change(sandbox_people.find(user_id=reader.subject), {"picture": ELSEWHERE})
    told(reader, ELSEWHERE)
    browser = signed_in(reader)

    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/account/picture/remove")
    told(reader, ELSEWHERE)
    assert (reader.picture, files()) == ("", [])
    browser.post("/account/picture/fetch")

    reader.refresh_from_db()
    assert reader.picture


def test_asking_too_often_is_refused(web: Web, reader: User, settings: Settings) -> None:
    settings.PICTURE_LIMIT = (1, 3600)
    browser = signed_in(reader)

    assert [browser.post("/account/picture/fetch").status_code for _ in range(2)] == [302, 429]


def test_a_bearer_cannot_have_a_picture_fetched(reader: User) -> None:
    assert Client().post("/account/picture/fetch", headers=bearer(reader)).status_code == 403


@pytest.mark.parametrize("path", ["/account/picture/fetch", "/account/picture/remove"])
def test_the_buttons_take_a_signed_in_post_with_its_csrf_token(path: str, reader: User) -> None:
    browser = signed_in(reader, enforce_csrf_checks=True)

    assert browser.get(path).status_code == 405
    assert browser.post(path).status_code == 403
    assert Client().post(path)["Location"].startswith("/sign-in")


# Who sees it


def test_a_picture_is_shown_to_those_the_site_is_open_to(
    web: Web, told: Told, reader: User, editor: User, settings: Settings
) -> None:
    told(reader, ELSEWHERE)

    response = signed_in(editor).get(reader.picture_url)

    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert Image.open(io.BytesIO(response.getvalue())).size == (256, 256)
    assert Client().get(reader.picture_url)["Location"].startswith("/sign-in")
    settings.VISIBILITY = "public"
    assert Client().get(reader.picture_url)["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("digest", ["", "a" * 64, "..", "%2e%2e%2fsecret", "A" * 64, "people"])
def test_what_is_no_picture_of_anybodys_is_not_found(digest: str, reader: User) -> None:
    assert signed_in(reader).get(f"/people/{digest}.webp").status_code == 404


def test_admins_see_it_on_the_team_page_beside_the_name(web: Web, told: Told, reader: User, admin: User) -> None:
    told(reader, ELSEWHERE)

    page = signed_in(admin).get("/desk/team").content.decode()

    assert f'src="{reader.picture_url}" width="40" height="40" alt=""' in page
    assert page.count("<img") == 1
