"""What a reader's browser loads with a post: little, and from here alone."""

import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from blog.models import Post

MOST_BYTES = 50 * 1024


def loaded_by(page: str) -> list[str]:
    """Return the addresses of the style sheets and scripts that a page loads."""
    sheets = re.findall(r'<link rel="stylesheet" href="(.*?)"', page)
    return sheets + re.findall(r'<script [^>]*src="(.*?)"', page)


def source_of(address: str) -> bytes:
    found = finders.find(address.removeprefix("/static/"))
    assert isinstance(found, str), address
    return Path(found).read_bytes()


@pytest.fixture
def loaded(published: Post, settings: Settings) -> dict[str, bytes]:
    settings.VISIBILITY = "public"
    page = Client().get(published.get_absolute_url()).content.decode()
    return {address: source_of(address) for address in loaded_by(page)}


def test_styles_and_scripts_of_a_post_are_at_most_50_kb_on_the_wire(loaded: dict[str, bytes]) -> None:
    sizes = {address: len(brotli.compress(source)) for address, source in loaded.items()}

    assert {"/static/blog/base.css", "/static/blog/article.css", "/static/blog/theme.js"} <= set(sizes)
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_they_load_nothing_more_behind_its_back(loaded: dict[str, bytes]) -> None:
    for address, source in loaded.items():
        assert not re.search(rb"@import|url\(|^import |\bimport\(|https?://", source, re.MULTILINE), address
