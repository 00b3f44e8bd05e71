"""Pictures of the sandbox's people: drawn, given on the console, and told by the providers."""

import io

import pytest
from django.test import Client
from PIL import Image

from accounts.sandbox import faces, people, visits
from accounts.sandbox.models import Person, Visit


@pytest.fixture
def ann() -> Person:
    return people.create(["ann@example.com"], {"email": "ann@example.com", "name": "Ann"})


def visit_to(provider: str) -> str:
    visits.begin("http://localhost:8000/sign-in", provider=provider)
    return Visit.objects.latest("pk").key


def test_a_picture_is_drawn_from_a_word_the_same_each_time() -> None:
    first, again, other = (Client().get(f"/_descope/faces/{word}.png") for word in ("ann", "ann", "bob"))

    assert first["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(first.content)).size == (320, 320)
    assert first.content == again.content != other.content


def test_the_console_gives_a_picture_and_takes_it_away(ann: Person) -> None:
    button = f"/_descope/console/people/{ann.user_id}/change-face"

    Client().post(button)
    ann.refresh_from_db()
    assert ann.picture == faces.face_of(ann)
    assert Client().get(ann.picture.removeprefix("http://localhost:8000")).status_code == 200
    assert "Take the picture away" in Client().get("/_descope/console").content.decode()

    Client().post(button)
    ann.refresh_from_db()
    assert ann.picture == ""


def test_the_buttons_of_nobody_are_not_found() -> None:
    assert Client().post("/_descope/console/people/Unobody/change-face").status_code == 404


def test_somebody_new_can_be_given_the_address_of_any_picture() -> None:
    form = {"email": "cy@example.com", "name": "Cy", "picture": "https://pictures.example/cy.png"}

    Client().post("/_descope/console/people", form)

    assert people.find("cy@example.com").picture == form["picture"]


@pytest.mark.parametrize("shares", [True, False])
def test_another_service_tells_of_a_picture_where_that_is_allowed(shares: bool) -> None:
    form = {"email": "dan@example.com", "name": "Dan"} | ({"picture": "on"} if shares else {})

    Client().post(f"/_descope/provider/{visit_to('google')}", form)

    dan = people.find("dan@example.com")
    assert dan.picture == (faces.face_of(dan) if shares else "")


def test_another_service_replaces_no_picture_that_somebody_has(ann: Person) -> None:
    people.change(ann, {"picture": "https://pictures.example/ann.png"})

    Client().post(
        f"/_descope/provider/{visit_to('github')}", {"email": "ann@example.com", "name": "Ann", "picture": "on"}
    )

    ann.refresh_from_db()
    assert ann.picture == "https://pictures.example/ann.png"
