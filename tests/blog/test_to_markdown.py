"""HTML as it is found in feeds, and the Markdown an editor would have typed for it."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.importing.to_markdown import markdown_of
from blog.rendering.document import Document

pytestmark = pytest.mark.no_database

HERE = "https://press.example/2024/"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h3>\n  \n  Tools\n</h3>", "### Tools"),
        ('<h2><a name="a"></a>In <em>C#</em></h2>', "## In *C#*"),
        ("<h2>C#</h2>", "## C\\#"),
        ("<p>a <b>b</b> <i>c</i> <strong>d </strong>e</p>", "a **b** *c* **d** e"),
        ("<b>a</b><strong>b</strong>", "**ab**"),
        ("<p><b>a</b><i>b</i></p>", "<strong>a</strong><em>b</em>"),
        ('<b style="font-weight:normal"><p>a</p><p>b</p></b>', "a\n\nb"),
        ("<p>one<br>two<br><br>three</p>", "one  \ntwo\n\nthree"),
        ("<p>a<p>b", "a\n\nb"),
        ("<p>a\n  wrapped\nline</p>", "a wrapped line"),
        ("<p>10&nbsp;pt&nbsp; wide</p><p>&nbsp;</p>", "10\u00a0pt wide"),
        ("<p>&lt;b&gt; &amp;amp; &amp; 1 &lt; 2</p>", "&lt;b> &amp;amp; & 1 < 2"),
        ("<hr>", "---"),
        ("<p>a <strike>b</strike></p>", "a <s>b</s>"),
        ("<p>press <kbd>Ctrl_</kbd>, H<sub>2</sub>O, <u>all</u></p>", "press <kbd>Ctrl\\_</kbd>, H<sub>2</sub>O, <u>all</u>"),
        ("<details><summary>More</summary><p>x</p></details>",
         '<details markdown="1">\n<summary>More</summary>\n\nx\n\n</details>'),
        ("<dl><dt>Pica</dt><dd>12 points</dd></dl>", "Pica\n:   12 points"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("text <div>block</div> more", "text\n\nblock\n\nmore"),
        ("<p>a</p><script>alert(1)</script><style>p{}</style><!-- x --><svg><text>no</text></svg>", "a"),
    ],
)  # fmt: skip
def test_text_is_typed_as_an_editor_would(html: str, markdown: str) -> None:
    assert markdown_of(html).text == markdown


@pytest.mark.parametrize(
    "text",
    ["snake_case_name", "2 * 3 * 4", "a - b", "C++ and C#", "array[0] = {x};", "#hashtag", "50 % & more", "1.5 (a) b.",
     "~/bin, ~5 or so", "a == b", "https://press.example/a_b_c?d=_"],
)  # fmt: skip
def test_signs_that_mean_nothing_get_no_backslash(text: str) -> None:
    assert markdown_of(f"<p>{text.replace('&', '&amp;')}</p>").text == text


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("*a*", "\\*a\\*"), ("__init__", "\\_\\_init\\_\\_"), ("`a`", "\\`a\\`"), ("[a](b)", "\\[a](b)"),
        ("1986. A year", "1986\\. A year"), ("- a", "\\- a"), ("# a", "\\# a"), ("> a", "\\> a"), ("---", "\\---"),
        ("~~a~~", "\\~\\~a\\~\\~"), ("[^1]", "\\[^1]"), ("[ ] a", "\\[ ] a"), ("!!! note", "\\!!! note"),
        ("a\\*", "a\\\\\\*"), (": a", "&#58; a"), ("{: .a}", "\\{: .a}"),
    ],
)  # fmt: skip
def test_signs_that_would_mean_something_are_escaped(text: str, markdown: str) -> None:
    assert markdown_of(f"<p>{text.replace('>', '&gt;')}</p>").text == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li></ul>", "- a\n  - b\n    1. c"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n  - b"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ('<ol start="3"><li>c</li><li>d</li></ol>', "3. c\n4. d"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("<ul><li><p>a</p><pre>x\n y</pre></li></ul>", "- a\n\n  ```\n  x\n   y\n  ```"),
        ('<ul><li><input type="checkbox" checked disabled> done</li></ul>', "- [x] done"),
        ("<ul><li></li><li>b</li></ul>", "-\n- b"),
    ],
)
def test_lists_keep_their_items_and_their_depth(html: str, markdown: str) -> None:
    assert markdown_of(html).text == markdown


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<div class="highlight js-code-highlight"><pre class="highlight javascript"><code>%s</code></pre></div>', "javascript"),
        ('<pre class="highlight plaintext"><code>%s</code></pre>', ""),
        ('<pre><code class="language-JS">%s</code></pre>', "js"),
        ('<pre class="lang-css">%s</pre>', "css"),
        ('<div class="highlight highlight-source-shell"><pre>%s</pre></div>', "shell"),
        ('<div class="highlight" data-lang="C++"><pre><code>%s</code></pre></div>', "c++"),
        ('<pre class="brush:sql">%s</pre>', "sql"),
        ("<pre>%s</pre>", ""),
    ],
)  # fmt: skip
def test_code_keeps_its_language_its_indentation_and_its_signs(html: str, language: str) -> None:
    code = "def a(b_c):\n    return &lt;*b*&gt;\n\n\n# `end`\n"

    markdown = markdown_of(html % code).text

    assert markdown == f"```{language}\ndef a(b_c):\n    return <*b*>\n\n\n# `end`\n```"


def test_code_with_fences_in_it_gets_a_longer_fence() -> None:
    assert markdown_of("<pre>```\na\n```</pre>").text == "````\n```\na\n```\n````"


def test_the_toolbar_beside_code_is_no_text() -> None:
    panel = '<div class="highlight__panel js-actions-panel"><button>Copy</button>Enter fullscreen</div>'

    assert markdown_of(f'<div class="highlight"><pre>a</pre>{panel}</div>').text == "```\na\n```"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<code>a_b*c</code>", "`a_b*c`"), ("<code>a`b</code>", "``a`b``"), ("<code>`</code>", "`` ` ``"),
        ('<code><a href="https://a.example/">x_y</a></code>', "[`x_y`](https://a.example/)"),
        ("a <code> b </code> c", "a `b` c"),
    ],
)  # fmt: skip
def test_code_in_a_line_is_kept_as_it_is(html: str, markdown: str) -> None:
    assert markdown_of(html).text == markdown.replace("a `b` c", "a  `b`  c")


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ('<a href="../manual">m</a>', "[m](https://press.example/manual)"),
        ('<a href="#else">m</a>', "[m](https://press.example/2024/#else)"),
        ('<h2 id="tools">T</h2><a href="#tools">m</a>', "## T {#tools}\n\n[m](#tools)"),
        ('<a href="javascript:alert(1)">m</a>', "m"),
        ('<a href="mailto:a@press.example">m</a>', "[m](mailto:a@press.example)"),
        ('<a href="https://a.example/x_y">https://a.example/x_y</a>', "<https://a.example/x_y>"),
        ('<a href="https://a.example/it(s) b">m [1]</a>', "[m \\[1\\]](<https://a.example/it(s)%20b>)"),
        ('<a href="/a" title="A &quot;b&quot;">m</a>', '[m](https://press.example/a "A &quot;b&quot;")'),
        ('<a href="/b"><img src="/b.png" alt="B [c]"></a>',
         "[![B \\[c\\]](https://press.example/b.png)](https://press.example/b)"),
        ('<img src="b.png" alt="" width="640" height="480">', "![](https://press.example/2024/b.png){width=640 height=480}"),
        ('<img src="data:image/gif;base64,R0" data-src="/b.png" alt="B"><noscript><img src="/b.png"></noscript>',
         "![B](https://press.example/b.png)"),
        ('<iframe src="https://v.example/7"></iframe>', "<https://v.example/7>"),
        ('<video controls><source src="/v.mp4"></video>', "<https://press.example/v.mp4>"),
        ('<a href="/x"><h3>T</h3></a>', "### [T](https://press.example/x)"),
        ('<figure><img src="/b.png" alt="B"><figcaption>A caption</figcaption></figure>',
         "![B](https://press.example/b.png)\n\nA caption"),
    ],
)  # fmt: skip
def test_links_and_pictures_lead_where_they_led(html: str, markdown: str) -> None:
    assert markdown_of(html, HERE).text == markdown


def test_a_picture_inside_the_text_itself_is_left_out_and_counted() -> None:
    converted = markdown_of('<p>a <img src="data:image/png;base64,iVBORw0" alt="A dot"></p>', HERE)

    assert converted.text == "a A dot"
    assert converted.lost == {"image without an address": 1}


def test_a_plain_table_becomes_one_of_markdown() -> None:
    html = (
        '<table><tr><th>A</th><th align="right">B</th></tr>'
        '<tr><td>x | y<br>z</td><td style="text-align: right"><code>a|b</code></td></tr></table>'
    )

    assert markdown_of(html).text == "| A | B |\n| --- | --: |\n| x \\| y<br>z | `a|b` |"


def test_a_table_that_markdown_cannot_say_stays_html() -> None:
    html = '<table class="x"><tr><td colspan="2">A</td></tr><tr><td><ul><li>b</li></ul></td><td>c</td></tr></table>'

    page = BeautifulSoup(Document().html(markdown_of(html).text), "html.parser")

    assert [cell.get_text().strip() for cell in page.find_all("td")] == ["A", "b", "c"]
    assert page.select_one("td[colspan='2'], td > ul > li")


SIGNS = st.sampled_from(["*", "_", "`", "[", "](", "]", ")", "{", "}", "<", ">", "&", "#", "+", "-", ".", "!", "|", "~", "=",
                         "^", ":", "\\", '"', "'", " ", " ", "a", "b", "1", "__", "~~", "https://a.example/b_c"])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(words=st.lists(SIGNS, min_size=1, max_size=12).map("".join))
def test_whatever_the_text_says_it_says_on_the_page(words: str) -> None:
    html = BeautifulSoup("<p>x</p><ul><li>y</li></ul>", "html.parser")
    for tag in html.find_all(["p", "li"]):
        tag.string = f"{words} end"

    page = BeautifulSoup(Document().html(markdown_of(str(html)).text), "html.parser")

    assert "".join(page.get_text().split()) == "".join(html.get_text().split())
