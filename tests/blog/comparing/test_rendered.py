"""The text as readers see it, with what came and what went."""

import re

import pytest

from blog.comparing import Detail, rendered_diff
from blog.comparing.tree import MOST_DEPTH
from blog.markup import render

pytestmark = pytest.mark.no_database


def compared(old: str, new: str) -> str:
    """Return the comparison of two Markdown texts, with our marks written short: {-gone-}, {+new+}, {!note!}."""
    return short(rendered_diff(render(old), render(new)).html)


def short(html: str) -> str:
    for tag, mark, sign in (("del", "removed", "-"), ("ins", "added", "+")):
        html = html.replace(f'<{tag} data-diff="{mark}">', f"{{{sign}").replace(f"</{tag}>", f"{sign}}}")
    html = re.sub(r'<span data-diff="note"> \((.*?)\)</span>', r"{!\1!}", html)
    return re.sub(r' (rel|loading|decoding|referrerpolicy|role|tabindex|aria-label|scope)="[^"]*"', "", html)


def test_a_word_that_changed_is_marked_and_nothing_else() -> None:
    assert compared("The quick brown fox.", "The slow brown fox.") == "<p>The {-quick-}{+slow+} brown fox.</p>"


def test_a_word_that_came_takes_no_more_space_along_than_it_brought() -> None:
    assert compared("A galley.", "A long galley.") == "<p>A {+long+} galley.</p>"
    assert compared("A proof.", "A proof again.") == "<p>A proof{+ again+}.</p>"
    assert compared("a b", "a-b") == "<p>a{+-+}{- -}b</p>"


def test_only_the_punctuation_is_marked_where_only_that_changed() -> None:
    assert compared("Wait, what.", "Wait, what?") == "<p>Wait, what{-.-}{+?+}</p>"


def test_chinese_is_compared_by_characters() -> None:
    assert compared("我们写作在这里", "我们阅读在这里") == "<p>我们{-写作-}{+阅读+}在这里</p>"


def test_a_letter_keeps_its_accents() -> None:
    assert compared("cafe\u0301 noir", "cafe\u0300 noir") == "<p>{-cafe\u0301-}{+cafe\u0300+} noir</p>"


def test_a_line_broken_elsewhere_is_no_change() -> None:
    assert compared("one two\nthree", "one\ntwo three") == "<p>one\ntwo three</p>"


def test_emphasis_that_came_is_shown() -> None:
    assert compared("a big word", "a **big** word") == "<p>a {-big-}{+<strong>big</strong>+} word</p>"


def test_another_target_of_a_link_is_said_where_its_words_are_the_same() -> None:
    html = compared("[Pay here](https://good.example/a) now", "[Pay here](https://evil.example/a) now")

    assert html == (
        '<p>{-<a href="https://good.example/a">Pay here</a>-}{!link to https://good.example/a!}'
        '{+<a href="https://evil.example/a">Pay here</a>+}{!link to https://evil.example/a!} now</p>'
    )


def test_two_links_that_changed_places_are_said() -> None:
    html = compared("[a](https://x.example) [b](https://y.example)", "[a](https://y.example) [b](https://x.example)")

    assert "{!link to https://x.example; link to https://y.example!}" in html
    assert "{!link to https://y.example; link to https://x.example!}" in html


def test_the_words_of_a_link_change_without_a_note_on_where_it_leads() -> None:
    html = compared("[a proof](https://x.example)", "[the proof](https://x.example)")

    assert html == '<p><a href="https://x.example">{-a-}{+the+} proof</a></p>'


def test_another_description_of_a_picture_is_said() -> None:
    html = compared("![A cat](https://x.example/c.png)", "![](https://x.example/c.png)")

    assert "{!picture https://x.example/c.png, described as “A cat”!}" in html
    assert "{!picture https://x.example/c.png, without a description!}" in html


def test_another_picture_is_said() -> None:
    html = compared("![A cat](https://x.example/c.png)", "![A cat](https://x.example/d.png)")

    assert html.count("<img") == 2
    assert "{!picture https://x.example/d.png, described as “A cat”!}" in html


def test_a_link_in_a_paragraph_that_came_is_said_too() -> None:
    html = compared("One.", "One.\n\nSee [this](https://x.example).")

    assert html == '<p>One.</p>{+<p>See <a href="https://x.example">this</a>.{!link to https://x.example!}</p>+}'


def test_what_only_an_attribute_says_is_said() -> None:
    html = compared("<abbr title='one'>A</abbr> b c", "<abbr title='two'>A</abbr> b c")

    assert "{!title “one”!}" in html
    assert "{!title “two”!}" in html


@pytest.mark.parametrize(
    "block",
    [
        "## A heading",
        "- one\n- two",
        "1. one\n2. two",
        "> Somebody's words",
        "```python\nx = 1\n```",
        "![A cat](https://x.example/c.png)",
        "| a | b |\n|---|---|\n| c | d |",
        "Word\n: Its meaning",
        "---",
        '!!! note\n    Mind the gap.',
    ],
)  # fmt: skip
def test_a_block_that_came_is_marked_as_a_whole_and_so_is_one_that_went(block: str) -> None:
    without, with_it = "Before.\n\nAfter.", f"Before.\n\n{block}\n\nAfter."

    came, went = compared(without, with_it), compared(with_it, without)

    assert came.startswith("<p>Before.</p>{+<")
    assert came.endswith(">+}<p>After.</p>")
    assert came.count("{+") == 1
    assert went == came.replace("{+", "{-").replace("+}", "-}")


