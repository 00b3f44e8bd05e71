import re
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.utils.safestring import SafeString

from blog.markup import RENDERER_VERSION, Unrenderable, excerpt_of, render, word_count_of
from blog.rendering import process

pytestmark = pytest.mark.no_database

SAMPLE = Path(settings.BASE_DIR).parent / "shared" / "corpus" / "markdown-sample.md"


def page(text: str) -> BeautifulSoup:
    return BeautifulSoup(render(text), "html.parser")


def outline(text: str) -> str:
    """Return the rendered text with its structure alone: tags without attributes, and no white space between."""
    tree = page(text)
    for extra in tree.select("a.permalink"):
        extra.decompose()
    for wrapper in tree.select("div.highlight, div.table-scroll, pre span"):
        wrapper.unwrap()
    for tag in tree.find_all(True):
        tag.attrs = {}
    html = re.sub(r"\s+", " ", str(tree))
    return re.sub(
        r" ?(</?(?:ul|ol|li|p|pre|blockquote|h\d|div|table|thead|tbody|tr|t[hd]|dl|dt|dd)>) ?", r"\1", html
    ).strip()


def first(tree: Tag, selector: str) -> Tag:
    return tree.select(selector)[0]


def one(text: str, selector: str) -> Tag:
    found = page(text).select(selector)
    assert len(found) == 1, found
    return found[0]


@pytest.fixture
def sample() -> BeautifulSoup:
    if not SAMPLE.exists():
        pytest.skip(f"SKIPPED: the sample of Markdown is not at {SAMPLE}")
    return page(SAMPLE.read_text(encoding="utf-8"))


class TestTheSample:
    def test_the_heading_keeps_its_own_id(self, sample: BeautifulSoup) -> None:
        assert first(sample, "h2")["id"] == "in-custom-id"
        assert first(sample, "h2").get_text(strip=True).startswith("Heading one")

    def test_inline_marks(self, sample: BeautifulSoup) -> None:
        assert first(sample, "em").string == "emphasis"
        assert first(sample, "strong").string == "strong"
        assert first(sample, "p > code").string == "code"
        assert first(sample, "p a[title]").attrs.items() >= {"href": "https://example.com", "title": "Title"}.items()
        assert first(sample, "del").string == "strike"
        assert first(sample, "kbd").string == "Ctrl"
        assert first(sample, "sub").string == "2"
        assert first(sample, "mark").string == "mark"

    def test_the_footnote_goes_there_and_back(self, sample: BeautifulSoup) -> None:
        reference = first(sample, "sup#in-fnref-1 a")
        note = first(sample, "li#in-fn-1")

        assert reference["href"] == "#in-fn-1"
        assert "The footnote text." in note.get_text()
        assert first(note, "a.footnote-backref")["href"] == "#in-fnref-1"

    def test_text_stays_as_typed(self, sample: BeautifulSoup) -> None:
        text = sample.get_text()

        assert "Snake_case_word and 2 * 3 * 4, and a literal # hash." in text
        assert "$x^2$" in text
        assert sample.select("br")

    def test_lists(self, sample: BeautifulSoup) -> None:
        assert first(sample, "ul > li > ul > li").get_text(strip=True) == "nested (4 spaces)"
        assert [item.string for item in first(sample, "ol").select("li")] == ["one", "two"]
        assert [box.has_attr("checked") for box in sample.select("li input[type=checkbox][disabled]")] == [False, True]

    def test_the_callout_and_the_admonition(self, sample: BeautifulSoup) -> None:
        titles = [title.string for title in sample.select("div.admonition.note > p.admonition-title")]

        assert titles == ["Note", "Admonition"]
        assert "Callout text" in sample.get_text()
        assert "[!NOTE]" not in sample.get_text()

    def test_the_table(self, sample: BeautifulSoup) -> None:
        box = first(sample, "div.table-scroll[tabindex='0'][aria-label]")

        assert [cell.get_text() for cell in box.select("th, td")] == ["Col", "Value", "a", "uses | pipe"]
        assert box.select("td")[1]["class"] == ["align-right"]
        assert all(cell["scope"] == "col" for cell in box.select("th"))

    def test_the_definition(self, sample: BeautifulSoup) -> None:
        assert (first(sample, "dt").string, first(sample, "dd").string) == ("Term", "Definition text")

    def test_the_code(self, sample: BeautifulSoup) -> None:
        python, plain = sample.select("pre")

        assert python.get_text() == "def f():\n    return 1\n"
        assert first(sample, "div.highlight")["data-lang"] == "Python"
        assert python["tabindex"] == "0"
        assert python["aria-label"] == "Code, Python"
        assert first(python, "span.k").string == "def"
        assert "return 1" in first(python, "span.hll").get_text()
        assert plain.get_text() == "tilde fence\n"

    def test_the_figure(self, sample: BeautifulSoup) -> None:
        image = first(sample, "figure img")

        assert (image["src"], image["alt"], image["width"]) == ("/media/x.jpg", "Alt text", "300")
        assert (image["fetchpriority"], image["referrerpolicy"]) == ("high", "no-referrer")
        assert first(sample, "figcaption").string == "Caption"

    def test_the_rest(self, sample: BeautifulSoup) -> None:
        assert sample.select("hr")
        assert "https://example.org" in {link["href"] for link in sample.select("a")}
        assert "more" not in {str(text) for text in sample.find_all(string=True)}
        assert "HyperText" not in sample.get_text()


