"""The grammar: CommonMark to the letter, and what Galley has besides. All examples: bin/bench commonmark."""

import pytest
from bs4 import BeautifulSoup

from blog.markup import render

pytestmark = pytest.mark.no_database


def page(text: str) -> BeautifulSoup:
    return BeautifulSoup(render(text), "html.parser")


class TestCommonMark:
    @pytest.mark.parametrize(
        ("text", "html"),
        [
            ("*foo**bar**baz*", "<p><em>foo<strong>bar</strong>baz</em></p>"),
            ("**foo*", "<p>*<em>foo</em></p>"),
            ("*foo`*`", "<p>*foo<code>*</code></p>"),
            ("`` foo ` bar ``", "<p><code>foo ` bar</code></p>"),
            ("[foo]: /url\n\n[FOO]", '<p><a href="/url">FOO</a></p>'),
            ("[link](</my uri>)", '<p><a href="/my%20uri">link</a></p>'),
            ("[link](foo(and(bar)))", '<p><a href="foo(and(bar))">link</a></p>'),
            ("[foo [bar](/b)](/c)", '<p>[foo <a href="/b">bar</a>](/c)</p>'),
            ("&copy; &amp;copy; &#35;", "<p>© &amp;copy; #</p>"),
            ("\\<b> \\& \\|", "<p>&lt;b&gt; &amp; |</p>"),
            ("a\\\nb", "<p>a<br>\nb</p>"),
            ("<a@b.example>", '<p><a href="mailto:a@b.example">a@b.example</a></p>'),
            (
                "![a *b* [c](d)](e)",
                '<p><img src="e" alt="a b c" fetchpriority="high" referrerpolicy="no-referrer"></p>',
            ),
            ("```\n```", "<code></code>"),
        ],
    )
    def test_is_read_to_the_letter(self, text: str, html: str) -> None:
        assert html in render(text)

    def test_html_ends_at_a_blank_line_and_markdown_goes_on(self) -> None:
        tree = page("<details>\n<summary>a</summary>\n\n**b**\n\n- c\n\n</details>")

        assert [tag.name for tag in tree.select("details > *")] == ["summary", "p", "ul"]
        assert tree.select("details strong")

    def test_a_line_that_begins_with_a_tag_is_part_of_its_paragraph(self) -> None:
        assert render("<b>\n*a*</b>") == "<p><b>\n<em>a</em></b></p>"


class TestBesides:
    def test_html_may_ask_for_markdown_at_once(self) -> None:
        tree = page("<div markdown>\n**a**\n<div>\n</div>\n\n- b\n</div>\n\nc")

        assert [tag.name for tag in tree.select("div > *")] == ["p", "div", "ul"]
        assert tree.select("div strong")
        assert not [div for div in tree.select("div") if "c" in div.get_text()]

    def test_what_is_not_indented_is_no_part_of_an_admonition(self) -> None:
        tree = page('!!! note "A *title*"\n    a\n\n    b\nc')

        assert [p.get_text() for p in tree.select("div.admonition p")] == ["A title", "a", "b"]
        assert tree.find_all("p")[-1].get_text() == "c"

    def test_a_callout_may_have_a_title_of_its_own_and_be_folded(self) -> None:
        tree = page("> [!warning] Mind *this*\n> a\n\n> [!tip]-\n> b")

        assert tree.select("div.admonition.warning > p.admonition-title > em")
        assert [tag.get_text().strip() for tag in tree.select("details > *")] == ["Tip", "b"]

    def test_several_terms_share_several_definitions(self) -> None:
        tree = page("a\nb\n: c\n: d\n\n    e\n\nf\n\n:   g\n\nh")

        assert [tag.name for tag in tree.select("dl > *")] == ["dt", "dt", "dd", "dd", "dt", "dd"]
        assert [p.get_text() for p in tree.select("dd p")][-1] == "g"
        assert tree.find_all("p")[-1].get_text() == "h"

    def test_marks_and_scripts_stand_in_words_only_where_they_are_meant(self) -> None:
        assert render("==a *b*== c==d==e x == y") == "<p><mark>a <em>b</em></mark> c==d==e x == y</p>"
        assert render("H~2~O ~~a~~ ~ b ~ c~d e~") == "<p>H<sub>2</sub>O <del>a</del> ~ b ~ c~d e~</p>"

    def test_an_escape_makes_no_box_no_attributes_and_no_callout(self) -> None:
        tree = page("- \\[ ] a\n\n# b \\{#c}\n\n*d*\\{.note}\n\n> \\[!NOTE]")

        assert not tree.select("input, #in-c, .note, .admonition")
        assert "{.note}" in tree.get_text()

    def test_abbreviations_are_left_alone_in_code_and_the_longest_wins(self) -> None:
        tree = page("*[HTML]: a\n*[HTML 5]: b\n\nHTML, HTML 5, XHTML and `HTML`")

        assert [(tag.get_text(), tag["title"]) for tag in tree.select("abbr")] == [("HTML", "a"), ("HTML 5", "b")]

    def test_a_fence_in_a_quote_ends_with_it(self) -> None:
        assert page("> ```\n> a\n\nb").find_all("p")[-1].get_text() == "b"
