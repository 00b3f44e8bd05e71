import json

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from accounts.http import client_address, posted_texts, problem, safe_next, sign_in_redirect, wants_json

SAFE = [
    "/",
    "/desk",
    "/posts/on-proofs?page=2#notes",
    "/posts/%C3%BCber",
    "/search?q=//evil.example",
    "/a:b",
    "/signal",
]
UNSAFE = [
    None,
    "",
    "desk",
    "?next=/desk",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\\\t/evil.example",
    "https://evil.example",
    "https:/evil.example",
    "https:evil.example",
    "HTTPS://evil.example/",
    "//localhost:8000@evil.example/",
    "http://localhost:8000/desk",
    "javascript:alert(1)",
    "javascript://localhost:8000/%0aalert(1)",
    "data:text/html,x",
    "/desk\r\nSet-Cookie: a=b",
    "/desk\0",
    "/desk\x7f",
    "/desk\u2028",
    "/desk\u202etxt",
    "//[evil",
    "/" + "a" * 2000,
    "/sign-in",
    "/sign-in?next=/sign-in",
    "/sign-in#x",
    "/sign-in/",
    "/sign-out",
    "/auth/session",
    "/auth/error",
]


@pytest.mark.parametrize("address", SAFE)
def test_a_path_of_this_site_may_be_gone_to(address: str) -> None:
    assert safe_next(address) == address


@pytest.mark.parametrize("address", UNSAFE)
def test_any_other_address_becomes_home(address: str | None) -> None:
    assert safe_next(address) == "/"


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        ("/desk", "/sign-in?next=%2Fdesk"),
        ("/", "/sign-in"),
        ("/search?q=a&b=%2F", "/sign-in?next=%2Fsearch%3Fq%3Da%26b%3D%252F"),
        ("//evil.example/x", "/sign-in"),
    ],
)
def test_a_visitor_is_sent_to_sign_in_and_back(asked: str, goes_to: str) -> None:
    request = RequestFactory().get("/")
    request.path, _, query = asked.partition("?")
    request.META["QUERY_STRING"] = query

    assert sign_in_redirect(request).url == goes_to


def test_nobody_is_sent_back_to_an_address_that_only_takes_posts() -> None:
    assert sign_in_redirect(RequestFactory().post("/desk/posts/1/publish")).url == "/sign-in"


ASKING_FOR_JSON: list[dict[str, str]] = [
    {"path": "/api/posts/retrieve"},
    {"path": "/feeds/feed.json"},
    {"content_type": "application/json"},
    {"content_type": "application/json; charset=utf-8"},
    {"X-Requested-With": "XMLHttpRequest"},
    {"Sec-Fetch-Mode": "cors"},
    {"Sec-Fetch-Mode": "same-origin"},
    {"Accept": "application/json"},
]
ASKING_FOR_A_PAGE: list[dict[str, str]] = [
    {},
    {"path": "/apiary"},
    {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode": "navigate"},
    {"Accept": "*/*"},
    {"Accept": "text/html, application/json"},
    {"content_type": "application/x-www-form-urlencoded"},
]


def posted(path: str = "/desk", content_type: str = "text/plain", **headers: str) -> HttpRequest:
    return RequestFactory().generic("POST", path, "{}", content_type, headers=headers)


@pytest.mark.parametrize("asked", ASKING_FOR_JSON)
def test_a_script_gets_json(asked: dict[str, str]) -> None:
    assert wants_json(posted(**asked))


@pytest.mark.parametrize("asked", ASKING_FOR_A_PAGE)
def test_a_person_gets_a_page(asked: dict[str, str]) -> None:
    assert not wants_json(posted(**asked))


def test_a_refusal_for_programs_has_the_standards_members_and_the_tutorials() -> None:
    response = problem(409, "Somebody was faster.", version=3)
    about = {"status": 409, "title": "Conflict", "detail": "Somebody was faster.", "version": 3}

    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json; charset=utf-8"
    assert json.loads(response.content) == {"type": "about:blank", **about, "error": about, "data": None}


def test_what_was_typed_is_given_back_and_nothing_else_is() -> None:
    typed = {"title": "On proofs", "body": "", "tags": "craft", "csrfmiddlewaretoken": "secret", "then": "submit"}

    assert posted_texts(RequestFactory().post("/write", typed)) == [("Title", "On proofs"), ("Tags", "craft")]
    assert posted_texts(RequestFactory().get("/write", typed)) == []


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "address"),
    [
        (False, None, "127.0.0.1"),
        (False, "203.0.113.7", "127.0.0.1"),
        (True, None, "127.0.0.1"),
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "made up, 198.51.100.1, 203.0.113.7", "203.0.113.7"),
    ],
)
def test_behind_a_proxy_the_address_is_the_one_the_proxy_saw(
    behind_proxy: bool, forwarded: str | None, address: str, settings: Settings
) -> None:
    settings.BEHIND_PROXY = behind_proxy
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert client_address(RequestFactory().get("/", headers=headers)) == address
