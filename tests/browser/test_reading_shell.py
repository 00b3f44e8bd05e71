"""The frame of every page as readers meet it: its type, its two colours, and whatever they do to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .person import Person
from .server import Server, running
from .test_every_page import TEXT, faults_of

pytestmark = pytest.mark.browser

WORDS = (
    "A galley proof is the first printing of a text in one long column, with wide margins for whoever marks it up. "
    "Compositors set the type line by line, locked it in a long tray that was called a galley, inked it and pulled a "
    "sheet. What readers mark in the margin today is still called a correction of proofs, and the reasons for reading "
    "twice have hardly changed since then."
)
TITLE = "On reading proofs twice"
POST = "/posts/on-reading-proofs-twice"
PAGES = ["/", POST, "/archive", "/search?q=proofs", "/feeds", "/about", "/privacy", "/nothing-here", "/sign-in"]
MORE_PAGES = [
    "/tags", "/tags/craft", "/authors", "/authors/ed-editor", "/series", "/series/the-life-of-a-proof",
    "/archive/{year}", "/archive/{year}/{month}", "/search", "/search?q=nothingofthesort",
]  # fmt: skip
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 320, "height": 640}
LIGHT_PAPER, DARK_PAPER = "rgb(249, 247, 241)", "rgb(22, 21, 19)"
CHARACTERS_OF_LINES = """() => [...document.querySelectorAll(".prose > p")].flatMap((paragraph) => {
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  const lines = [];
  let top = null;
  for (let node; (node = walker.nextNode()); ) {
    for (let index = 0; index < node.length; index++) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + 1);
      const box = range.getClientRects()[0];
      if (!box) continue;
      if (top === null || Math.abs(box.top - top) > 8) [top] = [box.top, lines.push(0)];
      lines[lines.length - 1]++;
    }
  }
  return lines.slice(0, -1);
})"""
# Source: WCAG 2.2, 1.4.12.
WIDER_TEXT = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
    "p { margin-bottom: 2em !important }"
)
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const { overflowX, overflowY, clipPath } = getComputedStyle(element);
  if (clipPath !== "none" || element.matches("textarea, input, select")) return false;
  const hides = (overflow) => overflow === "hidden" || overflow === "clip";
  return (hides(overflowX) && element.scrollWidth > element.clientWidth + 1)
      || (hides(overflowY) && element.scrollHeight > element.clientHeight + 1);
}).map((element) => element.outerHTML.slice(0, 100))"""
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll("header a, header button, footer a, footer button")]
    .map((element) => [element.textContent.trim(), element.getBoundingClientRect()]);
  return boxes.flatMap(([one, a], index) => boxes.slice(index + 1)
    .filter(([, b]) => a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 2 && b.top < a.bottom - 2)
    .map(([other]) => `${one} / ${other}`));
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    """A public site with two posts."""
    with running(tmp_path_factory.mktemp("public"), VISIBILITY="public", SITE_FOOTER="Set in long columns.") as site:
        ed, ada = (Person(browser.new_context(), site.url, f"{name}@example.com") for name in ("ed", "ada"))
        for somebody in (ed, ada):
            somebody.sign_in(at="/account")
        for title in ("A second post", TITLE):
            ed.open("/write")
            ed.page.get_by_text("More about this post").click()
            text = f"{WORDS}\n\n{WORDS}\n\n{TEXT}"
            ed.type_post(title=title, body=text, tags="craft, print", series="The life of a proof")
            ed.save()
            post_id = ed.post_id()
            ed.open(f"/desk/posts/{post_id}")
            ed.press("Submit for review")
            ada.publish(title)
        for somebody in (ed, ada):
            somebody.context.close()
        yield site


@contextmanager
def visitor(browser: Browser, site: Server, **options: Any) -> Iterator[Person]:
    """Seat a visitor at a browser of their own, who ends with no fault in the console and no request elsewhere."""
    context = browser.new_context(**options)
    somebody = Person(context, site.url, "nobody@example.com")
    somebody.watch.expect_refusal("/nothing-here", 404)
    yield somebody
    context.close()
    assert somebody.watch.faults == []


