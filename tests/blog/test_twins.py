"""The Markdown of a post for programs: as it was typed, and no word that its page does not show."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import yaml
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from blog import twins
from blog.models import Post
from blog.slugs import slug_of
from tests.blog.metadata.heads import Head
from tests.conftest import signed_in

BODY = """\
A *word* with a [link](https://example.org/a "A title"), `code` and a note.[^1] AT&amp;T &mdash; H~2~O.

## A heading

- [ ] to do

> Somebody’s words

```python hl_lines="1 7-97" title="greet.py"
def greet(name: str) -> str: return "<!-- not a comment -->"
```

| Name | What |
| --- | ---: |
| a \\| b | c |

![A picture](/media/x.webp)

[^1]: Its source, [too][ref].

[ref]: https://example.org/too
"""


@pytest.fixture(autouse=True)
def public(settings: SimpleNamespace) -> None:
    settings.VISIBILITY = "public"


def published_as(body: str, by: User, admin: User, **words: Any) -> Post:
    post = Post.objects.write(by=by, **{"title": "On proofs", "body": body, "tags": ["craft", "print"], **words})
    post.submit(by=by)
    post.publish(by=admin, revision=1)
    return post


def test_a_post_is_there_as_it_was_typed_with_its_facts_in_front(editor: User, admin: User) -> None:
    post = published_as(BODY, editor, admin)
    assert post.published_at is not None

    answer = Client().get("/posts/on-proofs.md")

    _, front, text = answer.content.decode().split("---\n", 2)
    facts = yaml.safe_load(front)
    assert text == f"\n{BODY}"
    assert datetime.fromisoformat(str(facts.pop("date"))) == post.published_at.replace(microsecond=0)
    assert facts == {
        "title": "On proofs",
        "author": "Ed Editor",
        "tags": ["craft", "print"],
        "canonical": "http://localhost:8000/posts/on-proofs",
    }
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Link"] == '<http://localhost:8000/posts/on-proofs>; rel="canonical"'


@pytest.mark.parametrize(
    ("elsewhere", "told"),
    [
        (
            'https://x.example/a>;rel="stylesheet",<https://evil.example/x',
            "https://x.example/a%3E;rel=%22stylesheet%22,%3Chttps://evil.example/x",
        ),
        ("https://bücher.example/grün?a=ü b#ö", "https://b%C3%BCcher.example/gr%C3%BCn?a=%C3%BC%20b#%C3%B6"),
        ("https://x.example/gr%C3%BCn?a=1&b=[2]", "https://x.example/gr%C3%BCn?a=1&b=[2]"),
        ("https://x.example/a\\b{c}`|^", "https://x.example/a%5Cb%7Bc%7D%60%7C%5E"),
    ],
)
def test_where_it_was_first_is_one_address_in_the_header(elsewhere: str, told: str, editor: User, admin: User) -> None:
    published_as(BODY, editor, admin, canonical_url=elsewhere)

    link = Client().get("/posts/on-proofs.md").headers["Link"]

    assert link == f'<{told}>; rel="canonical"'
    assert list(httpx.Response(200, headers={"Link": link}).links) == ["canonical"]


def test_the_page_leads_to_it(published: Post) -> None:
    head = Head(Client().get("/posts/on-proofs").content.decode())

    [address] = [link["href"] for link in head.links["alternate"] if link.get("type") == "text/markdown"]
    assert address == "http://localhost:8000/posts/on-proofs.md"


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- Nobody reads this. -->",
        "[//]: # (Nobody reads this.)",
        "[nobody]: https://example.org/reads-this",
        "<script>nobody()</script>",
        "<!-- Words -->",
    ],
)
def test_where_something_is_not_on_the_page_there_is_none(hidden: str, editor: User, admin: User) -> None:
    published_as(f"Words.\n\n{hidden}\n", editor, admin)

    head = Head(Client().get("/posts/on-proofs").content.decode())

    assert not [link for link in head.links["alternate"] if link.get("type") == "text/markdown"]
    assert Client().get("/posts/on-proofs.md").status_code == 404


def test_it_is_of_the_live_revision_and_goes_with_it(published: Post, editor: User, admin: User) -> None:
    published.edit(by=editor, version=published.version, title="Next", body="Next words.", tags=[])
    published.submit(by=editor)
    assert "Next" not in Client().get("/posts/on-proofs.md").content.decode()

    published.publish(by=admin, revision=2)
    assert "Next words." in Client().get("/posts/on-proofs.md").content.decode()

    published.unpublish(by=admin)
    assert Client().get("/posts/on-proofs.md").status_code == 404


def test_on_a_members_site_it_is_for_members(published: Post, reader: User, settings: SimpleNamespace) -> None:
    settings.VISIBILITY = "members"

    assert Client().get("/posts/on-proofs.md").headers["Location"].startswith("/sign-in")
    assert signed_in(reader).get("/posts/on-proofs.md").status_code == 200


def test_the_one_of_a_post_that_moved_is_at_its_new_address(published: Post, admin: User) -> None:
    published.readdress(by=admin, to="on-galleys")

    answer = Client().get("/posts/on-proofs.md")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/posts/on-galleys.md")


def test_a_known_one_is_not_sent_again(published: Post) -> None:
    etag = Client().get("/posts/on-proofs.md").headers["ETag"]

    assert Client().get("/posts/on-proofs.md", headers={"if-none-match": etag}).status_code == 304


@settings(deadline=None)
@given(st.text())
def test_no_post_has_an_address_that_a_twin_could_take(title: str) -> None:
    assert "." not in slug_of(title)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])) | st.text(alphabet='"\\:#-[]{}\u2028\u0085\ufeff\x7f\n'))
def test_whatever_the_title_yaml_reads_it_as_it_is(title: str) -> None:
    assert yaml.safe_load(f"title: {twins._yaml(title)}") == {"title": title}


def test_the_short_address_leads_to_the_post_at_once(published: Post) -> None:
    answer = Client().get(f"/p/{published.pk}")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/posts/on-proofs")
    assert Head(Client().get("/posts/on-proofs").content.decode()).link("shortlink").endswith(f"/p/{published.pk}")
