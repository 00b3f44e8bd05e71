"""Tags under other names, and one where there were two: for all posts at once, and every way to them goes on."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import User
from blog.exceptions import NotPermitted, NotReady, StepUpNeeded, WrongStatus
from blog.models import FormerTagSlug, Post, Tag, TagEntry, Tagging, TagSpelling, tag_keeping
from tests.blog.metadata.heads import Head
from tests.blog.views.test_browsing import publish, titles, told
from tests.conftest import bearer, signed_in


@pytest.fixture
def browser(reader: User) -> Client:
    return signed_in(reader)


@pytest.fixture
def two_tags(editor: User, admin: User) -> tuple[Tag, Tag]:
    """JS on One and Both, JavaScript on Two and Both."""
    publish(editor, admin, "One", tags=["JS"])
    publish(editor, admin, "Two", tags=["JavaScript"])
    publish(editor, admin, "Both", tags=["js", "javascript", "web"])
    return Tag.objects.get(slug="js"), Tag.objects.get(slug="javascript")


def test_a_renamed_tag_is_found_at_its_new_address_and_led_to_from_the_old(
    browser: Client, two_tags: tuple[Tag, Tag], editor: User, admin: User
) -> None:
    tag = tag_keeping.rename(two_tags[0], by=admin, to="  #ECMA   Script ")
    tag_keeping.rename(tag, by=admin, to="TC39")

    assert titles(browser, "/tags/tc39") == ["Both", "One"]
    assert told(browser, "/tags/js") == told(browser, "/tags/ecma-script") == (301, "/tags/tc39")
    assert "TC39" in browser.get("/tags").content.decode()
    publish(editor, admin, "Three", tags=["jS"])
    publish(editor, admin, "Four", tags=["ecma script"])
    assert titles(browser, "/tags/tc39")[:2] == ["Four", "Three"]
    assert [entry.sentence for entry in TagEntry.objects.order_by("pk")] == [
        "Ada Admin renamed the tag “JS” to “ECMA Script”", "Ada Admin renamed the tag “ECMA Script” to “TC39”",
    ]  # fmt: skip


def test_a_tag_may_have_an_earlier_name_again(browser: Client, two_tags: tuple[Tag, Tag], admin: User) -> None:
    for name in ("Script", "JS", "Script", "js"):
        tag_keeping.rename(two_tags[0], by=admin, to=name)

    assert titles(browser, "/tags/js") == ["Both", "One"]
    assert told(browser, "/tags/script") == (301, "/tags/js")
    assert list(FormerTagSlug.objects.values_list("slug", flat=True)) == ["script"]


def test_merged_tags_are_one_and_every_way_leads_there_in_one_step(
    browser: Client, two_tags: tuple[Tag, Tag], editor: User, admin: User
) -> None:
    js, javascript = two_tags
    tag_keeping.rename(js, by=admin, to="Old Script")
    tag_keeping.merge(js, by=admin, into=javascript)
    web = Tag.objects.get(slug="web")
    tag_keeping.merge(javascript, by=admin, into=web)

    assert titles(browser, "/tags/web") == ["Both", "Two", "One"]
    for slug in ("js", "old-script", "javascript", "JavaScript"):
        assert told(browser, f"/tags/{slug}") == (301, "/tags/web"), slug
    publish(editor, admin, "Later", tags=["js", "Old script", "JAVASCRIPT", "Web"])
    assert titles(browser, "/tags/web")[0] == "Later"
    assert list(Tag.objects.values_list("name", flat=True)) == ["web"]
    assert [entry.tags for entry in browser.get("/").context["entries"]] == [[web]] * 4


def test_readers_and_their_programs_learn_the_name_of_today_everywhere(
    browser: Client, two_tags: tuple[Tag, Tag], reader: User, admin: User, settings: SimpleNamespace
) -> None:
    settings.VISIBILITY = "public"
    tag_keeping.merge(two_tags[0], by=admin, into=two_tags[1])
    tag_keeping.rename(two_tags[1], by=admin, to="ECMA")

    head, program = Head(browser.get("/posts/both").content.decode()), Client(headers=bearer(reader))
    assert head.metas["article:tag"] == ["ECMA", "web"]
    assert head.thing("BlogPosting")["keywords"] == ["ECMA", "web"]
    assert 'tags: ["ECMA", "web"]' in browser.get("/posts/both.md").content.decode()
    both = Post.objects.get(slug="both").pk
    listed = (
        program.get("/api/posts/retrieve").json()["data"]
        + program.get("/api/posts/search?q=Both").json()["data"]["posts"]
    )
    told_of_both = [post["tags"] for post in listed if post["id"] == both]
    assert [*told_of_both, program.get(f"/api/posts/{both}").json()["data"]["tags"]] == [["ECMA", "web"]] * 3


def test_whoever_works_on_a_post_has_the_tags_as_they_were_typed(
    two_tags: tuple[Tag, Tag], editor: User, admin: User
) -> None:
    tag_keeping.rename(two_tags[0], by=admin, to="ECMA")
    draft = Post.objects.write(by=editor, title="Draft", body="Words.", tags=["JS"])
    waiting = Post.objects.write(by=editor, title="Waiting", body="Words.", tags=["JS"])
    waiting.submit(by=editor)

    program = Client(headers=bearer(editor))

    for post in (draft, waiting):
        assert program.get(f"/api/posts/{post.pk}").json()["data"]["tags"] == ["JS"]


def test_texts_keep_the_spelling_they_were_sealed_with(two_tags: tuple[Tag, Tag], admin: User) -> None:
    before = list(Post.objects.order_by("pk").values("tags", "live_revision__tags", "live_revision__digest"))
    tag_keeping.merge(two_tags[0], by=admin, into=two_tags[1])
    tag_keeping.rename(two_tags[1], by=admin, to="Scripts")

    assert list(Post.objects.order_by("pk").values("tags", "live_revision__tags", "live_revision__digest")) == before
    assert all(post.live_revision.is_intact for post in Post.objects.all() if post.live_revision)


@pytest.mark.parametrize(
    ("refused", "by"),
    [
        (lambda js, other, by: tag_keeping.rename(js, by=by, to="New"), "editor"),
        (lambda js, other, by: tag_keeping.merge(js, by=by, into=other), "editor"),
        (lambda js, other, by: tag_keeping.rename(js, by=by, to=" # "), "admin"),
        (lambda js, other, by: tag_keeping.rename(js, by=by, to="JS"), "admin"),
        (lambda js, other, by: tag_keeping.rename(js, by=by, to="JAVAscript"), "admin"),
        (lambda js, other, by: tag_keeping.rename(js, by=by, to="a, b"), "admin"),
        (lambda js, other, by: tag_keeping.rename(js, by=by, to="a" * 51), "admin"),
        (lambda js, other, by: tag_keeping.merge(js, by=by, into=js), "admin"),
    ],
)
def test_what_will_not_do_changes_nothing(
    two_tags: tuple[Tag, Tag], editor: User, admin: User, refused: Callable[[Tag, Tag, User], Tag], by: str
) -> None:
    before = everything()

    with pytest.raises((NotPermitted, NotReady)):
        refused(*two_tags, {"editor": editor, "admin": admin}[by])

    assert everything() == before


CHANGES: list[Callable[[Tag, Tag, User], Tag]] = [
    lambda js, other, by: tag_keeping.rename(js, by=by, to="New"),
    lambda js, other, by: tag_keeping.merge(js, by=by, into=other),
]


@pytest.mark.parametrize("change", CHANGES, ids=["rename", "merge"])
def test_an_admin_whom_nobody_has_confirmed_of_late_changes_none(
    two_tags: tuple[Tag, Tag], admin: User, change: Callable[[Tag, Tag, User], Tag]
) -> None:
    before, admin.is_freshly_proved = everything(), False

    with pytest.raises(NotPermitted, match="has not confirmed"):
        change(*two_tags, admin)

    assert everything() == before


@pytest.mark.parametrize("change", CHANGES, ids=["rename", "merge"])
def test_changing_tags_asks_for_a_second_factor_where_publishing_does(
    two_tags: tuple[Tag, Tag], admin: User, settings: SimpleNamespace, change: Callable[[Tag, Tag, User], Tag]
) -> None:
    settings.REQUIRE_MFA_TO_PUBLISH, before = True, everything()

    with pytest.raises(StepUpNeeded):
        change(*two_tags, admin)

    assert everything() == before


@pytest.mark.parametrize("verb", ["rename", "merge"])
def test_who_is_to_prove_it_first_keeps_what_they_chose(
    two_tags: tuple[Tag, Tag], admin: User, settings: SimpleNamespace, verb: str
) -> None:
    settings.REQUIRE_MFA_TO_PUBLISH, before = True, everything()
    sent = {"rename": {"name": "New & <ours>"}, "merge": {"into": str(two_tags[1].pk)}}[verb]

    answer = signed_in(admin).post(f"/desk/tags/{two_tags[0].pk}/{verb}", sent)

    assert answer.status_code == 403
    assert answer.context["typed"] == list(sent.items())
    assert "step-up=1" in answer.context["step_up_url"]
    assert f'action="/desk/tags/{two_tags[0].pk}/{verb}"' in answer.content.decode()
    assert everything() == before


def test_who_comes_second_is_told(two_tags: tuple[Tag, Tag], admin: User) -> None:
    js, javascript = two_tags
    tag_keeping.merge(Tag.objects.get(pk=js.pk), by=admin, into=javascript)
    before = everything()

    with pytest.raises(WrongStatus):
        tag_keeping.merge(javascript, by=admin, into=js)
    with pytest.raises(WrongStatus):
        tag_keeping.merge(js, by=admin, into=javascript)
    with pytest.raises(WrongStatus):
        tag_keeping.rename(js, by=admin, to="New")
    assert everything() == before


def everything() -> list[object]:
    return [
        list(model.objects.order_by("pk").values()) for model in (Tag, TagSpelling, FormerTagSlug, Tagging, TagEntry)
    ]


def test_the_desk_says_what_will_happen_and_then_does_it(two_tags: tuple[Tag, Tag], editor: User, admin: User) -> None:
    js, javascript = two_tags
    client, desk = signed_in(admin), f"/desk/tags/{two_tags[0].pk}"

    assert 'href="/tags/js"' in client.get("/desk/tags").content.decode()
    assert "js" in client.get(desk).content.decode()
    says = " ".join(client.get(f"{desk}/merge", {"into": javascript.pk}).content.decode().split())
    assert "Readers find 2 posts that have “JS” under “JavaScript” instead; 1 of them has both already." in says
    assert Tag.objects.filter(pk=js.pk).exists()
    assert client.post(f"{desk}/merge", {"into": javascript.pk}).headers["Location"] == f"/desk/tags/{javascript.pk}"
    assert client.get(desk).status_code == client.post(f"{desk}/merge", {"into": javascript.pk}).status_code == 404
    renamed = client.post(f"/desk/tags/{javascript.pk}/rename", {"name": "Scripts"}, follow=True)
    assert "It is called “Scripts” now" in renamed.content.decode()
    assert "Ada Admin merged the tag “JS” into “JavaScript”, on 2 posts" in client.get("/desk/tags").content.decode()
    assert client.post(f"/desk/tags/{javascript.pk}/rename", {"name": ""}).status_code == 422
    assert client.get(f"/desk/tags/{javascript.pk}/merge").status_code == 422


@pytest.mark.parametrize("who", ["reader", "editor"])
def test_tags_are_kept_by_admins_alone(two_tags: tuple[Tag, Tag], reader: User, editor: User, who: str) -> None:
    client, before = signed_in({"reader": reader, "editor": editor}[who]), everything()

    for path in (
        "/desk/tags",
        f"/desk/tags/{two_tags[0].pk}",
        "/desk/tags/99",
        f"/desk/tags/{two_tags[0].pk}/merge?into=1",
    ):
        assert client.get(path).status_code == 403, path
    for verb in ("rename", "merge"):
        sent = {"name": "New", "into": two_tags[1].pk}
        assert client.post(f"/desk/tags/{two_tags[0].pk}/{verb}", sent).status_code == 403
    assert everything() == before


def test_who_writes_is_offered_the_tags_that_readers_know(two_tags: tuple[Tag, Tag], editor: User) -> None:
    draft = Post.objects.write(by=editor, title="Draft", body="Words.", tags=["unheard-of"])
    Tag.objects.named("approved and not live")

    page = signed_in(editor).get(f"/desk/posts/{draft.pk}/edit").content.decode()

    assert [f'<option value="{name}">' in page for name in ("JS", "JavaScript", "web")] == [True] * 3
    assert '<option value="unheard-of">' not in page
    assert '<option value="approved and not live">' not in page
