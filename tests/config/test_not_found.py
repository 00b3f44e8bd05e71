import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.conftest import signed_in


@pytest.mark.parametrize("address", ["/nothing/here", "/posts/no-such-post", "/posts/99", "/desk/posts/99"])
def test_what_is_not_there_gets_our_own_page_in_development_too(address: str, editor: User, settings: Settings) -> None:
    settings.DEBUG = True

    page = signed_in(editor).get(address)

    assert page.status_code == 404
    assert "404.html" in [template.name for template in page.templates]


def test_a_visitor_learns_of_missing_pages_only_where_the_site_is_public(settings: Settings) -> None:
    asked = Client().get("/nothing/here")
    settings.VISIBILITY = "public"
    told = Client().get("/nothing/here")

    assert asked.headers["Location"] == "/sign-in?next=%2Fnothing%2Fhere"
    assert told.status_code == 404
