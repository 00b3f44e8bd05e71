"""What pages say of themselves to programs."""

import io
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils.timezone import localtime
from PIL import Image

from accounts.models import User
from blog.metadata.languages import locale_of
from blog.metadata.linked_data import shortened
from blog.models import Author, Post
from blog.models import Image as Kept
from tests.blog.images.files import picture
from tests.blog.shelves import fill_shelf
from tests.conftest import signed_in

from .heads import Head

SITE = "http://localhost:8000"


@pytest.fixture
def public(settings: SimpleNamespace) -> None:
    settings.VISIBILITY, settings.SEARCH_ENGINES = "public", True


def head_of(path: str, client: Client | None = None) -> Head:
    return Head((client or Client()).get(path, follow=True).content.decode())


def publish(by: User, admin: User, **words: object) -> Post:
    post = Post.objects.write(by=by, title="On proofs", body="Read it *twice*.")
    post.edit(by=by, version=1, **{"title": post.title, "body": post.body, "tags": [], **words})  # type: ignore[arg-type]  # as given
    post.submit(by=by)
    post.publish(by=admin, revision=1)
    return post


@pytest.mark.usefixtures("public")
def test_a_post_tells_who_wrote_what_and_when(published: Post) -> None:
    head = head_of("/posts/on-proofs")

    at = localtime(published.published_at).isoformat()
    assert head.link("canonical") == head.meta("og:url") == f"{SITE}/posts/on-proofs"
    assert head.meta("description") == head.meta("og:description") == "Read it twice."
    assert head.meta("og:title") == "On proofs"
    assert head.meta("og:type") == "article"
    assert head.meta("og:site_name") == "Galley"
    assert head.meta("og:locale") == "en_US"
    assert head.meta("author") == "Ed Editor"
    assert head.meta("article:published_time") == at
    assert head.meta("article:section") == head.meta("article:tag") == "craft"
    assert head.meta("robots") == "max-image-preview:large"
    assert {link["hreflang"] for link in head.links["alternate"] if "hreflang" in link} == {"en", "x-default"}


@pytest.mark.usefixtures("public")
def test_a_post_tells_the_same_as_linked_data(published: Post) -> None:
    posting = head_of("/posts/on-proofs").thing("BlogPosting")

    at = localtime(published.published_at).isoformat()
    assert posting["headline"] == "On proofs"
    assert posting["mainEntityOfPage"] == posting["url"] == f"{SITE}/posts/on-proofs"
    assert posting["datePublished"] == posting["dateModified"] == at
    assert posting["author"] == {"@type": "Person", "name": "Ed Editor", "url": f"{SITE}/authors/ed-editor"}
    assert posting["publisher"]["name"] == "Galley"
    assert posting["wordCount"] == 3
    assert posting["keywords"] == ["craft"]
    assert posting["articleSection"] == "craft"
    assert posting["inLanguage"] == "en"
    assert posting["isAccessibleForFree"] is True


@pytest.mark.usefixtures("public", "published")
def test_the_way_to_a_post_begins_at_the_front_page() -> None:
    steps = head_of("/posts/on-proofs").thing("BreadcrumbList")["itemListElement"]

    assert [(step["position"], step["name"], step["item"]) for step in steps] == [
        (1, "Galley", f"{SITE}/"),
        (2, "On proofs", f"{SITE}/posts/on-proofs"),
    ]


@pytest.mark.usefixtures("public")
def test_a_cover_is_shown_with_its_size_and_its_words(editor: User, admin: User) -> None:
    image = Kept.objects.upload(by=editor, data=picture(size=(40, 30)), alt="").image
    publish(editor, admin, cover=image.get_absolute_url(), cover_alt="A galley")

    head = head_of("/posts/on-proofs")

    assert head.meta("og:image") == SITE + image.get_absolute_url()
    assert (head.meta("og:image:width"), head.meta("og:image:height")) == ("40", "30")
    assert head.meta("og:image:alt") == "A galley"
    assert head.meta("twitter:card") == "summary_large_image"
    assert head.thing("BlogPosting")["image"] == [SITE + image.get_absolute_url()]