class TestLists:
    nested = "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>"

    @pytest.mark.parametrize("step", [2, 3, 4])
    def test_two_three_or_four_spaces_nest(self, step: int) -> None:
        gap = " " * step

        assert outline(f"- a\n{gap}- b\n{gap * 2}- c\n- d") == self.nested

    def test_a_tab_nests(self) -> None:
        assert outline("- a\n\t- b\n\t\t- c\n- d") == self.nested

    @pytest.mark.parametrize("gap", ["  ", "   ", "    "])
    def test_bullets_nest_below_numbers(self, gap: str) -> None:
        assert outline(f"1. a\n{gap}- b\n2. c") == "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"

    def test_numbers_nest_below_bullets(self) -> None:
        assert outline("- a\n  1. b\n  2. c\n- d") == "<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>"

    def test_no_blank_line_is_needed_before_one(self) -> None:
        assert outline("Buy:\n- a\n- b") == "<p>Buy:</p><ul><li>a</li><li>b</li></ul>"
        assert outline("Do:\n1. a\n2. b") == "<p>Do:</p><ol><li>a</li><li>b</li></ol>"

    def test_a_number_where_a_line_wraps_does_not_begin_one(self) -> None:
        assert outline("It happened in\n1999. Or so.") == "<p>It happened in 1999. Or so.</p>"

    def test_the_first_number_is_kept_and_the_others_counted(self) -> None:
        assert one("3. a\n3. b", "ol")["start"] == "3"
        assert not one("1. a\n1. b", "ol").has_attr("start")

    def test_items_apart_are_paragraphs_and_items_together_are_not(self) -> None:
        assert outline("- a\n\n- b") == "<ul><li><p>a</p></li><li><p>b</p></li></ul>"
        assert outline("- a\n  - b\n\n  - c\n- d").startswith("<ul><li>a<ul><li><p>b</p>")

    def test_an_item_holds_paragraphs_quotes_code_and_tables(self) -> None:
        text = "- a\n\n  b\n\n  > c\n\n  ```\n  d\n  ```\n\n  | e | f |\n  |---|---|\n  | g | h |\n\n- i"

        assert outline(text) == (
            "<ul><li><p>a</p><p>b</p><blockquote><p>c</p></blockquote><pre><code>d </code></pre>"
            "<table><thead><tr><th>e</th><th>f</th></tr></thead><tbody><tr><td>g</td><td>h</td></tr></tbody></table></li>"
            "<li><p>i</p></li></ul>"
        )

    def test_a_line_carries_on_without_indentation(self) -> None:
        assert outline("- a\nb\n- c") == "<ul><li>a b</li><li>c</li></ul>"

    def test_another_bullet_begins_another_list(self) -> None:
        assert outline("- a\n* b") == "<ul><li>a</li></ul><ul><li>b</li></ul>"

    def test_a_rule_or_a_heading_ends_one(self) -> None:
        assert outline("- a\n---\n- b") == "<ul><li>a</li></ul><hr/><ul><li>b</li></ul>"
        assert outline("- a\n## b\n- c") == "<ul><li>a</li></ul><h2>b</h2><ul><li>c</li></ul>"

    def test_emphasis_at_the_start_of_a_line_is_no_bullet(self) -> None:
        assert outline("**a** b\n*c* d\n-5 e") == "<p><strong>a</strong> b <em>c</em> d -5 e</p>"

    def test_lists_stand_in_quotes(self) -> None:
        assert outline("> - a\n>   - b") == "<blockquote><ul><li>a<ul><li>b</li></ul></li></ul></blockquote>"

    def test_boxes_are_labelled_and_cannot_be_ticked(self) -> None:
        boxes = page("- [ ] a\n- [x] b").select("input")

        assert [box["aria-label"] for box in boxes] == ["To do", "Done"]
        assert all(box["type"] == "checkbox" and box.has_attr("disabled") for box in boxes)