def paper(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def every_kind_of_page() -> list[str]:
    today = datetime.now(tz=UTC)
    return PAGES + [path.format(year=today.year, month=f"{today.month:02}") for path in MORE_PAGES]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"))


# Type


@pytest.mark.parametrize("width", [768, 1024, 1280, 1920])
def test_a_line_holds_60_to_75_characters(width: int, site: Server, browser: Browser) -> None:
    with visitor(browser, site, viewport={"width": width, "height": 800}) as rita:
        rita.open(POST)
        lines = rita.page.evaluate(CHARACTERS_OF_LINES)
        size = rita.page.evaluate("parseFloat(getComputedStyle(document.querySelector('.prose p')).fontSize)")

    assert len(lines) >= 10
    assert 60 <= sum(lines) / len(lines) <= 75
    assert max(lines) <= 75
    assert size >= 18


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desk", "phone"])
def test_nothing_is_lost_when_readers_space_the_text_out(
    viewport: dict[str, int], site: Server, browser: Browser
) -> None:
    # Readers' own styles are not bound by the policy of the site.
    with visitor(browser, site, viewport=viewport, bypass_csp=True) as rita:
        for path in PAGES:
            rita.open(path)
            rita.page.add_style_tag(content=WIDER_TEXT)
            assert fits(rita.page), path
            assert rita.page.evaluate(CUT_OFF) == [], path
            assert rita.page.evaluate(OVERLAPS) == [], path


@pytest.mark.parametrize("viewport", [PHONE, {"width": 640, "height": 400}], ids=["320 px", "zoomed to 200 %"])
def test_every_page_fits_a_narrow_window(viewport: dict[str, int], site: Server, browser: Browser) -> None:
    with visitor(browser, site, viewport=viewport) as rita:
        for path in every_kind_of_page():
            rita.open(path)
            assert fits(rita.page), path
            assert rita.page.evaluate(CUT_OFF) == [], path


def test_every_page_bears_text_of_twice_the_size(site: Server, browser: Browser) -> None:
    with visitor(browser, site, viewport={"width": 640, "height": 800}) as rita:
        for path in PAGES:
            rita.open(path)
            rita.page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert fits(rita.page), path
            assert rita.page.evaluate(CUT_OFF) == [], path


def test_a_page_runs_the_other_way(site: Server, browser: Browser) -> None:
    left_of = "(name) => document.querySelector(name).getBoundingClientRect().left"
    with visitor(browser, site, viewport=WIDE) as rita:
        for path in PAGES:
            rita.open(path)
            ahead = rita.page.evaluate(left_of, ".masthead__name")
            rita.page.evaluate("Object.assign(document.documentElement, {dir: 'rtl', lang: 'ar'})")
            assert fits(rita.page), path
            assert rita.page.evaluate(left_of, ".masthead__name") > WIDE["width"] / 2 > ahead
        rita.open(POST)
        rita.page.evaluate("document.querySelectorAll('[dir]').forEach((part) => (part.dir = 'rtl'))")
        quote = rita.page.locator("blockquote").first
        expect(quote).to_have_css("border-right-style", "solid")
        expect(quote).to_have_css("border-left-style", "none")
        expect(rita.page.locator("pre").first).to_have_css("direction", "ltr")


def test_nothing_moves_for_who_wants_it_still(site: Server, browser: Browser) -> None:
    scrolling = "getComputedStyle(document.documentElement).scrollBehavior"
    with visitor(browser, site, reduced_motion="reduce") as still, visitor(browser, site) as other:
        still.open(POST)
        other.open(POST)

        assert still.page.evaluate(scrolling) == "auto"
        assert other.page.evaluate(scrolling) == "smooth"
        assert still.page.evaluate("document.getAnimations().length") == 0


# Light and dark


def test_light_or_dark_is_chosen_without_a_script_and_without_a_flash(site: Server, browser: Browser) -> None:
    with visitor(browser, site, java_script_enabled=False, color_scheme="light") as rita:
        rita.open(POST)
        assert rita.context.cookies() == []
        dark = rita.button("Dark")
        expect(dark).to_have_attribute("aria-pressed", "false")

        dark.click()
        rita.is_at(f"{POST}#theme")
        expect(rita.button("Dark")).to_have_attribute("aria-pressed", "true")
        expect(rita.page.locator("html")).to_have_css("background-color", DARK_PAPER)
        expect(rita.page.locator("meta[name=color-scheme]")).to_have_attribute("content", "dark")
        assert [cookie["name"] for cookie in rita.context.cookies()] == ["theme"]

        rita.open("/about")
        expect(rita.page.locator("html")).to_have_css("background-color", DARK_PAPER)
        rita.press("As the device")
        expect(rita.page.locator("html")).to_have_css("background-color", LIGHT_PAPER)
        assert rita.context.cookies() == []


def test_with_a_script_it_changes_on_the_spot(site: Server, browser: Browser) -> None:
    with visitor(browser, site, color_scheme="dark", viewport=PHONE) as rita:
        rita.open(POST)
        assert paper(rita.page) == DARK_PAPER
        rita.page.evaluate("window.isTheSamePage = true")

        rita.press("Light")
        expect(rita.button("Light")).to_have_attribute("aria-pressed", "true")
        expect(rita.button("As the device")).to_have_attribute("aria-pressed", "false")
        assert paper(rita.page) == LIGHT_PAPER
        assert rita.page.evaluate("window.isTheSamePage")
        on_the_spot = rita.page.evaluate(WHAT_IS_SAID_OF_COLOURS)

        rita.page.reload()
        assert paper(rita.page) == LIGHT_PAPER
        assert rita.page.evaluate(WHAT_IS_SAID_OF_COLOURS) == on_the_spot

        rita.press("As the device")
        expect(rita.button("As the device")).to_have_attribute("aria-pressed", "true")
        assert paper(rita.page) == DARK_PAPER
        on_the_spot = rita.page.evaluate(WHAT_IS_SAID_OF_COLOURS)
        rita.page.reload()
        assert rita.page.evaluate(WHAT_IS_SAID_OF_COLOURS) == on_the_spot


WHAT_IS_SAID_OF_COLOURS = """() => [
  document.documentElement.dataset.theme ?? null,
  ...[...document.querySelectorAll("meta[name=color-scheme]")].map((meta) => meta.content),
  ...[...document.querySelectorAll("meta[name=theme-color]")].map((meta) => meta.media),
]"""


@pytest.mark.parametrize(("device", "chosen"), [("light", ""), ("dark", ""), ("light", "dark"), ("dark", "light")])
def test_everybody_can_use_the_pages_in_either(device: str, chosen: str, site: Server, browser: Browser) -> None:
    faults = []
    with visitor(browser, site, color_scheme=device, viewport=WIDE) as rita:
        if chosen:
            rita.context.add_cookies([{"name": "theme", "value": chosen, "url": site.url}])
        for path in PAGES if chosen else every_kind_of_page():
            rita.open(path)
            assert paper(rita.page) == (DARK_PAPER if "dark" in (chosen or device) else LIGHT_PAPER)
            if path == "/sign-in":
                ink = rita.page.get_by_label("E-mail address").evaluate("(field) => getComputedStyle(field).color")
                assert ink == rita.page.evaluate("getComputedStyle(document.body).color")
            faults += [f"{path}: {fault}" for fault in faults_of(rita)]

    assert faults == []


def test_forced_colours_still_tell_what_is_chosen(site: Server, browser: Browser) -> None:
    with visitor(browser, site, forced_colors="active", viewport=WIDE) as rita:
        rita.open(POST)
        grounds = [
            rita.button(name).evaluate("(button) => getComputedStyle(button).backgroundColor")
            for name in ("Light", "Dark", "As the device")
        ]
        faults = faults_of(rita)

    assert grounds[0] == grounds[1] != grounds[2]
    assert faults == []


def test_paper_is_white_whatever_was_chosen_and_has_no_buttons(site: Server, browser: Browser) -> None:
    with visitor(browser, site, color_scheme="dark", viewport=WIDE) as rita:
        rita.context.add_cookies([{"name": "theme", "value": "dark", "url": site.url}])
        rita.open(POST)
        rita.page.emulate_media(media="print")

        assert paper(rita.page) == "rgb(255, 255, 255)"
        expect(rita.page.locator("body")).to_have_css("color", "rgb(0, 0, 0)")
        for part in (".masthead", ".colophon", ".theme-switch"):
            expect(rita.page.locator(part)).to_be_hidden()
        head, text = (rita.page.locator(part).bounding_box() for part in ("h1", ".prose"))
        assert head
        assert text
        assert head["x"] == text["x"]
        assert head["y"] < text["y"]


# Finding one's way


def test_the_way_is_told_on_every_page(site: Server, browser: Browser) -> None:
    with visitor(browser, site, viewport=PHONE) as rita:
        for path in PAGES:
            rita.open(path)
            for address in ("/archive", "/tags", "/about", "/search", "/sign-in"):
                expect(rita.page.get_by_role("banner").locator(f'a[href="{address}"]')).to_be_visible()
            for address in ("/archive", "/tags", "/authors", "/feeds", "/about", "/privacy"):
                expect(rita.page.get_by_role("contentinfo").locator(f'a[href="{address}"]')).to_be_visible()
            expect(rita.page.get_by_role("contentinfo")).to_contain_text("Set in long columns.")
        for path, name in [("/about", "About"), ("/search?q=proofs", "Search"), ("/archive", "Archive")]:
            rita.open(path)
            assert rita.page.get_by_role("banner").locator("[aria-current=page]").all_text_contents() == [name]
