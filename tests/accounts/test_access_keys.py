"""Descope's access keys: a program exchanges one for a session token and sends that as bearer."""

from typing import Any

import pytest
from django.test import Client

from accounts import descope, upkeep
from accounts.models import User
from accounts.sandbox.models import Role

LIST = "/api/posts/retrieve"


@pytest.fixture
def key() -> dict[str, Any]:
    """What the management API answers to whoever makes a key for an editor's work."""
    Role.objects.get_or_create(name="editor")
    made: dict[str, Any] = descope.client().mgmt.access_key.create("Nightly import", role_names=["editor"])
    return made


def exchanged(key: dict[str, Any]) -> str:
    token: str = descope.client().exchange_access_key(key["cleartext"])["sessionToken"]["jwt"]
    return token


def status(token: str) -> int:
    return Client().get(LIST, headers={"Authorization": f"Bearer {token}"}).status_code


def test_an_exchanged_key_works_as_bearer_with_its_own_roles(key: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {exchanged(key)}"}

    answer = Client().post(
        "/api/posts/create", {"title": "By night", "content": "Words."}, "application/json", headers=headers
    )

    assert answer.status_code == 201
    assert answer.json()["data"]["author"] == {"name": "Nightly import"}
    assert User.objects.get().subject == key["key"]["id"]


def test_the_key_itself_is_no_bearer(key: dict[str, Any]) -> None:
    assert status(key["cleartext"]) == 401
    assert not User.objects.exists()


@pytest.mark.parametrize("verb", ["deactivate", "delete"])
def test_a_key_that_is_over_opens_nothing_more_once_that_is_known(verb: str, key: dict[str, Any]) -> None:
    token = exchanged(key)
    before = status(token)

    getattr(descope.client().mgmt.access_key, verb)(key["key"]["id"])
    upkeep.follow_everybody()

    assert [before, status(token)] == [200, 401]


def test_a_key_that_was_over_before_anybody_met_it_opens_nothing(key: dict[str, Any]) -> None:
    token = exchanged(key)

    descope.client().mgmt.access_key.deactivate(key["key"]["id"])

    assert status(token) == 401


def test_looking_after_everybody_leaves_a_good_key_alone(key: dict[str, Any]) -> None:
    token = exchanged(key)
    status(token)

    upkeep.follow_everybody()

    assert status(token) == 200
