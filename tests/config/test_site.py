"""What the site calls itself and looks like, by its settings."""

import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from blog.languages import direction, is_tag
from config import checks, colours, site
from config.site import Link
from tests.config.test_settings import PRODUCTION, python, read
from tests.conftest import signed_in


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_NAVIGATION", "Archive"),
        ("SITE_NAVIGATION", "=/archive"),
        ("SITE_NAVIGATION", "Archive=archive"),
        ("SITE_NAVIGATION", "Archive=javascript:alert(1)"),
        ("SITE_NAVIGATION", "Archive=//elsewhere.example"),
        ("SITE_NAVIGATION", "Archive=https://[elsewhere"),
        ("SITE_FOOTER_LINKS", "Imprint=imprint"),
        ("SITE_LICENCE", "CC BY 4.0"),
        ("SITE_AUTHOR_LINKS", "@ann@example.org"),
        ("SITE_COLOUR", "blue"),
        ("SITE_COLOUR", "#123"),
        ("SITE_COLOUR", "#112233, #445566, #778899"),
        ("SITE_LANGUAGE", "English, please"),
        ("THEME", "no/such/folder"),
        ("ABOUT_FILE", "no/such/file.md"),
        ("PRIVACY_FILE", "no/such/file.md"),
    ],
)
def test_what_makes_no_sense_stops_the_start_with_one_sentence(name: str, value: str) -> None:
    refused = python("manage.py", "check", **PRODUCTION | {name: value})

    assert refused.returncode != 0
    assert refused.stderr.startswith(name)
    assert refused.stderr.count("\n") == 1
    assert "Traceback" not in refused.stderr


def test_links_are_read_as_names_and_addresses() -> None:
    assert site.links(
        "X", "Archive=/archive, Search=/search?q=a=b ,Shop=https://shop.example, Us=mailto:us@x.org,"
    ) == (
        Link("Archive", "/archive"),
        Link("Search", "/search?q=a=b"),
        Link("Shop", "https://shop.example"),
        Link("Us", "mailto:us@x.org"),
    )


def test_a_site_without_settings_of_its_own_has_galleys_looks() -> None:
    values = read(**PRODUCTION)

    assert (values["THEME"], values["SITE_COLOUR"], values["SITE_LANGUAGE"]) == (None, None, "en")


# The language


@pytest.mark.parametrize(
    ("language", "runs"),
    [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("AR-eg", "rtl"), ("az-Arab", "rtl"), ("ur-Latn", "ltr"),
     ("fa-AF", "rtl"), ("zh-Hans", "ltr"), ("arn", "ltr")],
)  # fmt: skip
def test_a_page_runs_as_its_language_is_written(language: str, runs: str) -> None:
    assert is_tag(language)
    assert direction(language) == runs


@pytest.mark.parametrize("text", ["", "english please", "e", "en_GB", "-en", "en-", '"><script>'])
def test_not_everything_is_a_language(text: str) -> None:
    assert not is_tag(text)


def test_the_language_stands_on_every_page(client: Client, settings: Settings) -> None:
    settings.SITE_LANGUAGE = "ar"

    assert '<html lang="ar" dir="rtl">' in client.get("/auth/error").content.decode()


# The colour


def test_the_papers_are_those_of_the_style_sheet() -> None:
    css = Path("blog/static/blog/base.css").read_text(encoding="utf-8")

    assert f"--paper: light-dark({colours.PAPERS['light']}, {colours.PAPERS['dark']});" in css


def test_a_colour_that_stands_alone_is_lightened_for_the_dark() -> None:
    accent = colours.accents("#7A1F3D")

    assert accent is not None
    assert accent[0] == "#7a1f3d"
    assert colours.contrast(accent[1], colours.PAPERS["dark"]) >= 4.5


def test_two_colours_are_taken_as_they_are() -> None:
    assert colours.accents("#7a1f3d, #f0a0b8") == ("#7a1f3d", "#f0a0b8")


def test_contrast_is_measured_as_by_the_standard() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_a_page_loads_the_sites_colour_after_galleys_own(client: Client, settings: Settings) -> None:
    settings.SITE_COLOUR = ("#7a1f3d", "#f0a0b8")

    page = client.get("/auth/error").content.decode()
    sheets = re.findall(r'rel="stylesheet" href="(.*?)"', page)
    sheet = client.get(sheets[-1])

    assert "light-dark(#7a1f3d, #f0a0b8)" in sheet.content.decode()
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    assert {"public", "immutable"} <= set(sheet.headers["Cache-Control"].split(", "))
    assert not sheet.cookies


