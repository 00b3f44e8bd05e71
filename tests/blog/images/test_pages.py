"""Bringing pictures on the desk, and getting them."""

import io
import re
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pixels

from accounts.models import User
from blog.models import MAX_UPLOAD_BYTES, Image, Post, Upload
from tests.conftest import bearer, signed_in

from .files import picture

TO_SCRIPTS = {"X-Requested-With": "XMLHttpRequest"}


def bring(client: Client, data: bytes, alt: str = "A red sheet", **sent: Any) -> Any:
    headers = sent.pop("headers", {})
    return client.post(
        "/desk/images", {"file": SimpleUploadedFile("../a.png", data), "alt": alt, **sent}, headers=headers
    )


def get(client: Client, address: str, **headers: str) -> Any:
    """Get a picture, and close its file."""
    answer: Any = client.get(address, headers=headers)
    answer.body = answer.getvalue() if answer.streaming else answer.content
    answer.close()
    return answer


@pytest.fixture
def image(editor: User) -> Image:
    return Image.objects.upload(by=editor, data=picture(), alt="A red sheet").image


@pytest.fixture
def live(image: Image, editor: User, admin: User) -> Post:
    post = Post.objects.write(by=editor, title="On proofs", body=f"![A red sheet](/media/{image.digest}.webp)")
    post.submit(by=editor)
    post.publish(by=admin, revision=1)
    return post


def test_a_picture_is_brought_and_its_page_has_the_markdown_to_paste(editor: User, draft: Post) -> None:
    client = signed_in(editor)

    answer = bring(client, picture(), post=str(draft.pk))

    kept = Image.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/images/{kept.digest}?post={draft.pk}")
    page = client.get(answer["Location"]).content.decode()
    assert f"![A red sheet](/media/{kept.digest}.webp)" in page
    assert f'href="/desk/posts/{draft.pk}/edit"' in page
    assert (kept.width, kept.height) == (40, 30)


def test_a_script_gets_json(editor: User) -> None:
    answer = bring(signed_in(editor), picture(), headers=TO_SCRIPTS)

    address = Image.objects.get().get_absolute_url()
    assert answer.status_code == 201
    assert answer.json() == {
        "address": address,
        "markdown": f"![A red sheet]({address})",
        "alt": "A red sheet",
        "width": 40,
        "height": 30,
        "note": "",
    }


def test_that_a_picture_moves_no_more_is_said(editor: User) -> None:
    moving = picture(kind="GIF", save_all=True, append_images=[Pixels.new("RGB", (40, 30), "blue")])
    client = signed_in(editor)

    told = bring(client, moving, headers=TO_SCRIPTS).json()
    page = client.get(bring(client, moving)["Location"]).content.decode()
    of_another = bring(client, picture(), headers=TO_SCRIPTS).json()

    assert told["note"] == "The picture moved. Here it stands still: only its first frame is kept."
    assert told["note"] in page
    assert of_another["note"] == ""


def test_what_is_said_of_a_picture_cannot_break_out_of_its_markdown(editor: User) -> None:
    upload = Image.objects.upload(by=editor, data=picture(), alt="a](/x) ![b <b>\n_c_\\")

    assert upload.markdown.startswith("![a\\](/x) !\\[b &lt;b> \\_c\\_\\\\](/media/")
    post = Post.objects.write(by=editor, title="On proofs", body=upload.markdown)
    assert 'alt="a](/x) ![b &lt;b&gt; _c_\\"' in post.html
    assert post.html.count("<img") == 1


