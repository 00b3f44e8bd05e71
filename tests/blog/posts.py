"""Posts in every state a test can ask for, made by the verbs themselves."""

from accounts.models import User
from accounts.roles import Role
from blog.models import Post
from blog.status import Status

STATES = ("draft", "in_review", "published", "draft+live", "in_review+live", "archived")


def with_roles(user: User, *roles: Role) -> User:
    """Return the same person as they were, or will be, with these roles."""
    copy = User.objects.get(pk=user.pk)
    copy.roles = frozenset(roles)
    return copy


def post_in(state: str, author: User, admin: User, title: str = "On proofs", body: str = "Read it *twice*.") -> Post:
    """Return a post of this author in one of STATES. `admin` is who published it, where somebody did."""
    by = with_roles(author, Role.EDITOR)
    post = Post.objects.write(by=by, title=title, body=body, tags=["craft"])
    if state == "draft":
        return post
    if state == "archived":  # No verb leads there yet.
        Post.objects.filter(pk=post.pk).update(status=Status.ARCHIVED)
        return Post.objects.get(pk=post.pk)
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
