"""Posts in every state a test can ask for, made by the verbs themselves."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from blog.models import Post

STATES = (
    "draft",
    "in_review",
    "claimed",
    "scheduled",
    "published",
    "published+planned",
    "published+ending",
    "draft+live",
    "in_review+live",
    "archived",
    "archived+past",
    "taken-down",
)


def with_roles(user: User, *roles: Role) -> User:
    """Return the same person as they were, or will be, with these roles."""
    copy = User.objects.get(pk=user.pk)
    copy.roles = frozenset(roles)
    return copy


def known(user: User) -> User:
    """Have it on record which roles this person has, as Descope's messages and sign-ins would."""
    User.objects.filter(pk=user.pk).update(known_roles=sorted(user.roles), roles_known_at=user.created_at)
    return user


def post_in(state: str, author: User, admin: User, title: str = "On proofs", body: str = "Read it *twice*.") -> Post:
    """Return a post of this author in one of STATES. `admin` is who published it, where somebody did."""
    by = with_roles(author, Role.EDITOR)
    post = Post.objects.write(by=by, title=title, body=body, tags=["craft"])
    if state == "draft":
        return post
    if state == "draft+shared":
        post.share(by=by)
        return post
    if state == "archived":
        post.archive(by=by)
        return post
    post.submit(by=by)
    if state == "in_review":
        return post
    if state == "taken-down":
        post.take_down(by=by)
        return post
    if state == "claimed":
        post.claim(by=admin)
        return post
    if state == "scheduled":
        post.schedule(by=admin, revision=1, at=timezone.now() + timedelta(hours=24))
        return post
    post.publish(by=admin, revision=1)
    if state == "published":
        return post
    if state == "published+ending":
        post.unpublish_later(by=admin, at=timezone.now() + timedelta(hours=48))
        return post
    if state == "archived+past":
        post.unpublish(by=admin)
        post.archive(by=admin)
        return post
    post.edit(by=by, version=post.version, title=f"{title}, again", body=f"{body} Thrice.", tags=["craft"])
    if state == "draft+live":
        return post
    post.submit(by=by)
    if state == "published+planned":
        post.schedule(by=admin, revision=2, at=timezone.now() + timedelta(hours=24))
    return post
