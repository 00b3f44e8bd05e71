"""Posts in every state a test can ask for, made by the verbs themselves."""

from accounts.models import User
from accounts.roles import Role
from blog.models import Post

STATES = ("draft", "in_review", "published", "draft+live", "in_review+live", "archived")


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
    if state == "archived":
        post.archive(by=by)
        return post
    post.submit(by=by)
    if state == "in_review":
        return post
    post.publish(by=admin, revision=1)
    if state == "published":
        return post
    post.edit(by=by, version=post.version, title=f"{title}, again", body=f"{body} Thrice.", tags=["craft"])
    if state == "in_review+live":
        post.submit(by=by)
    return post
