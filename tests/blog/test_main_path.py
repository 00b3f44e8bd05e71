"""The main job by the pages' own forms, without a browser."""

from accounts.models import User
from blog.models import Post
from blog.status import Status
from tests.conftest import signed_in


def test_a_post_goes_from_an_editor_through_an_admin_to_a_reader(editor: User, admin: User, reader: User) -> None:
    writer, reviewer, visitor = signed_in(editor), signed_in(admin), signed_in(reader)

    started = writer.post(
        "/write", {"title": "On proofs", "tags": "craft, print", "body": "Read *twice*.", "then": "submit"}
    )
    post = Post.objects.get()
    reviewer.post(f"/desk/posts/{post.pk}/publish", {"revision": "1"})
    page = visitor.get("/posts/on-proofs")

    assert started.status_code == 302
    assert page.status_code == 200
    assert "<em>twice</em>" in page.content.decode()
    assert "On proofs" in visitor.get("/").content.decode()


def test_an_unpublished_post_is_gone_for_readers_and_waits_for_review(
    published: Post, admin: User, reader: User
) -> None:
    assert signed_in(reader).get(published.get_absolute_url()).status_code == 200

    signed_in(admin).post(f"/desk/posts/{published.pk}/unpublish")
    published.refresh_from_db()

    assert signed_in(reader).get(published.get_absolute_url()).status_code == 404
    assert published.status == Status.IN_REVIEW
