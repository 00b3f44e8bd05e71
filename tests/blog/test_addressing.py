"""Posts whose address changes: the new one is theirs, the old ones lead there in one step, and for good."""

from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from blog.exceptions import NotReady, StepUpNeeded
from blog.models import FormerSlug, Outcome, Post
from blog.seals import mismatches
from blog.status import GoneAs
from tests.blog.posts import post_in
from tests.conftest import signed_in

UNFIT = [
    "",
    "  ",
    "!!!",
    "42",
    "/posts/",
    "a" * 81,
    "on-proofs",
    "On Proofs",
    "another",
    "/posts/Another",
    "had-before",
]


@pytest.fixture(params=["member", "visitor"])
def browser(request: pytest.FixtureRequest, reader: User, settings: SimpleNamespace) -> Client:
    settings.VISIBILITY = "members" if request.param == "member" else "public"
    return signed_in(reader) if request.param == "member" else Client()


def told(browser: Client, path: str) -> tuple[int, str]:
    answer = browser.get(path)
    return answer.status_code, answer.headers.get("Location", "")


def test_every_old_address_leads_on_in_one_step(browser: Client, published: Post, admin: User) -> None:
    published.readdress(by=admin, to="Über proofs")
    published.readdress(by=admin, to="third")
    third = "/posts/third"

    assert browser.get(third).status_code == 200
    for old in ("/posts/on-proofs", "/posts/On-Proofs/", "/posts/%C3%BCber-proofs", f"/posts/{published.pk}"):
        assert told(browser, old) == (301, third), old


def test_a_post_may_go_back_to_where_it_was(browser: Client, published: Post, admin: User) -> None:
    for address in ("second", "on-proofs", "second", "on-proofs"):
        published.readdress(by=admin, to=address)

    assert told(browser, "/posts/second") == (301, "/posts/on-proofs")
    assert browser.get("/posts/on-proofs").status_code == 200
    assert list(mismatches()) == []


def test_what_is_sealed_stays_and_what_comes_next_has_the_new_address(
    published: Post, editor: User, admin: User
) -> None:
    published.readdress(by=admin, to="second")
    published.edit(by=editor, version=published.version, title="Another title", body="Next.")
    published.submit(by=editor)

    assert published.slug == "second"
    assert [revision.slug for revision in published.revisions.order_by("number")] == ["on-proofs", "second"]
    assert list(mismatches()) == []
    published.publish(by=admin, revision=2)
    published.readdress(by=admin, to="third")
    assert list(mismatches()) == []
    assert published.history.order_by("-pk")[0].note == "From /posts/second to /posts/third"


def test_where_readers_see_nothing_the_old_address_tells_nothing(browser: Client, editor: User, admin: User) -> None:
    hidden = post_in("scheduled", editor, admin)
    hidden.readdress(by=admin, to="second")

    for path, nothing in (("/posts/on-proofs", "/posts/no-proofs"), ("/posts/On-Proofs/", "/posts/No-Proofs/")):
        answer = browser.get(path)
        assert (answer.status_code, len(answer.content)) == (404, len(browser.get(nothing).content))
    assert signed_in(editor).get("/posts/on-proofs").headers["Location"] == f"/desk/posts/{hidden.pk}"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(GoneAs.GONE, note="It was wrong."), (410, "")),
        (Outcome(GoneAs.MOVED, to="/posts/elsewhere"), (302, "/posts/elsewhere")),
        (Outcome(), (404, "")),
    ],
)
def test_what_became_of_a_post_is_told_at_its_old_addresses_too(
    browser: Client, published: Post, admin: User, outcome: Outcome, expected: tuple[int, str]
) -> None:
    published.readdress(by=admin, to="second")
    published.unpublish(by=admin, outcome=outcome)

    assert told(browser, "/posts/on-proofs") == told(browser, "/posts/second") == expected


def test_nobody_is_led_in_circles(published: Post, admin: User) -> None:
    published.readdress(by=admin, to="second")
    for own in ("/posts/on-proofs", "/posts/second", f"/posts/{published.pk}", f"/p/{published.pk}"):
        with pytest.raises(NotReady):
            published.unpublish(by=admin, outcome=Outcome(GoneAs.MOVED, to=own))
    published.refresh_from_db()
    published.unpublish(by=admin, outcome=Outcome(GoneAs.MOVED, to="/posts/third"))

    with pytest.raises(NotReady, match="led to /posts/third"):
        published.readdress(by=admin, to="third")
    assert Post.objects.get().slug == "second"


@pytest.mark.parametrize("address", UNFIT)
def test_an_address_that_will_not_do_is_refused(published: Post, editor: User, admin: User, address: str) -> None:
    other = post_in("published", editor, admin, title="Had before")
    other.readdress(by=admin, to="another")

    with pytest.raises(NotReady):
        published.readdress(by=admin, to=address)

    assert Post.objects.get(pk=published.pk).slug == "on-proofs"
    assert not published.former_slugs.exists()


def test_no_title_makes_an_address_that_leads_elsewhere(published: Post, editor: User, admin: User) -> None:
    published.readdress(by=admin, to="second")

    assert Post.objects.write(by=editor, title="On proofs", body="Others.").slug == "on-proofs-2"


def test_the_database_lets_no_post_leave_or_take_an_address_unseen(
    published: Post, draft: Post, editor: User, admin: User
) -> None:
    other = Post.objects.write(by=editor, title="Other", body="Words.")
    published.readdress(by=admin, to="second")
    for rows, slug in (
        (Post.objects.filter(pk=published.pk), "third"),
        (Post.objects.filter(pk=other.pk), "on-proofs"),
    ):
        with pytest.raises(IntegrityError, match="address"), transaction.atomic():
            rows.update(slug=slug)
    with pytest.raises(IntegrityError, match="address"), transaction.atomic():
        Post.objects.create(author=editor, slug="on-proofs")
    with pytest.raises(IntegrityError, match="never removed"), transaction.atomic():
        FormerSlug.objects.all()._raw_delete("default")


def test_an_address_beside_the_history_is_named(published: Post, admin: User) -> None:
    FormerSlug.objects.create(post=published, slug="on-proofs")
    Post.objects.update(slug="buy-pills")  # The guard lets it through: the old address leads there.

    assert "nor one it was given since" in " ".join(map(str, mismatches()))


def test_changing_the_address_asks_for_a_second_factor_where_publishing_does(
    published: Post, admin: User, settings: SimpleNamespace
) -> None:
    settings.REQUIRE_MFA_TO_PUBLISH = True

    with pytest.raises(StepUpNeeded):
        published.readdress(by=admin, to="second")


def test_the_desk_has_a_form_for_it_and_gives_back_what_will_not_do(published: Post, admin: User) -> None:
    client = signed_in(admin)
    desk = f"/desk/posts/{published.pk}"

    assert 'name="address"' in client.get(desk).content.decode()
    refused = client.post(f"{desk}/readdress", {"address": "77"})
    assert refused.status_code == 422
    assert "77" in refused.content.decode()
    assert told(client, client.post(f"{desk}/readdress", {"address": "Second"}).headers["Location"])[0] == 200
    assert Post.objects.get().slug == "second"


def test_a_link_to_an_old_address_is_no_dead_link(published: Post, editor: User, admin: User) -> None:
    published.readdress(by=admin, to="second")
    body = "See [it](/posts/on-proofs) and [that](/posts/never-was)."
    linking = Post.objects.write(by=editor, title="Links", body=body)

    assert [finding.fingerprint for finding in linking.findings_for(editor) if finding.check == "link-dead"] != []
    assert "on-proofs" not in str(linking.findings_for(editor))