@pytest.mark.usefixtures("public")
def test_what_was_first_published_elsewhere_leads_there(editor: User, admin: User) -> None:
    publish(editor, admin, canonical_url="https://press.example/proofs")

    head = head_of("/posts/on-proofs")

    assert head.link("canonical") == head.meta("og:url") == "https://press.example/proofs"
    assert head.thing("BlogPosting")["mainEntityOfPage"] == "https://press.example/proofs"
    assert not [link for link in head.links.get("alternate", []) if "hreflang" in link]


@pytest.mark.usefixtures("public", "published")
def test_the_canonical_address_is_the_sites_own_whatever_was_asked_for() -> None:
    page = Client().get("/posts/on-proofs", {"utm_source": "x"}, headers={"host": "127.0.0.1:8000"})

    assert Head(page.content.decode()).link("canonical") == f"{SITE}/posts/on-proofs"


@pytest.mark.usefixtures("public")
def test_each_page_of_a_list_names_itself_and_its_neighbours(editor: User, admin: User) -> None:
    fill_shelf(41, editor, admin)

    first, middle, last = (head_of(f"/?page={number}") for number in (1, 2, 3))

    assert first.link("canonical") == middle.link("prev") == f"{SITE}/"
    assert first.link("next") == middle.link("canonical") == last.link("prev") == f"{SITE}/?page=2"
    assert middle.link("next") == last.link("canonical") == f"{SITE}/?page=3"
    assert "prev" not in first.links
    assert "next" not in last.links


@pytest.mark.usefixtures("public")
def test_a_post_of_a_series_leads_there(editor: User, admin: User) -> None:
    publish(editor, admin, series="On craft", language="de-AT", corrections="It said “ship”.")

    head = head_of("/posts/on-proofs")
    steps = head.thing("BreadcrumbList")["itemListElement"]

    assert [step["name"] for step in steps] == ["Galley", "Series", "On craft", "On proofs"]
    assert head.thing("BlogPosting")["isPartOf"]["url"] == steps[2]["item"] == f"{SITE}/series/on-craft"
    assert (head.meta("og:locale"), head.thing("BlogPosting")["inLanguage"]) == ("de_AT", "de-AT")
    assert {link["hreflang"] for link in head.links["alternate"] if "hreflang" in link} == {"de-AT", "x-default"}


@pytest.mark.usefixtures("public")
def test_a_post_tells_when_its_words_changed(published: Post, editor: User, admin: User) -> None:
    assert "article:modified_time" not in head_of("/posts/on-proofs").metas
    published.edit(by=editor, version=published.version, title="On proofs", body="Read it thrice.", tags=["craft"])
    published.submit(by=editor)
    published.publish(by=admin, revision=2)

    head = head_of("/posts/on-proofs")

    assert published.text_changed_at is not None
    assert head.thing("BlogPosting")["dateModified"] == localtime(published.text_changed_at).isoformat()
    assert head.meta("article:modified_time") == localtime(published.text_changed_at).isoformat()


@pytest.mark.usefixtures("public", "published")
def test_the_page_of_an_author_tells_of_them(editor: User) -> None:
    Author.objects.filter(user=editor).update(bio="Reads twice.", website="https://ed.example/")

    head = head_of("/authors/ed-editor")

    assert head.meta("og:type") == "profile"
    assert head.thing("ProfilePage")["mainEntity"] == {
        "@type": "Person",
        "@id": f"{SITE}/authors/ed-editor#person",
        "name": "Ed Editor",
        "url": f"{SITE}/authors/ed-editor",
        "description": "Reads twice.",
        "sameAs": ["https://ed.example/"],
    }


