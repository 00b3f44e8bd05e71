"""Pictures in a rendered text: their sizes, their smaller copies, and figures."""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from accounts.models import User
from blog.checks.outline import outline_of
from blog.checks.source import Source
from blog.comparing.rendered import rendered_diff
from blog.markup import Unrenderable, render
from blog.models import Image, ImageUse, Post
from blog.rendering.document import Document
from tests.blog.images.files import picture

WIDE, SMALL = (f"/media/{digit * 64}.webp" for digit in "ab")
KEPT = {WIDE: (2400, 1600), SMALL: (300, 200)}


def page(text: str, **options: Any) -> BeautifulSoup:
    return BeautifulSoup(render(text, KEPT, **options), "html.parser")


def one(text: str, selector: str = "img", **options: Any) -> Tag:
    (found,) = page(text, **options).select(selector)
    return found


def size(text: str) -> tuple[Any, Any]:
    image = one(text)
    return image.get("width"), image.get("height")


class TestSizes:
    def test_a_picture_kept_here_has_its_own(self) -> None:
        assert size(f"![A]({WIDE})") == ("2400", "1600")

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("width=300", ("300", "200")),
            ("height=200", ("300", "200")),
            ("width=300 height=9", ("300", "200")),  # It is never squeezed: article.css gives it its own height.
            ("width=50%", ("2400", "1600")),
            ("width=0 height=0", ("2400", "1600")),
            ("width=٣", ("2400", "1600")),
        ],
    )
    def test_what_its_author_says_is_kept_and_the_rest_follows(self, typed: str, shown: tuple[str, str]) -> None:
        assert size(f"![A]({WIDE}){{{typed}}}") == shown

    def test_of_another_picture_nothing_is_known(self) -> None:
        assert size("![A](https://example.org/a.png)") == (None, None)
        assert size("![A](https://example.org/a.png){width=30 height=20}") == ("30", "20")

    def test_the_smaller_copies_are_offered(self) -> None:
        image = one(f"![A]({WIDE})")

        assert str(image["srcset"]).split(", ") == [
            *(f"/media/{'a' * 64}-{width}.webp {width}w" for width in (480, 800, 1200, 1600)),
            f"{WIDE} 2400w",
        ]
        assert image["sizes"] == "(min-width: 736px) 672px, 100vw"
        assert one(f"![A]({WIDE}){{width=300}}")["sizes"] == "(min-width: 364px) 300px, 100vw"
        assert not one(f"![A]({SMALL})").has_attr("srcset")

    def test_nobody_writes_such_a_choice_by_hand(self) -> None:
        typed = one(f'<img src="{SMALL}" srcset="//evil.example 1x" sizes="1px" fetchpriority="low" class="natural">')

        assert not typed.has_attr("srcset")
        assert not typed.has_attr("sizes")
        assert (typed["class"], typed["fetchpriority"]) == (["natural"], "high")
        assert not one('<img src="https://e.example/a.png" class="natural zoom">').has_attr("class")

    def test_the_first_one_near_the_top_is_fetched_at_once(self) -> None:
        first, second = page(f"Words.\n\n![A]({WIDE})\n\n![B]({WIDE})").select("img")

        assert first["fetchpriority"] == "high"
        assert not first.has_attr("loading")
        assert second["loading"] == "lazy"
        assert not second.has_attr("fetchpriority")
        assert one(f"{'Words. ' * 200}\n\n![A]({WIDE})")["loading"] == "lazy"
        assert one(f"![A]({WIDE})", is_covered=True)["loading"] == "lazy"


class TestFigures:
    def test_a_picture_alone_with_a_title_is_one(self) -> None:
        figure = one(f'![A bridge]({SMALL} "The bridge, by & for Ann")', "figure")

        assert [child.name for child in figure.find_all(True)] == ["img", "figcaption"]
        assert figure.get_text() == "The bridge, by & for Ann"
        assert not figure.select("img")[0].has_attr("title")

    def test_its_caption_is_words_and_nothing_else(self) -> None:
        html = render(f"![A]({SMALL} '<b>*a*</b> &lt;i> &amp;')", KEPT)

        assert "<figcaption>&lt;b&gt;*a*&lt;/b&gt; &lt;i&gt; &amp;</figcaption>" in html

    def test_it_stands_in_lists_and_quotes_and_keeps_its_id(self) -> None:
        text = f'- words\n\n  ![A]({SMALL} "b")\n\n> ![A]({SMALL} "b")\n\n![A]({SMALL} "b")\n{{: #fig }}'
        tree = page(text)

        assert [figure.parent.name for figure in tree.select("figure") if figure.parent] == [
            "li",
            "blockquote",
            "[document]",
        ]
        assert tree.select("figure#in-fig")
        assert not tree.select("p figure")

    @pytest.mark.parametrize(
        "text",
        [
            f"![A]({SMALL})",
            f'words ![A]({SMALL} "b")',
            f'![A]({SMALL} "b") words',
            f'![A]({SMALL} "b")\n![A]({SMALL} "b")',
            f'![A]({SMALL} " ")',
            f'<figure markdown>\n![A]({SMALL} "b")\n<figcaption>c</figcaption>\n</figure>',
        ],
    )
    def test_nothing_else_becomes_one(self, text: str) -> None:
        assert len(page(text).select("figure")) == text.count("<figure")

    def test_a_picture_from_elsewhere_may_be_one_and_one_that_is_a_link(self) -> None:
        figure = one(f'[![A]({WIDE} "b")](https://example.org)', "figure")

        assert one('![A](https://example.org/a.png "b")', "figcaption").string == "b"
        assert [link["href"] for link in figure.select("a")] == ["https://example.org"]
        assert figure.select("a > img")


