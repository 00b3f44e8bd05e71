"""That the site has another version as soon as readers see anything else, and keeps it while they do not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from blog.models import Author, Post, SiteVersion, Tag, tag_keeping
from tests.kept import note_at_once

from .posts import post_in, with_roles

YESTERDAY = timezone.now() - timedelta(days=1)
Change = Callable[[Post, User, User], object]


@pytest.fixture(autouse=True)
def noted_at_once() -> None:
    note_at_once()


def version(row: SiteVersion.Row = SiteVersion.Row.FOR_READERS) -> str:
    return SiteVersion.objects.get(pk=row).value


def tag() -> Tag:
    return Tag.objects.get(slug="craft")


def publish_anew(post: Post, editor: User, admin: User) -> None:
    post.edit(by=editor, version=post.version, title="Another", body="Another text.", tags=[])
    post.submit(by=editor)
    post.publish(by=admin, revision=2)


SEEN: dict[str, Change] = {
    "unpublished": lambda post, editor, admin: post.unpublish(by=admin),
    "published anew": publish_anew,
    "to end": lambda post, editor, admin: Post.objects.filter(pk=post.pk).update(unpublish_at=post.created_at),
    "at another address": lambda post, editor, admin: post.readdress(by=admin, to="elsewhere"),
    "taken down": lambda post, editor, admin: post.take_down(by=editor),
    "its tag renamed": lambda post, editor, admin: tag_keeping.rename(tag(), by=admin, to="Trade"),
    "its author renamed": lambda post, editor, admin: User.objects.filter(pk=editor.pk).update(name="Edda"),
    "its author without picture": lambda post, editor, admin: User.objects.filter(pk=editor.pk).update(picture="a"),
    "its author gone": lambda post, editor, admin: User.objects.filter(pk=editor.pk).update(left_at=post.created_at),
    "its author described": lambda post, editor, admin: Author.objects.filter(user=editor).update(bio="Writes."),
    "changed past the verbs": lambda post, editor, admin: Post.objects.filter(pk=post.pk).update(
        published_at=YESTERDAY
    ),
}

UNSEEN: dict[str, Change] = {
    "saved": lambda post, editor, admin: post.edit(by=editor, version=post.version, title="B", body="B", tags=[]),
    "rendered": lambda post, editor, admin: Post.objects.filter(pk=post.pk).update(html="<p>B</p>"),
    "another draft": lambda post, editor, admin: post_in("draft", editor, admin, title="Another"),
    "another in review": lambda post, editor, admin: post_in("in_review", editor, admin, title="Another"),
    "a reader renamed": lambda post, editor, admin: User.objects.filter(pk=admin.pk).update(name="Adele"),
    "somebody new": lambda post, editor, admin: User.objects.create(subject="U9", name="Nina"),
    "roles noted": lambda post, editor, admin: User.objects.filter(pk=editor.pk).update(known_roles=["editor"]),
}


@pytest.mark.parametrize("what", SEEN)
def test_what_readers_see_gives_the_site_another_version(what: str, editor: User, admin: User) -> None:
    post = post_in("published", editor, admin)
    before = version()

    SEEN[what](post, with_roles(editor, Role.EDITOR), admin)

    assert version() != before


@pytest.mark.parametrize("what", UNSEEN)
def test_what_readers_do_not_see_leaves_the_version(what: str, editor: User, admin: User) -> None:
    post = post_in("published", editor, admin)
    before = version()

    UNSEEN[what](post, with_roles(editor, Role.EDITOR), admin)

    assert version() == before


def test_no_version_comes_back(editor: User, admin: User) -> None:
    post = post_in("published", editor, admin)
    seen = [version()]
    for name in ("Edda", "Ed", "Edda", "Ed"):
        User.objects.filter(pk=post.author_id).update(name=name)
        seen.append(version())

    assert len(set(seen)) == 5


@pytest.mark.parametrize("what", ["saved", "rendered", "another draft", "another in review"])
def test_every_change_of_a_post_gives_the_desk_another_version(what: str, editor: User, admin: User) -> None:
    post = post_in("published", editor, admin)
    before = version(SiteVersion.Row.FOR_DESK)

    UNSEEN[what](post, with_roles(editor, Role.EDITOR), admin)

    assert version(SiteVersion.Row.FOR_DESK) != before