@pytest.mark.usefixtures("public", "published")
def test_pages_lead_to_the_feeds_of_the_site_and_lists_to_their_own_first() -> None:
    home, tag = (
        [(link["type"], link["href"]) for link in head_of(path).links["alternate"]] for path in ("/", "/tags/craft")
    )

    assert [kind for kind, _ in home] == ["application/atom+xml", "application/rss+xml", "application/feed+json"]
    assert [kind for kind, _ in tag] == 2 * [kind for kind, _ in home]
    assert tag[3:] == home
    for kind, address in tag:
        answer = Client().get(address.removeprefix(SITE))
        assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, kind)


@pytest.mark.usefixtures("published")
def test_pages_of_a_members_site_name_no_feed_that_is_not_the_readers_own(reader: User) -> None:
    links = head_of("/", signed_in(reader)).links.get("alternate", [])

    assert links == []


@pytest.mark.usefixtures("public")
def test_the_front_page_tells_of_the_site() -> None:
    site = head_of("/").thing("WebSite")

    assert (site["name"], site["url"]) == ("Galley", f"{SITE}/")
    assert site["potentialAction"]["target"]["urlTemplate"] == f"{SITE}/search?q={{search_term_string}}"
    assert Client().get("/search", {"q": "proofs"}).status_code == 200
    with Image.open(io.BytesIO(Client().get(site["publisher"]["logo"]["url"].removeprefix(SITE)).content)) as logo:
        assert logo.size == (512, 512)


@pytest.mark.usefixtures("public", "published")
def test_what_somebody_looked_for_is_not_to_be_found() -> None:
    head = head_of("/search?q=proofs")

    assert head.meta("robots") == "noindex"
    assert head.link("canonical") == f"{SITE}/search?q=proofs"


@pytest.mark.usefixtures("public")
def test_older_posts_are_found_by_the_lists_they_are_on(editor: User, admin: User) -> None:
    fill_shelf(21, editor, admin)
    publish(editor, admin, tags=["alone"])

    for path in ("/?page=2", "/tags/craft?page=2", "/tags/alone"):
        head = head_of(path)
        assert head.meta("robots") == "max-image-preview:large", path
        assert head.link("canonical") == f"{SITE}{path}"


@pytest.mark.usefixtures("published")
def test_search_engines_are_asked_to_stay_away_from_a_members_site(reader: User) -> None:
    head = head_of("/posts/on-proofs", signed_in(reader))

    assert head.meta("robots") == "noindex"
    assert head.thing("BlogPosting")["isAccessibleForFree"] is False


@pytest.mark.usefixtures("public", "published")
def test_search_engines_are_asked_to_stay_away_from_a_copy(settings: SimpleNamespace) -> None:
    settings.SEARCH_ENGINES = False

    assert head_of("/posts/on-proofs").meta("robots") == "noindex"
    assert head_of("/").meta("robots") == "noindex"


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize(
    "title",
    ["</script><script>alert(1)</script>", "<!-- <script>", "a\u2028b & \u2029c", "]]>", '"\\"', "&lt;/script&gt;"],
)
def test_no_title_gets_out_of_the_head(title: str, editor: User, admin: User) -> None:
    post = publish(editor, admin, title=title)
    sealed = post.current_revision
    assert sealed is not None

    head = head_of(post.get_absolute_url())

    assert head.meta("og:title") == head.thing("BlogPosting")["headline"] == sealed.title


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("en", "en_US"),
        ("en-GB", "en_GB"),
        ("de", "de_DE"),
        ("zh-Hant-TW", "zh_TW"),
        ("pt-br", "pt_BR"),
        ("tlh", ""),
        ("", ""),
    ],
)
def test_open_graph_hears_of_a_language_with_its_country(language: str, locale: str) -> None:
    assert locale_of(language) == locale


@pytest.mark.parametrize(
    ("headline", "kept"),
    [("a" * 110, "a" * 110), ("a" * 111, "a" * 109 + "…"), ("word " * 40, ("word " * 21).strip() + "…")],
)
def test_a_long_headline_is_cut_between_words(headline: str, kept: str) -> None:
    assert shortened(headline) == kept
    assert len(kept) <= 110