class TestFences:
    @pytest.mark.parametrize(
        "text",
        [
            "- a\n\n  ```\n  x\n   y\n  ```",
            "- a\n\n   ```\n   x\n    y\n   ```",
            "- a\n\n    ```\n    x\n     y\n    ```",
            "1. a\n\n   ```\n   x\n    y\n   ```",
            "1. a\n\n    ```\n    x\n     y\n    ```",
            "* a\n\n\t```\n\tx\n\t y\n\t```",
        ],
    )
    def test_in_an_item_at_any_indentation(self, text: str) -> None:
        assert one(text, "li > div.highlight > pre").get_text() == "x\n y\n"

    def test_in_an_item_without_blank_lines(self) -> None:
        expected = "<ul><li>a<pre><code>x </code></pre></li><li>b</li></ul>"

        assert outline("- a\n  ```\n  x\n  ```\n- b") == expected

    def test_on_the_line_of_the_marker(self) -> None:
        assert outline("- ```\n  x\n  ```\n- b") == "<ul><li><pre><code>x </code></pre></li><li>b</li></ul>"

    def test_two_levels_down(self) -> None:
        assert one("- a\n  - b\n\n    ```sh\n    ls\n    ```", "li li pre").get_text() == "ls\n"

    def test_in_a_quote_an_admonition_a_definition_and_a_footnote(self) -> None:
        assert one("> ```\n> x\n> ```\n> y", "blockquote pre").get_text() == "x\n"
        assert one("!!! note\n    ```\n    x\n    ```", "div.admonition pre").get_text() == "x\n"
        assert one("a\n:   b\n\n    ```\n    x\n    ```", "dd pre").get_text() == "x\n"
        assert one("a[^1]\n\n[^1]: b\n\n    ```\n    x\n    ```", "div.footnote pre").get_text() == "x\n"

    def test_touching_a_paragraph(self) -> None:
        assert outline("a\n```\nx\n```\nb") == "<p>a</p><pre><code>x </code></pre><p>b</p>"

    def test_never_closed(self) -> None:
        assert outline("a\n\n```\nx\n\n**y**") == "<p>a</p><pre><code>x **y** </code></pre>"

    def test_what_is_inside_is_code_to_the_letter(self) -> None:
        code = "- a\n\n# b\n<script>alert(1)</script>\n&amp; [c](d)\n\ttab\n[^1] *[X]: y\n"

        assert one(f"````md\n{code}````", "pre").get_text() == code

    def test_longer_fences_hold_shorter_ones(self) -> None:
        assert one("````\n```\nx\n```\n````", "pre").get_text() == "```\nx\n```\n"

    def test_tabs_stay(self) -> None:
        assert one("```make\nall:\n\techo\n```", "pre").get_text() == "all:\n\techo\n"

    def test_an_unknown_language_is_named_but_not_coloured(self) -> None:
        box = one("```klingon\nx\n```", "div.highlight")

        assert box["data-lang"] == "klingon"
        assert not box.select("span")

    @pytest.mark.parametrize("info", ['python hl_lines="2-3"', '{.python hl_lines="2 3"}', "python hl_lines='2-99'"])
    def test_lines_to_point_at(self, info: str) -> None:
        lines = page(f"```{info}\na\nb\nc\n```").select("span.hll")

        assert [line.get_text() for line in lines] == ["b\n", "c\n"]

    def test_a_title(self) -> None:
        assert one('```python title="app.py"\nx\n```', "span.filename").string == "app.py"

    def test_indented_code_shows_fences(self) -> None:
        assert one("a\n\n    ```\n    x\n    ```\n\nb", "pre").get_text() == "```\nx\n```\n"

    def test_raw_pre_shows_fences(self) -> None:
        assert "```" in one("<pre>\n```\nx\n```\n</pre>", "pre").get_text()


