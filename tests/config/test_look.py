"""Light, dark or as the device: kept in one cookie, by one form, for whoever chose."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.conftest import signed_in

HERE = {"Sec-Fetch-Site": "same-origin"}


def look(client: Client, path: str = "/auth/error") -> tuple[str, str, list[str]]:
    """Return what a page says of its colours: to the style sheet, to the browser, and of its edges."""
    page = client.get(path).content.decode()
    chosen = re.search(r'<html [^>]*data-theme="(\w+)"', page)
    scheme = re.search(r'name="color-scheme" content="([\w ]+)"', page)
    assert scheme
    return chosen[1] if chosen else "", scheme[1], re.findall(r'name="theme-color" content="#\w+" media="(.*?)"', page)


@pytest.mark.parametrize(
    ("cookie", "told"),
    [
        ("", ("", "light dark", ["(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"])),
        ("light", ("light", "light", ["all", "not all"])),
        ("dark", ("dark", "dark", ["not all", "all"])),
        ("system", ("", "light dark", ["(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"])),
        ('"><script>', ("", "light dark", ["(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"])),
    ],
)
def test_a_page_comes_in_the_look_of_the_cookie(client: Client, cookie: str, told: object) -> None:
    client.cookies["theme"] = cookie

    assert look(client) == told


def test_what_is_chosen_is_kept_for_a_year_and_leads_back(client: Client) -> None:
    page = {"Referer": "http://testserver/sign-in?next=/account#main"}
    answer = client.post("/theme", {"theme": "dark"}, headers=HERE | page)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/account#theme")
    cookie = answer.cookies["theme"]
    assert (cookie.value, cookie["max-age"]) == ("dark", timedelta(days=365).total_seconds())
    assert (cookie["samesite"], cookie["httponly"], cookie["secure"], cookie["path"]) == ("Lax", True, "", "/")
    assert list(answer.cookies) == ["theme"]
    assert look(client)[0] == "dark"


def test_the_cookie_is_secure_where_the_site_is(client: Client, settings: Settings) -> None:
    settings.IS_HTTPS = True

    assert client.post("/theme", {"theme": "light"}, headers=HERE).cookies["theme"]["secure"] is True


@pytest.mark.parametrize("theme", ["system", "", "pink"])
def test_as_the_device_needs_no_cookie(client: Client, theme: str) -> None:
    client.cookies["theme"] = "dark"

    answer = client.post("/theme", {"theme": theme}, headers=HERE)

    assert (answer.cookies["theme"].value, answer.cookies["theme"]["max-age"]) == ("", 0)
    assert look(client)[0] == ""


@pytest.mark.parametrize(
    "address",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/\t/elsewhere.example", "x", ""],
)
def test_nobody_is_led_elsewhere(client: Client, address: str) -> None:
    answer = client.post("/theme", {"theme": "dark", "next": address}, headers=HERE)

    assert answer.headers["Location"] == "/#theme"


def test_a_page_that_tells_nobody_where_it_is_says_it_itself(client: Client) -> None:
    answer = client.post("/theme", {"theme": "dark", "next": "/shared/a-token"}, headers=HERE)

    assert answer.headers["Location"] == "/shared/a-token#theme"


@pytest.mark.parametrize("referrer", ["http://[", "about:blank", "https://elsewhere.example", "x", "//x//y"])
def test_an_odd_referrer_leads_to_the_front_page(client: Client, referrer: str) -> None:
    answer = client.post("/theme", {"theme": "dark"}, headers=HERE | {"Referer": referrer})

    assert answer.headers["Location"] == "/#theme"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_another_site_cannot_choose(client: Client, headers: dict[str, str]) -> None:
    answer = client.post("/theme", {"theme": "dark"}, headers=headers)

    assert answer.status_code == 403
    assert "theme" not in answer.cookies


@pytest.mark.parametrize("origin", ["http://localhost:8000", "http://testserver"])
def test_a_browser_that_tells_its_origin_alone_can_choose(client: Client, origin: str) -> None:
    answer = client.post("/theme", {"theme": "dark"}, headers={"Origin": origin})

    assert answer.cookies["theme"].value == "dark"


def test_a_script_is_answered_without_a_page(client: Client) -> None:
    answer = client.post("/theme", {"theme": "dark"}, headers=HERE | {"Sec-Fetch-Mode": "cors"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.cookies["theme"].value == "dark"


def test_choosing_is_a_post_and_needs_no_other_cookie() -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.get("/theme").status_code == 405
    assert strict.post("/theme", {"theme": "dark"}, headers=HERE).status_code == 303


def test_a_member_stays_signed_in(reader: User) -> None:
    client = signed_in(reader)

    client.post("/theme", {"theme": "dark"}, headers=HERE)

    assert look(client, "/account")[0] == "dark"


def test_caches_know_that_pages_differ_by_it(client: Client) -> None:
    assert "Cookie" in client.get("/auth/error").headers["Vary"]
