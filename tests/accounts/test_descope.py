from collections.abc import Callable

import pytest
from pytest_django import Settings

from accounts import descope
from accounts.exceptions import BadToken
from accounts.models import User
from accounts.roles import Role

from .forge import BAD_BEARERS, Forge

OUR_ISSUERS = [
    "Pgalleysandbox",
    "https://api.descope.com/Pgalleysandbox",
    "https://api.descope.com/v1/apps/Pgalleysandbox",
    "https://api.euc1.descope.com/v1/apps/Pgalleysandbox",
    "http://localhost:8000/_descope/v1/apps/Pgalleysandbox",
]


@pytest.mark.parametrize("make", BAD_BEARERS.values(), ids=BAD_BEARERS)
def test_a_bad_token_is_refused(make: Callable[[Forge], str], reader: User) -> None:
    token = make(Forge.of(reader))

    with pytest.raises(BadToken):
        descope.verify_session_token(token)


def test_a_good_token_says_who_and_what(editor: User) -> None:
    claims = descope.verify_session_token(Forge.of(editor).signed())

    assert claims.subject == editor.subject
    assert claims.roles == {Role.EDITOR}
    assert 590 < (claims.expires_at - claims.issued_at).total_seconds() <= 600


@pytest.mark.parametrize("issuer", OUR_ISSUERS)
def test_the_project_issues_by_its_id_or_by_an_address_of_descopes(issuer: str, reader: User) -> None:
    token = Forge.of(reader).signed(iss=issuer)

    assert descope.verify_session_token(token).subject == reader.subject


@pytest.mark.parametrize("audience", ["Pgalleysandbox", ["another", "Pgalleysandbox"], None])
def test_a_token_may_name_the_project_as_audience_or_nobody(audience: object, reader: User) -> None:
    token = Forge.of(reader).signed(aud=audience)

    assert descope.verify_session_token(token).subject == reader.subject


@pytest.mark.parametrize(
    ("audience", "is_ours"), [("galley", True), (["galley"], True), ("Pgalleysandbox", False), (None, False)]
)
def test_where_an_audience_is_set_it_alone_counts(
    audience: object, is_ours: bool, reader: User, settings: Settings
) -> None:
    settings.DESCOPE_AUDIENCE = "galley"
    token = Forge.of(reader).signed(aud=audience)

    if is_ours:
        assert descope.verify_session_token(token).subject == reader.subject
    else:
        with pytest.raises(BadToken):
            descope.verify_session_token(token)


@pytest.mark.parametrize("name", ["exp", "iat", "sub", "drn", "iss"])
def test_a_refresh_token_must_say_whose_it_is_and_for_how_long(name: str, reader: User) -> None:
    forge = Forge.of(reader)
    assert descope.verify_refresh_token(forge.signed(drn="DSR")).subject == reader.subject

    with pytest.raises(BadToken):
        descope.verify_refresh_token(forge.signed(**{"drn": "DSR", name: None}))