def test_items_of_a_list_come_and_go_inside_the_list() -> None:
    html = compared("- one apple\n- two pears", "- one apple\n- three wild plums\n- two pears")

    assert html == '<ul><li>one apple</li><li data-diff="added">{+three wild plums+}</li><li>two pears</li></ul>'


def test_rows_of_a_table_come_and_go_inside_the_table() -> None:
    head = "| a | b |\n|---|---|\n| c | d |\n"

    html = compared(head, f"{head}| e | f |\n")

    assert '<tr data-diff="added"><td data-diff="added">{+e+}</td><td data-diff="added">{+f+}</td></tr>' in html


def test_a_cell_of_a_table_is_compared_by_words() -> None:
    html = compared("| a | b |\n|---|---|\n| good proof | d |", "| a | b |\n|---|---|\n| bad proof | d |")

    assert "<td>{-good-}{+bad+} proof</td><td>d</td>" in html


def test_a_list_that_got_blank_lines_has_not_changed() -> None:
    diff = rendered_diff(render("- one\n- two"), render("- one\n\n- two"))

    assert not diff.has_changes


def test_a_line_of_code_is_marked_with_its_space() -> None:
    html = compared("```python\nif a:\n    b()\n```", "```python\nif a:\n        b()\n```")

    plain = re.sub(r"</?span[^>]*>", "", html)
    assert "if a:\n{-    -}{+        +}b()\n" in plain


def test_a_line_of_code_that_came_is_marked_from_its_beginning() -> None:
    html = compared("```\nif a:\n    b()\n    d()\n```", "```\nif a:\n    b()\n    c()\n    d()\n```")

    assert "if a:\n    b()\n{+    c()\n+}    d()\n" in html


def test_code_of_another_colour_is_no_change() -> None:
    old = '<pre><code><span class="k">match</span> x</code></pre>'

    diff = rendered_diff(old, old.replace('class="k"', 'class="n"'))

    assert not diff.has_changes


def test_a_line_of_code_that_is_pointed_at_is_a_change() -> None:
    old = '<pre><code><span class="n">x</span></code></pre>'

    assert rendered_diff(old, old.replace('class="n"', 'class="hll"')).has_changes


def test_a_paragraph_rewritten_is_not_shredded() -> None:
    html = compared("The cat sat quietly on that mat.", "Nobody expects printers to own such galleys, though.")

    assert html == (
        "{-<p>The cat sat quietly on that mat.</p>-}{+<p>Nobody expects printers to own such galleys, though.</p>+}"
    )


def test_an_author_cannot_make_a_mark_of_their_own() -> None:
    html = rendered_diff("", render('<del data-diff="removed">Not gone</del> <ins data-diff="added">x</ins>')).html

    assert html == '<ins data-diff="added"><p><del>Not gone</del> <ins>x</ins></p></ins>'


def test_an_author_cannot_hide_a_change() -> None:
    hiding = '<span class="visually-hidden permalink on-screen">one</span><details><summary>a</summary>one</details>'

    html = rendered_diff(render(hiding), render(hiding.replace("one", "two"))).html

    assert "visually-hidden" not in html
    assert "permalink" not in html
    assert "<details open" in html


def test_a_link_dressed_as_a_permalink_is_compared() -> None:
    html = compared("## A", '## A <a class="permalink" href="https://evil.example">#</a>')

    assert "{!link to https://evil.example!}" in html


def test_permalinks_and_ids_are_left_out() -> None:
    assert compared("## One", "## One") == "<h2>One </h2>"


def test_nothing_comes_out_unescaped() -> None:
    html = compared("a &lt;b&gt; `<script>` c", 'a &lt;i&gt; `<script>` c [x](https://x.example "&quot;><b>")')

    assert "<script" not in html
    assert "&lt;{-b-}{+i+}&gt;" in html
    assert 'title="&quot;&gt;&lt;b&gt;"' in html


def test_without_an_old_text_all_is_new_and_needs_no_notes() -> None:
    html = short(rendered_diff("", render("One [x](https://x.example).\n\nTwo.")).html)

    assert html == '{+<p>One <a href="https://x.example">x</a>.</p>+}{+<p>Two.</p>+}'


def test_a_text_nested_beyond_reason_is_shown_before_and_after() -> None:
    deep = "<b>" * (MOST_DEPTH + 5) + "{}" + "</b>" * (MOST_DEPTH + 5)

    diff = rendered_diff(deep.format("x"), deep.format("y"))

    assert diff.detail is Detail.WHOLE
    assert short(diff.html) == f"{{-{deep.format('x')}-}}{{+{deep.format('y')}+}}"


def test_and_is_unchanged_where_it_is_the_same() -> None:
    deep = "<b>" * (MOST_DEPTH + 5) + "x" + "</b>" * (MOST_DEPTH + 5)

    diff = rendered_diff(deep, deep)

    assert not diff.has_changes
    assert diff.html == deep
