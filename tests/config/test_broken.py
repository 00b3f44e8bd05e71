import pytest
from django.test import Client

from accounts.models import User
from blog.models import Post
from tests.conftest import signed_in


@pytest.fixture
def broken_site(editor: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The editor's browser, on a site whose disk is full, say."""
    client = signed_in(editor, raise_request_exception=False)

    def write(*args: object, **options: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(type(Post.objects.all()), "write_once", write)
    return client


def test_what_was_typed_survives_even_a_bug(broken_site: Client) -> None:
    page = broken_site.post("/write", {"title": "On proofs", "body": "An hour of <work>."})

    assert page.status_code == 500
    assert "An hour of &lt;work&gt;." in page.content.decode()
    assert "no space left" not in page.content.decode()