class TestFullSize:
    @pytest.mark.parametrize(
        "text",
        [f"![A bridge]({WIDE})", f'![A bridge]({WIDE} "b")', f"<figure><img src='{WIDE}' alt='A bridge'></figure>"],
    )
    def test_a_picture_shown_smaller_than_it_is_leads_to_it(self, text: str) -> None:
        link = one(text, "a.zoom")

        assert (link["href"], link["aria-label"]) == (WIDE, "Full size: A bridge")
        assert link.select("img")

    def test_one_without_words_is_named_all_the_same(self) -> None:
        assert one(f"![]({WIDE})", "a.zoom")["aria-label"] == "Picture in full size"
        assert one(f"![A]({SMALL}){{width=100}}", "a.zoom")["href"] == SMALL

    @pytest.mark.parametrize(
        "text",
        [
            f"![A]({SMALL})",
            f"among words ![A]({WIDE})",
            f"[![A]({WIDE})](https://example.org)",
            "![A](https://example.org/a.png)",
            f"<figure><a href='/'><img src='{WIDE}' alt='A'></a></figure>",
        ],
    )
    def test_there_is_none_where_it_says_nothing_new_or_another_link_is(self, text: str) -> None:
        assert not page(text).select(".zoom")

    def test_checks_take_it_for_no_link_of_the_author(self) -> None:
        text = f"![A bridge]({WIDE})"

        outline = outline_of(render(text, KEPT), Source(text))

        assert outline.links == []
        assert [(image.address, image.alt) for image in outline.images] == [(WIDE, "A bridge")]


class TestComparing:
    def test_what_only_the_renderer_adds_is_no_change(self) -> None:
        text = f"Words.\n\n![A]({WIDE})\n\nMore ![B]({SMALL}) words."

        assert not rendered_diff(render(text), render(text, KEPT)).has_changes

    def test_another_size_is_one(self) -> None:
        old, new = (render(f"![A]({WIDE}){{width={width}}}", KEPT) for width in (300, 30))
        natural = render(f"![A]({WIDE})", KEPT)

        for before, after in ((old, new), (natural, new), (new, natural)):
            diff = rendered_diff(before, after)
            assert diff.has_changes
            assert "width “30”" in diff.html

    def test_another_caption_is_one_and_the_picture_stays(self) -> None:
        diff = rendered_diff(*(render(f'![A]({WIDE} "The {what} bridge")', KEPT) for what in ("old", "new")))

        assert re.search(r'<del data-diff="removed">old</del><ins data-diff="added">new</ins>', diff.html)
        assert diff.html.count("<img") == 1


def test_a_text_full_of_one_picture_is_refused() -> None:
    with pytest.raises(Unrenderable, match="far more HTML"):
        Document().html("![][a] " * 5_000 + f"\n\n[a]: {WIDE}", KEPT)


class TestOfAPost:
    def test_the_sizes_are_those_of_the_pictures_it_shows(self, editor: User, settings: Any) -> None:
        settings.SITE_URL = "https://blog.example"
        address = Image.objects.upload(by=editor, data=picture()).image.get_absolute_url()

        post = Post.objects.write(by=editor, title="A", body=f"![A]({address})\n\n![A](https://blog.example{address})")

        assert post.html.count('width="40" height="30"') == 2

    def test_of_a_picture_one_may_not_see_nothing_is_told(self, editor: User, other_editor: User) -> None:
        address = Image.objects.upload(by=editor, data=picture(size=(700, 30))).image.get_absolute_url()

        post = Post.objects.write(by=other_editor, title="A", body=f"![A]({address})")

        assert "width" not in post.html
        assert "srcset" not in post.html
        assert not ImageUse.objects.exists()

    def test_with_a_cover_the_text_waits_for_its_turn(self, editor: User) -> None:
        address = Image.objects.upload(by=editor, data=picture()).image.get_absolute_url()
        body = f"![A]({address})"

        post = Post.objects.write(by=editor, title="A", body=body)
        bare = post.html
        post.edit(by=editor, version=1, title="A", body=body, cover=address)

        assert "fetchpriority" in bare
        assert "fetchpriority" not in post.html
