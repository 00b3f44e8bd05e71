from typing import Any

import pytest
from pytest_django import Settings

from accounts.claims import Claims
from accounts.exceptions import BadToken
from accounts.roles import Role

from .forge import NOT_INSTANTS, NOT_SUBJECTS

PAYLOAD: dict[str, Any] = {"sub": "U1", "iat": 1_795_000_000, "exp": 1_795_000_600, "roles": ["editor"]}
NO_ROLES: list[object] = [
    None,
    "editor",
    {"editor": True},
    7,
    True,
    [],
    [None, 7, ["editor"], {"name": "editor"}],
    ["Editor", "EDITOR", " editor", "editor\n", "publisher", ""],
]


def read(**changes: object) -> Claims:
    return Claims.read(PAYLOAD | changes)


def test_a_payload_is_read_in_utc() -> None:
    claims = read()

    assert claims.subject == "U1"
    assert claims.roles == {Role.EDITOR}
    assert claims.issued_at.isoformat() == "2026-11-18T11:06:40+00:00"
    assert (claims.expires_at - claims.issued_at).total_seconds() == 600


@pytest.mark.parametrize("subject", NOT_SUBJECTS)
def test_a_subject_is_a_text_with_something_in_it(subject: object) -> None:
    with pytest.raises(BadToken):
        read(sub=subject)


@pytest.mark.parametrize("name", ["sub", "iat", "exp"])
def test_what_galley_acts_on_must_be_there(name: str) -> None:
    with pytest.raises(BadToken):
        Claims.read({key: value for key, value in PAYLOAD.items() if key != name})


@pytest.mark.parametrize("name", ["iat", "exp"])
@pytest.mark.parametrize("instant", NOT_INSTANTS, ids=lambda instant: str(instant)[:12])
def test_an_instant_is_a_number_of_seconds_within_reason(instant: object, name: str) -> None:
    with pytest.raises(BadToken):
        read(**{name: instant})


@pytest.mark.parametrize("roles", NO_ROLES)
def test_roles_of_a_wrong_kind_or_name_grant_nothing(roles: object) -> None:
    assert read(roles=roles).roles == frozenset()


def test_roles_that_are_absent_grant_nothing() -> None:
    assert Claims.read({key: value for key, value in PAYLOAD.items() if key != "roles"}).roles == frozenset()


def test_a_role_of_a_tenant_grants_nothing_where_no_tenant_is_set() -> None:
    assert read(roles=[], tenants={"T1": {"roles": ["admin"]}}, dct="T1").roles == frozenset()


# What a token says of roles, where the site counts those of tenant T1 alone.
OF_TENANTS: list[tuple[dict[str, object], set[Role]]] = [
    ({"tenants": {"T1": {"roles": ["admin"]}}}, {Role.ADMIN}),
    ({"tenants": {"T1": {"roles": ["admin"]}}, "dct": "T2"}, {Role.ADMIN}),
    ({"tenants": {"T2": {"roles": ["admin"]}}}, set()),
    ({"tenants": {"T2": {"roles": ["admin"]}}, "dct": "T1", "roles": ["admin"]}, set()),
    ({"roles": ["admin"]}, set()),
    ({"roles": ["admin"], "dct": "T1"}, {Role.ADMIN}),
    ({"roles": ["admin"], "dct": "T1", "tenants": {}}, {Role.ADMIN}),
    ({"roles": ["admin"], "dct": "T2"}, set()),
    ({"roles": ["admin"], "dct": ["T1"]}, set()),
    ({"tenants": {"T1": {}}}, set()),
    ({"tenants": {"T1": {"roles": "admin"}}}, set()),
    ({"tenants": {"T1": ["admin"]}}, set()),
    ({"tenants": {"T1": None}}, set()),
    ({"tenants": ["T1"]}, set()),
    ({"tenants": "T1"}, set()),
]


@pytest.mark.parametrize(("says", "roles"), OF_TENANTS)
def test_where_a_tenant_is_set_its_roles_alone_count(
    says: dict[str, object], roles: set[Role], settings: Settings
) -> None:
    settings.DESCOPE_TENANT_ID = "T1"

    assert read(**{"roles": [], **says}).roles == roles
