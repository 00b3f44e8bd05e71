"""Who may see what they were told: never more than the rules about posts say of the same person."""

import pytest
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from blog.models import HistoryEntry, Notification, Post
from blog.notifications.kinds import Cadence, Kind
from blog.permissions import may_open_on_desk
from tests.blog.posts import STATES, post_in, with_roles

ROLES: list[tuple[Role, ...]] = [(), (Role.EDITOR,), (Role.ADMIN,), (Role.EDITOR, Role.ADMIN)]


@pytest.mark.parametrize("state", STATES)
def test_a_notification_is_seen_where_its_post_is_open_on_the_desk_or_its_words_are_live(
    state: str, editor: User, other_editor: User, admin: User
) -> None:
    post = post_in(state, editor, admin)
    everything = [(user, with_roles(user, *roles)) for user in (editor, other_editor, admin) for roles in ROLES]
    Notification.objects.all().delete()
    entries = HistoryEntry.objects.exclude(revision=None)
    for user in (editor, other_editor, admin):
        for entry in entries:
            Notification.objects.create(person=user, entry=entry, kind=Kind.PUBLISHED, mail=Cadence.NEVER)

    for user, person in everything:
        seen = {notification.entry_id for notification in Notification.objects.list_of(person)}
        is_visible = Post.objects.visible_to(person).filter(pk=post.pk).exists()
        live = post.live_revision_id if is_visible else None
        may = {entry.pk for entry in entries if may_open_on_desk(person, post) or entry.revision_id == live}
        assert seen == may, (user.name, person.roles)


def test_a_deleted_post_is_seen_by_nobody(editor: User, admin: User) -> None:
    post = post_in("in_review", editor, admin)
    post.withdraw(by=with_roles(editor, Role.EDITOR))
    post.delete_for_good(by=with_roles(editor, Role.EDITOR))

    assert Notification.objects.exists()
    for roles in ROLES:
        assert not Notification.objects.for_eyes_of(with_roles(editor, *roles)).exists()
        assert not Notification.objects.for_eyes_of(with_roles(admin, *roles)).exists()


def test_the_number_of_unread_ones_is_found_by_an_index(admin: User) -> None:
    unread = Notification.objects.filter(person=admin.pk, is_listed=True).unread().for_eyes_of(admin)

    if connection.vendor == "sqlite":
        assert "notification_unread" in unread.explain()
