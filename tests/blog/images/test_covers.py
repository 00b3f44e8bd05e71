"""The cover of a post, from the form it is typed into to the page it stands on."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from blog.models import Image, Post, Revision
from tests.conftest import bearer, signed_in

from .files import picture

WORDS = {"title": "On proofs", "tags": "", "body": "Words.", "then": "save"}


@pytest.fixture
def image(editor: User) -> Image:
    return Image.objects.upload(by=editor, data=picture(), alt="A red sheet").image


def figure(image: Image) -> str:
    return f'<img src="{image.get_absolute_url()}" alt="A red sheet" width="40" height="30" fetchpriority="high">'


def covered(client: Client, post: Post, cover: str, **more: str) -> Post:
    sent = {**WORDS, "cover": cover, "cover_alt": "A red sheet", "version": str(post.version), **more}
    answer = client.post(f"/desk/posts/{post.pk}/edit", sent)
    assert answer.status_code == 302, answer.content.decode()
    return Post.objects.get(pk=post.pk)


def test_it_goes_from_the_form_to_proof_review_and_page(
    editor: User, admin: User, reader: User, draft: Post, image: Image
) -> None:
    post = covered(signed_in(editor), draft, image.get_absolute_url(), then="submit")
    proof = signed_in(editor).get(f"/desk/posts/{post.pk}").content.decode()
    review = signed_in(admin).get(f"/desk/posts/{post.pk}/review").content.decode()
    post.publish(by=admin, revision=1)
    page = signed_in(reader).get(post.get_absolute_url()).content.decode()

    assert figure(image) in proof
    assert figure(image) in review
    assert page.index(figure(image)) < page.index("<p>Words.</p>")
    assert f'<meta property="og:image" content="{settings.SITE_URL}{image.get_absolute_url()}">' in page


def test_a_changed_cover_shows_on_the_review_page(editor: User, admin: User, draft: Post, image: Image) -> None:
    blue = Image.objects.upload(by=editor, data=picture("blue")).image
    post = covered(signed_in(editor), draft, image.get_absolute_url(), then="submit")
    post.publish(by=admin, revision=1)
    post = covered(signed_in(editor), post, blue.get_absolute_url(), then="submit")

    changes = signed_in(admin).get(f"/desk/posts/{post.pk}/review?show=changes").content.decode()

    assert f'src="{image.get_absolute_url()}" alt="The cover before"' in changes
    assert f'src="{blue.get_absolute_url()}" alt="The cover now"' in changes


def test_the_whole_address_will_do_and_none_takes_the_cover_off(editor: User, draft: Post, image: Image) -> None:
    client = signed_in(editor)

    typed = covered(client, draft, settings.SITE_URL + image.get_absolute_url())
    without = covered(client, typed, "")

    assert (typed.cover, without.cover) == (image.get_absolute_url(), "")
    assert figure(image) not in client.get(f"/desk/posts/{draft.pk}").content.decode()


def test_a_form_without_these_fields_leaves_the_cover_alone(editor: User, draft: Post, image: Image) -> None:
    client = signed_in(editor)
    post = covered(client, draft, image.get_absolute_url())

    client.post(f"/desk/posts/{post.pk}/edit", {**WORDS, "body": "Other words.", "version": str(post.version)})

    kept = Post.objects.get(pk=post.pk)
    assert (kept.body, kept.cover, kept.cover_alt) == ("Other words.", image.get_absolute_url(), "A red sheet")


@pytest.mark.parametrize(
    "cover", ["https://example.org/a.png", "javascript:alert(1)", "/static/blog/favicon.svg", f"/media/{'0' * 64}.webp"]
)
def test_nothing_else_can_be_a_cover_and_the_words_stay_on_the_page(cover: str, editor: User, draft: Post) -> None:
    sent = {**WORDS, "body": "New words.", "cover": cover, "version": "1"}

    answers = [signed_in(editor).post(address, sent) for address in ("/write", f"/desk/posts/{draft.pk}/edit")]

    for answer in answers:
        assert answer.status_code == 422
        assert "pictures that are kept here" in answer.content.decode()
        assert "New words." in answer.content.decode()
    assert Post.objects.get().body == draft.body


def test_a_picture_one_may_not_see_is_refused_in_the_same_words(editor: User, other_editor: User, image: Image) -> None:
    post = Post.objects.write(by=other_editor, title="On proofs", body="Words.")
    client = signed_in(other_editor)

    def refusal(cover: str) -> str:
        answer = client.post(f"/desk/posts/{post.pk}/edit", {**WORDS, "cover": cover, "version": "1"})
        assert answer.status_code == 422
        return answer.content.decode().split("error-summary")[1].split("</ul>")[0]

    assert refusal(image.get_absolute_url()) == refusal(f"/media/{'0' * 64}.webp")


def test_a_save_that_comes_too_late_shows_both_covers(editor: User, draft: Post, image: Image) -> None:
    client = signed_in(editor)
    covered(client, draft, image.get_absolute_url())

    answer = client.post(f"/desk/posts/{draft.pk}/edit", {**WORDS, "body": "Late words.", "cover": "", "version": "1"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert f'id="saved-cover" value="{image.get_absolute_url()}"' in page
    assert 'id="saved-cover-alt" value="A red sheet"' in page


def test_a_list_looks_all_covers_up_at_once(
    editor: User, draft: Post, image: Image, django_assert_num_queries: Any
) -> None:
    post = covered(signed_in(editor), draft, image.get_absolute_url())
    bare = Post.objects.write(by=editor, title="Bare", body="Words.")
    revisions = [Revision.objects.unsealed(one) for one in (post, bare, post)]

    with django_assert_num_queries(1):
        Image.objects.set_covers(revisions)
        covers = [revision.cover_picture for revision in revisions]

    assert covers == [image, None, image]


def picker_of(page: str) -> str:
    return page.split("data-cover-picker")[1].split("</fieldset>")[0] if "data-cover-picker" in page else ""


def test_ones_own_pictures_are_there_to_pick_from(editor: User, other_editor: User, draft: Post, image: Image) -> None:
    theirs = Image.objects.upload(by=other_editor, data=picture("blue"), alt="A blue sheet").image
    client = signed_in(editor)

    for address in ("/write", f"/desk/posts/{draft.pk}/edit"):
        picker = picker_of(client.get(address).content.decode())
        assert f'value="{image.digest}"' in picker
        assert f'src="{image.get_absolute_url()}" alt="A red sheet" width="40" height="30" loading="lazy"' in picker
        assert theirs.digest not in picker


def test_one_who_has_brought_none_has_nothing_to_pick(editor: User) -> None:
    assert "picked_cover" not in signed_in(editor).get("/write").content.decode()


def test_the_newest_are_shown_in_small_and_looked_up_at_once(
    editor: User, draft: Post, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(editor)
    for width in range(490, 504):
        Image.objects.upload(by=editor, data=picture(size=(width, 10)))

    with django_assert_max_num_queries(20):
        picker = picker_of(client.get(f"/desk/posts/{draft.pk}/edit").content.decode())

    assert picker.count("<img") == picker.count('-480.webp"') == 12
    assert 'width="503"' in picker
    assert 'width="491"' not in picker


def test_what_is_picked_is_the_cover_with_its_own_description(editor: User, draft: Post, image: Image) -> None:
    blue = Image.objects.upload(by=editor, data=picture("blue"), alt="A blue sheet").image
    client = signed_in(editor)

    typed = covered(client, draft, image.get_absolute_url())
    picked = covered(client, typed, typed.cover, picked_cover=blue.digest)
    described = covered(client, picked, picked.cover, picked_cover=image.digest, cover_alt="Red, close up")
    kept = covered(client, described, described.cover, picked_cover="", cover_alt=described.cover_alt)

    assert (picked.cover, picked.cover_alt) == (blue.get_absolute_url(), "A blue sheet")
    assert (described.cover, described.cover_alt) == (image.get_absolute_url(), "Red, close up")
    assert (kept.cover, kept.cover_alt) == (described.cover, described.cover_alt)


def test_a_new_post_takes_what_is_picked(editor: User, image: Image) -> None:
    signed_in(editor).post("/write", {**WORDS, "cover": "", "cover_alt": "", "picked_cover": image.digest})

    post = Post.objects.get()
    assert (post.cover, post.cover_alt) == (image.get_absolute_url(), "A red sheet")


@pytest.mark.parametrize("whose", ["nobody's", "another's"])
def test_nobody_picks_what_is_not_theirs(whose: str, editor: User, other_editor: User, image: Image) -> None:
    client = signed_in(other_editor)
    digest = image.digest if whose == "another's" else "0" * 64

    answer = client.post("/write", {**WORDS, "picked_cover": digest})

    assert answer.status_code == 422
    assert "Pick one of your own pictures." in answer.content.decode()
    assert not Post.objects.exists()


def test_what_was_picked_is_still_picked_when_the_form_comes_back(editor: User, draft: Post, image: Image) -> None:
    client = signed_in(editor)
    covered(client, draft, "")

    late = client.post(
        f"/desk/posts/{draft.pk}/edit", {**WORDS, "body": "Late.", "version": "1", "picked_cover": image.digest}
    )

    assert late.status_code == 409
    picker = picker_of(late.content.decode())
    assert picker.count(" checked>") == 1
    assert " checked" in picker.split(f'value="{image.digest}"')[1].split(">")[0]


def test_programs_give_a_cover_and_get_it(editor: User, admin: User, reader: User, image: Image) -> None:
    def create(**more: str) -> Any:
        body = {"title": "On proofs", "content": "Words.", **more}
        return Client().post("/api/posts/create", body, content_type="application/json", headers=bearer(editor))

    address = settings.SITE_URL + image.get_absolute_url()
    made = create(cover=address, coverAlt="A red sheet").json()["data"]
    Post.objects.get(pk=made["id"]).publish(by=admin, revision=1)
    read = Client().get(f"/api/posts/{made['id']}", headers=bearer(reader)).json()["data"]
    wrong = create(cover="https://example.org/a.png")

    assert (made["cover"], made["coverAlt"]) == (read["cover"], read["coverAlt"]) == (address, "A red sheet")
    assert (wrong.status_code, Post.objects.count()) == (422, 1)
    assert create().json()["data"]["cover"] == ""