def test_the_same_picture_is_kept_once_and_is_each_persons_own(editor: User, other_editor: User) -> None:
    for person, alt in ((editor, "Red"), (other_editor, "Also red"), (editor, "Very red")):
        bring(signed_in(person), picture(), alt=alt)

    assert Image.objects.count() == 1
    assert sorted(Upload.objects.values_list("by__name", "alt")) == [
        ("Ed Editor", "Very red"),
        ("Olga Editor", "Also red"),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "nothing in this file"),
        (b"words", "no picture that we can read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"x" * (MAX_UPLOAD_BYTES + 1), "10 MB"),
    ],
    ids=["nothing", "text", "svg", "too heavy"],
)
def test_what_is_not_taken_is_said_at_the_field_and_to_scripts(editor: User, data: bytes, reason: str) -> None:
    client = signed_in(editor)

    page, told = bring(client, data), bring(client, data, headers=TO_SCRIPTS)

    assert page.status_code == told.status_code == 422
    assert reason in page.content.decode()
    assert 'value="A red sheet"' in page.content.decode()
    assert reason in told.json()["detail"]
    assert not Image.objects.exists()


def test_what_is_far_too_large_is_not_even_read(editor: User) -> None:
    answer = bring(signed_in(editor), b"x" * (MAX_UPLOAD_BYTES + 20_000))

    assert answer.status_code == 413
    assert "10 MB" in answer.content.decode()
    assert not answer.wsgi_request._read_started


def test_what_a_visitor_sends_is_not_read_where_it_is_much() -> None:
    answer = bring(Client(), b"x" * 3_000_000)

    assert answer.status_code == 302
    assert not answer.wsgi_request._read_started


def test_without_a_file_one_is_asked_for(editor: User) -> None:
    answer = signed_in(editor).post("/desk/images", {"alt": "A red sheet"})

    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()


def test_so_many_a_day_and_no_more(editor: User, settings: Any) -> None:
    settings.UPLOAD_LIMIT = (1, 86400)
    client = signed_in(editor)

    first, second = bring(client, b"no picture"), bring(client, picture())

    assert (first.status_code, second.status_code) == (422, 429)
    assert not Image.objects.exists()


def test_only_editors_bring_pictures(reader: User, admin: User, editor: User) -> None:
    for person in (reader, admin):
        assert bring(signed_in(person), picture()).status_code == 403
        assert signed_in(person).get("/desk/images").status_code == 403
    assert bring(Client(), picture()).status_code in (302, 401)
    assert bring(signed_in(editor, enforce_csrf_checks=True), picture()).status_code == 403
    assert not Image.objects.exists()


def test_everybody_finds_their_own_pictures_page_by_page(
    editor: User, other_editor: User, image: Image, django_assert_max_num_queries: Any
) -> None:
    for height in range(1, 26):
        Image.objects.upload(by=editor, data=picture(size=(8, height)), alt=f"Picture {height}")
    client = signed_in(editor)

    with django_assert_max_num_queries(20):
        first = client.get("/desk/images").content.decode()
    second = client.get("/desk/images?page=2").content.decode()

    assert first.count("<img") == 24
    assert "Picture 25" in first
    assert second.count("<img") == 2
    assert "A red sheet" in second
    others = signed_in(other_editor)
    assert "<img" not in others.get("/desk/images").content.decode()
    assert others.get(f"/desk/images/{image.digest}").status_code == 404


def test_a_picture_comes_with_headers_that_let_it_do_nothing(editor: User, image: Image) -> None:
    answer = get(signed_in(editor), image.get_absolute_url())

    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert re.fullmatch(r'inline; filename="picture-[0-9a-f]{12}\.webp"', answer["Content-Disposition"])
    assert Pixels.open(io.BytesIO(answer.body)).size == (40, 30)


def test_what_is_not_live_is_kept_by_no_cache(editor: User, image: Image) -> None:
    assert get(signed_in(editor), image.get_absolute_url())["Cache-Control"] == "private, no-store"