class TestLinks:
    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("See https://example.org/a_b_c.", "https://example.org/a_b_c"),
            ("(http://example.org/a)", "http://example.org/a"),
            ("https://en.wikipedia.org/wiki/A_(b)", "https://en.wikipedia.org/wiki/A_(b)"),
            ("https://example.org/?a=1&b=~c~&d==e==", "https://example.org/?a=1&b=~c~&d==e=="),
            ("https://example.org/__init__.py", "https://example.org/__init__.py"),
            ("**https://example.org**", "https://example.org"),
            ("- https://example.org/x", "https://example.org/x"),
            ("| a |\n|---|\n| https://example.org |", "https://example.org"),
        ],
    )
    def test_an_address_as_typed_becomes_one(self, text: str, address: str) -> None:
        link = one(text, "a")

        assert (link["href"], link.get_text()) == (address, address)

    @pytest.mark.parametrize(
        "text", ["`https://a.b`", "    https://a.b", "```\nhttps://a.b\n```", "xhttps://a.b", "https://"]
    )
    def test_but_not_in_code_or_in_a_word(self, text: str) -> None:
        assert not page(text).select("a")

    @pytest.mark.parametrize("text", ["[https://a.b](https://c.d)", '<a href="https://c.d">see https://a.b</a>'])
    def test_nor_inside_another_link(self, text: str) -> None:
        assert one(text, "a")["href"] == "https://c.d"

    def test_links_to_other_sites_tell_them_nothing(self) -> None:
        assert one("[a](https://b.c)", "a")["rel"] == ["noopener", "noreferrer"]
        assert one("[a](//b.c)", "a")["rel"] == ["noopener", "noreferrer"]
        assert not one("[a](/posts/b)", "a").has_attr("rel")

    def test_links_inside_the_text_follow_its_ids(self) -> None:
        tree = page("[there](#the-end)\n\n## x {#the-end}\n\n## Über uns\n\n[here](#über-uns)")

        for link in tree.select("p > a"):
            assert link["href"] in {f"#{tag['id']}" for tag in tree.select("[id]")}

    def test_mail_links_work(self) -> None:
        assert one("[write](mailto:a@example.org)", "a")["href"] == "mailto:a@example.org"


class TestHeadings:
    def test_no_space_no_heading(self) -> None:
        assert outline("#tag and #more") == "<p>#tag and #more</p>"

    def test_the_highest_is_second_to_the_title(self) -> None:
        assert outline("# a\n\n## b\n\n### c") == "<h2>a</h2><h3>b</h3><h4>c</h4>"
        assert outline("## a\n\n### b") == "<h2>a</h2><h3>b</h3>"

    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            ("24", "23"),
            ("244", "233"),
            ("243", "233"),
            ("2436", "2334"),
            ("46", "23"),
            ("3", "2"),
            ("42", "22"),
            ("134", "234"),
            ("212", "223"),
            ("246246", "234234"),
            ("123456", "234566"),
        ],
    )
    def test_no_level_is_skipped_on_the_way_down(self, written: str, shown: str) -> None:
        for kind in ("{hashes} words", "<h{level}>words</h{level}>", "> {hashes} words"):
            text = "\n\n".join(kind.format(hashes="#" * int(level), level=level) for level in written)

            levels = [heading.name[1] for heading in page(text).find_all(re.compile("h[1-6]"))]

            assert "".join(levels) == shown

    def test_one_typed_as_html_counts(self) -> None:
        assert outline("<h1>a</h1>\n\n## b") == "<h2>a</h2><h3>b</h3>"

    def test_each_has_an_address(self) -> None:
        tree = page("## Straße & Weg\n\n## a `b`\n\n## a `b`")
        headings = tree.select("h2")

        assert [heading["id"] for heading in headings] == ["in-straße-weg", "in-a-b", "in-a-b_1"]
        assert [link["href"] for link in tree.select("h2 > a")] == [f"#{heading['id']}" for heading in headings]
        assert first(headings[1], "a")["aria-label"] == "Link to “a b”"

    def test_spaces_before_and_hashes_after_are_allowed(self) -> None:
        assert outline("  ## a ##\n\n## C#") == "<h2>a</h2><h2>C#</h2>"


