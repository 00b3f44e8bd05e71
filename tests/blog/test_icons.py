"""The site's mark, for tabs and for phones: for everybody, whoever may read the site."""

import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from blog import icons
from blog.icons import ICONS


@pytest.fixture(autouse=True)
def drawn_anew() -> Iterator[None]:
    yield
    icons.png.cache_clear()
    icons.favicon.cache_clear()


def picture_at(path: str) -> Image.Image:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    return Image.open(io.BytesIO(answer.content))


@pytest.mark.parametrize("name", ICONS)
def test_visitors_of_a_members_site_get_each_icon_in_its_size(name: str) -> None:
    with picture_at(f"/{name}") as image:
        assert (image.format, image.size) == ("PNG", (ICONS[name].side,) * 2)


@pytest.mark.parametrize("name", [name for name, icon in ICONS.items() if icon.is_full])
def test_what_phones_cut_out_has_colour_up_to_its_edges_and_its_mark_inside_the_circle(name: str) -> None:
    with picture_at(f"/{name}") as image:
        colours = image.convert("RGB")
    ground, side = colours.getpixel((0, 0)), colours.width
    off_ground = [
        (x - side / 2, y - side / 2)
        for x in range(side)
        for y in range(side)
        if sum(abs(a - b) for a, b in zip(colours.getpixel((x, y)), ground, strict=True)) > 60  # type: ignore[arg-type, misc]  # RGB
    ]

    assert ground == (28, 26, 23)
    assert max(x**2 + y**2 for x, y in off_ground) ** 0.5 < 0.4 * side


def test_the_oldest_address_has_an_icon_in_three_sizes() -> None:
    with picture_at("/favicon.ico") as image:
        assert image.info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_the_mark_of_a_theme_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "icon.png"
    Image.new("RGB", (600, 600), "#ff0000").save(own)
    monkeypatch.setattr(finders, "find", lambda path: str(own) if path == "blog/icon.png" else None)
    icons.png.cache_clear()

    with picture_at("/icon-192.png") as plain, picture_at("/icon-maskable-192.png") as full:
        assert plain.convert("RGB").getpixel((0, 0)) == full.getpixel((96, 96)) == (255, 0, 0)
        assert full.getpixel((0, 0)) == (251, 250, 246)


def test_the_manifest_names_icons_that_are_there() -> None:
    answer = Client().get("/manifest.webmanifest")
    told = answer.json()

    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["start_url"], told["lang"]) == ("Galley", "/", "en")
    assert {icon["purpose"] for icon in told["icons"] if "purpose" in icon} == {"any", "maskable"}
    for icon in told["icons"][1:]:
        with picture_at(icon["src"]) as image:
            assert icon["sizes"] == f"{image.width}x{image.height}"


def test_pages_name_the_icons_and_the_manifest(settings: SimpleNamespace) -> None:
    settings.VISIBILITY = "public"
    page = Client().get("/").content.decode()

    for link in (
        '<link rel="icon" href="/favicon.ico" sizes="48x48">',
        '<link rel="apple-touch-icon" href="/apple-touch-icon.png">',
        '<link rel="manifest" href="/manifest.webmanifest">',
    ):
        assert link in page


def test_an_icon_that_is_known_is_not_sent_again() -> None:
    etag = Client().get("/favicon.ico").headers["ETag"]

    assert Client().get("/favicon.ico", headers={"if-none-match": etag}).status_code == 304