@pytest.mark.parametrize("fingerprint", ["0000000000000000", "no-such", None])
def test_another_colour_than_todays_is_not_there(fingerprint: str | None, client: Client, settings: Settings) -> None:
    settings.SITE_COLOUR = ("#7a1f3d", "#f0a0b8") if fingerprint else None

    answer = client.get(f"/colours/{fingerprint or colours.fingerprint('')}.css")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-cache")


def test_the_address_of_the_colour_changes_with_it() -> None:
    one, other = (colours.fingerprint(colours.stylesheet((colour, "#ffffff"))) for colour in ("#000000", "#000001"))

    assert one != other


def test_a_site_without_a_colour_loads_nothing_more(client: Client) -> None:
    assert "/colours/" not in client.get("/auth/error").content.decode()


@pytest.mark.parametrize(
    ("accent", "warned_of"),
    [
        (("#1c49a6", "#9ab8ff"), []),
        (("#f0c000", "#9ab8ff"), ["light"]),
        (("#1c49a6", "#1c49a6"), ["dark"]),
        (("#f0c000", "#1c49a6"), ["light", "dark"]),
        (None, []),
    ],
)
def test_a_check_warns_of_a_colour_that_cannot_be_read(settings: Settings, accent: object, warned_of: object) -> None:
    settings.SITE_COLOUR = accent

    warnings = [message.msg for message in checks.the_accent_can_be_read()]

    assert [re.search(r"to the (\w+) paper", warning)[1] for warning in warnings] == warned_of  # type: ignore[index]


def test_the_checks_are_those_of_manage_py(tmp_path: Path) -> None:
    odd = {"SITE_COLOUR": "#f0c000", "SITE_LOGO": "no-such.svg", "DATA_DIR": str(tmp_path)}

    checked = python("manage.py", "check", **PRODUCTION | odd)

    assert checked.returncode == 0
    assert "(config.W001) SITE_COLOUR #f0c000 has a contrast of 1.6 to the light paper" in checked.stderr
    assert "(config.W002) SITE_LOGO is “no-such.svg”" in checked.stderr


# Name, navigation and footer


def test_a_logo_stands_for_the_name_and_says_it(client: Client, settings: Settings) -> None:
    settings.SITE_LOGO = "blog/favicon.svg"

    page = client.get("/auth/error").content.decode()

    assert '<img class="masthead__logo" src="/static/blog/favicon.svg" alt="Galley">' in page
    assert checks.the_logo_is_there() == []


def test_a_logo_that_is_not_there_leaves_the_name(client: Client, settings: Settings) -> None:
    settings.SITE_LOGO = "no-such.svg"

    assert "masthead__logo" not in client.get("/auth/error").content.decode()
    assert "no-such.svg" in checks.the_logo_is_there()[0].msg


def test_the_pages_it_has_without_settings_are_there(reader: User, settings: Settings) -> None:
    client = signed_in(reader)

    for link in settings.SITE_NAVIGATION:
        assert client.get(link.address).status_code == 200, link


def test_the_navigation_is_the_sites_own(reader: User, settings: Settings) -> None:
    settings.SITE_NAVIGATION = (Link("You & yours", "/account"), Link("Shop", "https://shop.example/?a=1&b=2"))

    page = signed_in(reader).get("/account").content.decode()

    assert '<a href="/account" aria-current="page">You &amp; yours</a>' in page
    assert '<a href="https://shop.example/?a=1&amp;b=2">Shop</a>' in page


def test_a_visitor_of_a_site_for_members_is_offered_what_opens_for_them(client: Client, settings: Settings) -> None:
    settings.SITE_NAVIGATION = (Link("Archive", "/archive"),)
    settings.SITE_FOOTER_LINKS = (Link("Imprint", "https://example.org/imprint"),)

    page = client.get("/auth/error").content.decode()
    links = {address for address in re.findall(r'<a [^>]*href="(.*?)"', page) if not address.startswith("#")}

    assert links == {"/", "/sign-in", "https://example.org/imprint"}


def test_the_footer_has_the_sites_own_words_and_its_licence(client: Client, settings: Settings) -> None:
    settings.SITE_FOOTER = "Set in <Charter>."
    settings.SITE_LICENCE = (Link("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),)
    settings.SITE_AUTHOR_LINKS = ("https://social.example/@ann",)

    page = client.get("/auth/error").content.decode()

    assert "Set in &lt;Charter&gt;." in page
    assert '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>' in page
    assert '<link rel="me" href="https://social.example/@ann">' in page