def test_what_is_live_is_asked_for_anew_each_time_and_gone_once_unpublished(
    live: Post, image: Image, reader: User, admin: User, settings: Any
) -> None:
    client, address = signed_in(reader), image.get_absolute_url()
    first = get(client, address)
    again = get(client, address, **{"If-None-Match": first["ETag"]})
    settings.VISIBILITY = "public"
    in_public = get(Client(), address)
    live.unpublish(by=admin)
    gone = get(Client(), address, **{"If-None-Match": first["ETag"]})
    settings.VISIBILITY = "members"

    assert (first.status_code, first["Cache-Control"]) == (200, "private, no-cache")
    assert (again.status_code, again.body, again["Cache-Control"]) == (304, b"", "private, no-cache")
    assert (in_public.status_code, in_public["Cache-Control"]) == (200, "public, no-cache")
    assert gone.status_code == 404
    assert get(client, address, **{"If-None-Match": first["ETag"]}).status_code == 404
    assert get(Client(), address).status_code == 302


def test_a_hidden_picture_answers_as_one_that_is_not_there(
    image: Image, reader: User, other_editor: User, settings: Any
) -> None:
    nowhere = f"/media/{'0' * 64}.webp"
    settings.VISIBILITY = "public"

    for client, headers in (
        (Client(), {}),
        (signed_in(reader), {}),
        (signed_in(other_editor), {}),
        (Client(), bearer(reader)),
    ):
        hidden, missing = (get(client, address, **headers) for address in (image.get_absolute_url(), nowhere))
        assert hidden.status_code == missing.status_code == 404
        assert hidden.get("Cache-Control") == missing.get("Cache-Control") != "public, no-cache"
        assert "ETag" not in hidden


def test_a_picture_whose_file_is_lost_is_not_found(editor: User, image: Image) -> None:
    default_storage.delete(f"posts/{image.digest}.webp")

    assert signed_in(editor).get(image.get_absolute_url()).status_code == 404
    assert not image.is_intact


def test_who_brought_a_picture_deletes_it_unless_a_text_of_theirs_shows_it(
    editor: User, other_editor: User, image: Image, django_capture_on_commit_callbacks: Any
) -> None:
    client, address = signed_in(editor), f"/desk/images/{image.digest}/delete"
    post = Post.objects.write(by=editor, title="On proofs", body=f"![A](/media/{image.digest}.webp)")

    of_other = signed_in(other_editor).post(address)
    in_use = client.post(address)
    post.delete_for_good(by=editor)
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(address)

    assert (of_other.status_code, in_use.status_code, done.status_code) == (404, 422, 302)
    assert "So it stays" in in_use.content.decode()
    assert not Image.objects.exists()
    assert not default_storage.exists(f"posts/{image.digest}.webp")


def test_a_picture_that_comes_into_a_text_has_its_size_at_once(editor: User, draft: Post, image: Image) -> None:
    draft.edit(by=editor, version=draft.version, title="On proofs", body=f"![A](/media/{image.digest}.webp)")

    assert 'width="40" height="30"' in draft.html


def test_a_picture_in_a_sealed_revision_is_never_deleted(editor: User, image: Image) -> None:
    post = Post.objects.write(by=editor, title="On proofs", body=f"![A](/media/{image.digest}.webp)")
    post.submit(by=editor)
    post.edit(by=editor, version=1, title="On proofs", body="Words.")

    assert signed_in(editor).post(f"/desk/images/{image.digest}/delete").status_code == 422
    assert image.is_intact


def test_deleting_asks_for_a_button_on_a_page_of_this_site(editor: User, image: Image) -> None:
    address = f"/desk/images/{image.digest}/delete"

    assert signed_in(editor).get(address).status_code == 405
    assert signed_in(editor, enforce_csrf_checks=True).post(address).status_code == 403
    assert Image.objects.exists()


def test_pictures_are_only_read(editor: User, image: Image) -> None:
    client = signed_in(editor)

    for method in ("post", "put", "delete"):
        assert getattr(client, method)(image.get_absolute_url()).status_code == 405
        assert getattr(client, method)(f"/desk/images/{image.digest}").status_code == 405
