import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import jwt
import pytest
from pytest_django import Settings

from accounts.sandbox import keys, tokens
from accounts.sandbox.models import Person


@pytest.fixture
def empty_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "sandbox-keys"


def test_a_key_is_made_when_there_is_none_and_kept(empty_folder: Path) -> None:
    first = keys.public_keys()

    assert keys.public_keys() == first
    assert [path.name for path in empty_folder.iterdir()] == ["rs256.json"]


def test_nobody_else_may_read_the_private_key(empty_folder: Path) -> None:
    keys.public_keys()

    assert stat.S_IMODE((empty_folder / "rs256.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(empty_folder.stat().st_mode) == 0o700


def test_two_who_make_the_first_key_at_once_end_with_one(empty_folder: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: keys.public_keys(), range(4)))

    assert all(one == found[0] for one in found)
    assert len(list(empty_folder.iterdir())) == 1


def test_the_key_set_shows_public_parts_only(http: httpx.Client) -> None:
    (key,) = http.get("/_descope/v2/keys/Pgalleysandbox").json()["keys"]

    assert set(key) == {"kty", "n", "e", "alg", "use", "kid"}
    assert key["alg"] == "RS256"


def test_a_second_key_is_published_and_the_first_still_signs(empty_folder: Path, ed: Person) -> None:
    (first,) = keys.public_keys()
    (empty_folder / "rs256-2.json").write_text(json.dumps({**keys._new_rs256(), "kid": "second"}))

    assert [key["kid"] for key in keys.public_keys()] == ["second", first["kid"]]
    assert jwt.get_unverified_header(tokens.mint({}, kid="second"))["kid"] == "second"


def test_a_token_can_be_minted_wrong_on_purpose(ed: Person) -> None:
    token = tokens.session_token(ed, iss="Pother", exp=None)

    claims = jwt.decode(token, options={"verify_signature": False})

    assert claims["iss"] == "Pother"
    assert "exp" not in claims
    assert jwt.get_unverified_header(tokens.mint(claims, kid="unknown"))["kid"] == "unknown"