class TestTheRest:
    def test_html_that_means_something_passes(self) -> None:
        text = (
            "<details><summary>a</summary>b</details>\n\n"
            'H<sub>2</sub>O, 2<sup>3</sup>, <del>c</del> <ins>d</ins> <mark>e</mark> <abbr title="f">g</abbr>'
        )

        tags = {tag.name for tag in page(text).find_all(True)}

        assert tags >= {"details", "summary", "sub", "sup", "del", "ins", "mark", "abbr"}

    def test_abbreviations(self) -> None:
        assert one("The HTML page.\n\n*[HTML]: HyperText", "abbr")["title"] == "HyperText"

    def test_escapes_and_hard_breaks(self) -> None:
        assert outline("\\# a \\* b  \nc") == "<p># a * b<br/> c</p>"

    def test_a_callout_without_its_word_is_a_quote(self) -> None:
        assert outline("> [NOTE]\n> a") == "<blockquote><p>[NOTE] a</p></blockquote>"

    def test_the_same_text_comes_out_the_same(self) -> None:
        text = "a[^1] b[^1]\n\n## c\n\n## c\n\n[^1]: d"

        assert render(text) == render(text)

    def test_every_process_makes_the_same_of_it(self) -> None:
        text = "# a\n\n- [x] b\n- [ ] c\n\n![d](e){: .f .g width=1 height=2 title=h }\n\n| i |\n|:-:|\n| j[^1] |\n\n[^1]: k"
        text, pictures = f'{text}\n\n![l](/m.webp "n")', {"/m.webp": (2400, 1600)}

        results = set()
        for _ in range(4):
            child = process.Child()
            results.add(child.ask(time.monotonic() + 10, text=text, pictures=pictures)["html"])
            child.end()

        assert len(results) == 1

    def test_line_ends_do_not_matter(self) -> None:
        assert render("a\r\n\r\n- b\r\n- c") == render("a\n\n- b\n- c")

    def test_it_is_safe_and_says_which_version_made_it(self) -> None:
        assert isinstance(render("a"), SafeString)
        assert RENDERER_VERSION

    @pytest.mark.parametrize("text", ["", " ", "\n\n", "\0"])
    def test_nothing_is_nothing(self, text: str) -> None:
        assert render(text) == ""

    def test_a_text_over_the_limit_is_refused_with_the_line_where_it_is_passed(self) -> None:
        with pytest.raises(Unrenderable) as refusal:
            render("a" * 99_999 + "\n" + "b\n" * 10)

        assert refusal.value.line == 2
        assert "100,000" in refusal.value.reason


class TestExcerpts:
    def test_whole_words_of_the_first_paragraphs_and_no_markup(self) -> None:
        html = render("## Heading\n\nOne *two* `three`.[^1]\n\n- item\n\n" + "word " * 100 + "\n\n[^1]: note")

        excerpt = excerpt_of(html)

        assert excerpt.startswith("One two three. word word")
        assert excerpt.endswith("word…")
        assert 180 < len(excerpt) <= 201

    def test_a_short_text_is_its_own(self) -> None:
        assert excerpt_of(render("1 < 2 & 3")) == "1 < 2 & 3"
        assert excerpt_of("") == ""

    def test_a_word_longer_than_all_of_it_is_cut(self) -> None:
        assert excerpt_of(f"<p>{'a' * 500}</p>") == "a" * 200 + "…"

    def test_footnotes_are_left_out(self) -> None:
        assert excerpt_of(render("A claim.[^1]\n\n[^1]: Its source.")) == "A claim."

    def test_titles_of_callouts_are_left_out(self) -> None:
        assert excerpt_of(render("> [!NOTE]\n> Mind the gap.")) == "Mind the gap."

    def test_a_long_text_takes_no_longer(self) -> None:
        html = f"<p>{'<b>a</b> ' * 100_000}</p>"

        begin = time.perf_counter()
        excerpt_of(html)

        assert time.perf_counter() - begin < 5

    def test_words_are_counted_without_tags(self) -> None:
        assert word_count_of("<p>one <b>two</b></p>\n<pre>three</pre>") == 3
