"""Links to share: what they open, for how long, and what ends them. The pages are tests/blog/views/test_sharing.py."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.exceptions import ProviderUnavailable
from accounts.models import Session, User
from accounts.sandbox.models import Person as SandboxPerson
from blog.exceptions import NotPermitted, NotReady, WrongStatus
from blog.models import Post, ShareLink
from blog.models.sharing import LONGEST, MOST_OPEN_LINKS, SHORTEST
from tests.blog.posts import known
from tests.conftest import signed_in


@pytest.fixture
def author(editor: User) -> User:
    return known(editor)


def opens(token: str) -> bool:
    """Whether this token opens a text now, whatever it was before."""
    link = ShareLink.objects.of_token(token)
    return link is not None and link.is_vouched_for


def at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


def test_a_token_has_128_bits_and_is_kept_as_a_digest_alone(draft: Post, author: User) -> None:
    link, token = draft.share(by=author)

    assert len(token) == 22
    assert token not in str(list(ShareLink.objects.values()) + list(draft.history.values()))
    assert ShareLink.objects.of_token(token) == link
    assert ShareLink.objects.of_token(link.token_digest) is None


def test_each_link_has_a_token_of_its_own(draft: Post, author: User) -> None:
    assert draft.share(by=author)[1] != draft.share(by=author)[1]


@pytest.mark.parametrize("lasts", [SHORTEST - timedelta(seconds=1), LONGEST + timedelta(seconds=1), timedelta(0)])
def test_a_link_lasts_from_an_hour_to_ninety_days(draft: Post, author: User, lasts: timedelta) -> None:
    with pytest.raises(NotReady):
        draft.share(by=author, lasts=lasts)

    assert not draft.has_open_links


def test_a_link_opens_until_its_time_is_over(draft: Post, author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    link, token = draft.share(by=author)
    known(author)

    at(link.expires_at - timedelta(seconds=1), monkeypatch)
    before = ShareLink.objects.of_token(token)
    at(link.expires_at, monkeypatch)

    assert link.expires_at - link.made_at == pytest.approx(timedelta(days=7), abs=timedelta(seconds=5))
    assert before == link
    assert ShareLink.objects.of_token(token) is None


def test_so_many_links_are_open_and_no_more(draft: Post, author: User) -> None:
    first, _ = draft.share(by=author)
    for _ in range(MOST_OPEN_LINKS - 1):
        draft.share(by=author)

    with pytest.raises(NotReady):
        draft.share(by=author)
    draft.unshare(by=author, link=first.pk)
    draft.share(by=author)

    assert draft.share_links.open().count() == MOST_OPEN_LINKS


def test_a_revision_that_is_not_there_is_not_shared(submitted: Post, author: User) -> None:
    with pytest.raises(NotReady):
        submitted.share(by=author, revision=2)


def test_making_and_ending_a_link_is_told_and_moves_nothing(submitted: Post, author: User, admin: User) -> None:
    link, _ = submitted.share(by=author, revision=1)
    submitted.unshare(by=admin, link=link.pk)

    made, ended = submitted.history.order_by("pk")[2:]
    assert (made.sentence, made.revision, made.to_status) == (
        "Ed Editor made a link to share",
        submitted.submitted_revision,
        "in_review",
    )
    assert made.note.startswith(f"Link {link.pk}, to revision 1, until ")
    assert (ended.sentence, ended.note) == ("Ada Admin ended a link", f"Link {link.pk}, to revision 1.")


def test_a_link_ends_once(draft: Post, author: User) -> None:
    link, token = draft.share(by=author)
    draft.share(by=author)
    draft.unshare(by=author, link=link.pk)

    with pytest.raises(WrongStatus):
        draft.unshare(by=author, link=link.pk)

    assert not opens(token)
    assert draft.history.filter(verb="unshare").count() == 1


def test_a_link_of_another_post_is_not_ended(draft: Post, author: User) -> None:
    other = Post.objects.write(by=author, title="Other", body="Words.")
    link, token = other.share(by=author)
    draft.share(by=author)

    with pytest.raises(WrongStatus):
        draft.unshare(by=author, link=link.pk)

    assert opens(token)


def test_nobody_else_shares_or_ends(published: Post, author: User, other_editor: User, reader: User) -> None:
    link, token = published.share(by=author)

    for person in (other_editor, reader):
        with pytest.raises(NotPermitted):
            published.share(by=person)
        with pytest.raises(NotPermitted):
            published.unshare(by=person, link=link.pk)

    assert opens(token)


# It opens while who made it could.


def test_a_link_closes_where_the_role_of_its_maker_is_taken_and_opens_where_it_is_back(
    draft: Post, author: User
) -> None:
    _, token = draft.share(by=author)

    User.objects.filter(pk=author.pk).update(known_roles=[], roles_known_at=timezone.now())
    without = opens(token)
    User.objects.filter(pk=author.pk).update(known_roles=["editor"], roles_known_at=timezone.now())

    assert not without
    assert opens(token)


def test_a_role_taken_at_descope_closes_a_link_within_ten_minutes_without_any_message(
    draft: Post, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=author.pk).update(known_roles=["editor"], roles_known_at=timezone.now())
    _, token = draft.share(by=author)
    SandboxPerson.objects.get(user_id=author.subject).roles.clear()

    at_once = opens(token)
    at(timezone.now() + timedelta(minutes=11), monkeypatch)

    assert at_once
    assert not opens(token)


@pytest.mark.parametrize("change", [{"is_disabled": True}, {"left_at": timezone.now()}])
def test_a_link_closes_with_the_account_of_its_maker(draft: Post, author: User, change: dict[str, object]) -> None:
    User.objects.filter(pk=author.pk).update(roles_known_at=timezone.now())
    _, token = draft.share(by=author)
    before = opens(token)

    User.objects.filter(pk=author.pk).update(**change)

    assert before
    assert not opens(token)


def test_a_link_closes_where_the_post_is_handed_over_and_an_admins_stays(
    draft: Post, author: User, other_editor: User, admin: User
) -> None:
    _, of_author = draft.share(by=author)
    _, of_admin = draft.share(by=known(admin))
    known(other_editor)

    draft.hand_over(by=admin, to=other_editor, reason="On holiday.")

    assert not opens(of_author)
    assert opens(of_admin)


def test_a_link_ends_with_the_post(draft: Post, author: User, admin: User) -> None:
    _, token = draft.share(by=known(admin))
    before = opens(token)

    draft.delete_for_good(by=author)

    assert before
    assert ShareLink.objects.of_token(token) is None


@pytest.mark.parametrize("verb", ["unpublish", "archive"])
def test_links_end_where_the_post_is_put_away_and_the_history_tells(
    submitted: Post, author: User, admin: User, verb: str
) -> None:
    if verb == "unpublish":
        submitted.publish(by=admin, revision=1)
    link, pinned = submitted.share(by=author, revision=1)
    _, newest = submitted.share(by=known(admin))
    _, over = submitted.share(by=author)
    submitted.unshare(by=author, link=submitted.share_links.latest("pk").pk)

    getattr(submitted, verb)(by=admin)

    told = list(submitted.history.order_by("pk").values_list("verb", "by", "note", "to_status"))
    assert not any(ShareLink.objects.of_token(token) for token in (pinned, newest, over))
    assert [entry[0] for entry in told[-3:]] == [verb, "unshare", "unshare"]
    assert told[-2] == ("unshare", admin.pk, f"Link {link.pk}, to revision 1.", submitted.status)


def test_a_link_ends_with_the_hour_at_which_the_post_does(
    published: Post, author: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = timezone.now() + timedelta(hours=2)
    _, token = published.share(by=author)
    published.unpublish_later(by=admin, at=ends)
    before = ShareLink.objects.of_token(token)

    at(ends, monkeypatch)
    at_once = ShareLink.objects.of_token(token)
    published.settle()

    assert (before is not None, at_once, published.has_open_links) == (True, None, False)
    assert [entry.verb for entry in published.history.filter(door="clock")] == ["unpublish", "unshare"]


def test_no_link_opens_what_its_author_has_taken_along(published: Post, author: User, admin: User) -> None:
    _, token = published.share(by=known(admin), revision=1)

    published.take_down(by=author)

    assert ShareLink.objects.of_token(token) is None


def test_while_nobody_tells_the_roles_a_link_waits(draft: Post, author: User, hurry: None) -> None:
    _, token = draft.share(by=author)
    # They were told too long ago, and somebody has just set out to ask, and gets no answer.
    now = timezone.now()
    User.objects.filter(pk=author.pk).update(roles_known_at=now - timedelta(days=1), roles_asked_at=now)

    with pytest.raises(ProviderUnavailable):
        opens(token)


def test_without_a_management_key_a_link_opens_while_its_maker_has_a_session(
    draft: Post, editor: User, settings: Settings
) -> None:
    signed_in(editor)
    _, token = draft.share(by=editor)
    settings.DESCOPE_MANAGEMENT_KEY = ""
    Session.objects.update(token_expires_at=timezone.now() - timedelta(hours=5))

    while_signed_in = opens(token)
    Session.objects.update(ended_at=timezone.now())

    assert while_signed_in
    assert not opens(token)


# What the database keeps by itself.


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": models.F("expires_at") + timedelta(days=1)},
        {"token_digest": "0" * 64},
        {"made_by": 0},
        {"post": 0},
        {"revision": None},
    ],
)
def test_the_database_lets_no_link_open_more_than_it_was_made_for(
    submitted: Post, author: User, admin: User, change: dict[str, object]
) -> None:
    submitted.share(by=author, revision=1)
    other = Post.objects.write(by=author, title="Other", body="Words.")
    change = {field: {"made_by": admin.pk, "post": other.pk}.get(field, to) for field, to in change.items()}

    with pytest.raises(IntegrityError, match="what it was made for"), transaction.atomic():
        ShareLink.objects.update(**change)


def test_the_database_opens_no_ended_link_again_and_removes_none(draft: Post, author: User) -> None:
    link, _ = draft.share(by=author)
    draft.unshare(by=author, link=link.pk)

    with pytest.raises(IntegrityError, match="until it ends"), transaction.atomic():
        ShareLink.objects.update(ended_at=None)
    with pytest.raises(IntegrityError, match="never removed"), transaction.atomic():
        ShareLink.objects.all().delete()
