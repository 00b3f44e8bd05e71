"""The page of a post in a browser: notes, code, contents, print, and whether everybody can read it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from .conftest import NewPerson
from .person import Person
from .server import ROOT, Server
from .test_every_page import LOOKS, faults_of

pytestmark = pytest.mark.browser

TEXT = (ROOT / "tests/browser/showcase.md").read_text().replace("PICTURE", "/static/blog/favicon.svg")
# How long a line of running text is, in characters.
CHARACTERS = """() => {
  const words = document.querySelectorAll(".prose > p")[1].firstChild;
  const range = document.createRange();
  const lines = new Map();
  for (let place = 0; place < words.length; place++) {
    range.setStart(words, place);
    range.setEnd(words, place + 1);
    const top = Math.round(range.getBoundingClientRect().top);
    lines.set(top, (lines.get(top) ?? 0) + 1);
  }
  return [...lines.values()].slice(0, -1);
}"""
SPACED = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""  # WCAG 2.2, 1.4.12
SHIFT = """new Promise((resolve) => {
  let shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (shift += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(shift), 300);
})"""


@pytest.fixture(scope="module")
def address(server: Server, browser: Any, known_cookies: dict[str, Any]) -> str:
    """The path of a post that has one of everything."""
    everybody = []
    for name in ("ed", "ada"):
        email = f"{name}@example.com"
        context = browser.new_context()
        everybody.append(Person(context, server.url, email))
        if email in known_cookies:
            context.add_cookies(known_cookies[email])
        else:
            everybody[-1].sign_in()
            known_cookies[email] = context.cookies()
    ed, ada = everybody
    post_id = ed.write("One of everything", TEXT, "craft, print")
    ed.open(f"/desk/posts/{post_id}")
    ed.press("Submit for review")
    ada.publish("One of everything")
    ada.open(f"/posts/{post_id}")
    path = ada.page.url.removeprefix(server.url)
    for somebody in everybody:
        somebody.context.close()
    return path


@pytest.fixture
def rita(person: NewPerson, address: str) -> Person:
    rita = person("rita@example.com", signed_in=True, viewport={"width": 1280, "height": 800})
    rita.open(address)
    return rita


def note(rita: Person) -> Locator:
    return rita.page.locator(".note-box")


def numbers(rita: Person) -> Locator:
    return rita.page.locator(".footnote-ref")


def number(rita: Person, which: int) -> Locator:
    return numbers(rita).nth(which)


# Everybody


@pytest.mark.parametrize("look", LOOKS)
def test_everybody_can_use_it(look: str, person: NewPerson, address: str) -> None:
    rita = person("rita@example.com", signed_in=True, **LOOKS[look])
    rita.open(address)

    assert faults_of(rita) == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_it_is_never_wider_than_the_window(rita: Person, width: int) -> None:
    rita.page.set_viewport_size({"width": width, "height": 700})

    assert rita.page.evaluate("document.scrollingElement.scrollWidth") == width


def test_it_bears_wider_spacing(rita: Person) -> None:
    rita.page.set_viewport_size({"width": 320, "height": 700})
    sheet = f"const sheet = new CSSStyleSheet(); sheet.replaceSync(`{SPACED}`); document.adoptedStyleSheets = [sheet];"
    rita.page.evaluate(sheet)

    assert rita.page.evaluate("document.scrollingElement.scrollWidth") == 320


def test_lines_are_as_long_as_eyes_like_them(rita: Person) -> None:
    lengths = rita.page.evaluate(CHARACTERS)

    assert lengths
    assert all(50 <= length <= 75 for length in lengths)
    assert sum(lengths) / len(lengths) >= 58
    assert rita.page.evaluate("parseFloat(getComputedStyle(document.querySelector('.prose')).fontSize)") >= 18


def test_nothing_moves_while_it_loads(rita: Person) -> None:
    assert rita.page.evaluate(SHIFT) < 0.01


# Notes


def test_a_note_opens_beside_its_number_by_keyboard_and_escape_closes_it(rita: Person) -> None:
    height = rita.page.evaluate("document.scrollingElement.scrollHeight")
    number(rita, 0).focus()
    rita.page.keyboard.press("Enter")

    expect(note(rita)).to_be_visible()
    expect(note(rita)).to_contain_text("From the Greek for a low ship")
    expect(number(rita, 0)).to_be_focused()
    expect(number(rita, 0)).to_have_attribute("aria-expanded", "true")
    assert rita.page.evaluate("document.scrollingElement.scrollHeight") == height
    assert faults_of(rita) == []
    rita.page.keyboard.press("Tab")
    expect(note(rita).get_by_role("link", name="the ship")).to_be_focused()
    rita.page.keyboard.press("Escape")
    expect(note(rita)).to_be_hidden()
    expect(number(rita, 0)).to_have_attribute("aria-expanded", "false")


def test_a_press_opens_a_note_and_another_closes_it(rita: Person) -> None:
    number(rita, 1).click()
    expect(note(rita)).to_contain_text("And in a second paragraph")
    number(rita, 1).click()
    expect(note(rita)).to_be_hidden()
    number(rita, 1).click()
    expect(note(rita)).to_be_visible()
    rita.page.get_by_role("heading", level=1).click()
    expect(note(rita)).to_be_hidden()


def test_a_note_stays_within_a_telephone(person: NewPerson, address: str) -> None:
    rita = person("rita@example.com", signed_in=True, viewport={"width": 320, "height": 640}, has_touch=True)
    rita.open(address)
    for which in range(numbers(rita).count()):
        number(rita, which).tap()
        box = note(rita).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        rita.page.keyboard.press("Escape")


def test_without_a_script_the_number_leads_to_the_note(person: NewPerson, address: str) -> None:
    rita = person("rita@example.com", signed_in=True, java_script_enabled=False)
    rita.open(address)
    number(rita, 0).click()

    rita.is_at(re.compile(r"#in-fn-"))
    expect(rita.page.locator("li:target")).to_be_in_viewport()
    expect(rita.page.get_by_role("button", name="Copy")).to_have_count(0)


# Code


def test_a_button_copies_the_code_and_says_so(rita: Person) -> None:
    rita.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = rita.page.get_by_role("button", name="Copy: Code, Python")
    button.click()

    expect(rita.page.locator(".prose [role=status]")).to_have_text("Copied")
    copied = rita.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("def greet(name: str) -> str:\n    ")
    assert copied.endswith('return ", ".join(words)')
    assert rita.page.locator(".copy-code").count() == rita.page.locator(".prose pre").count()


# Contents


def test_the_contents_go_along_and_mark_where_one_is(rita: Person) -> None:
    contents = rita.page.get_by_role("navigation", name="Contents")
    contents.get_by_role("link", name="Tables and boxes").click()

    expect(contents.get_by_role("link", name="Tables and boxes")).to_have_attribute("aria-current", "location")
    expect(rita.page.locator("#in-tables-and-boxes")).to_be_in_viewport()
    expect(contents).to_be_in_viewport()


def test_on_a_telephone_the_contents_are_opened_on_demand(rita: Person) -> None:
    rita.page.set_viewport_size({"width": 360, "height": 700})
    link = rita.page.get_by_role("navigation", name="Contents").get_by_role("link", name="Code")
    expect(link).to_be_hidden()

    rita.page.locator(".contents summary").click()

    expect(link).to_be_visible()


# Print


def test_print_has_the_text_its_notes_and_where_it_is_from_and_nothing_else(rita: Person) -> None:
    rita.page.emulate_media(media="print", color_scheme="dark")
    page = rita.page

    for selector in (".masthead", ".colophon", ".contents", ".copy-code", ".read-on", ".tags", ".permalink"):
        assert not any(page.locator(selector).nth(at).is_visible() for at in range(page.locator(selector).count()))
    expect(page.locator("[role=doc-endnotes]")).to_be_visible()
    expect(page.locator(".in-print")).to_contain_text("/posts/one-of-everything")
    expect(page.locator(".in-print")).to_be_visible()
    after = "selector => getComputedStyle(document.querySelector(selector), '::after').content"
    assert "https://example.org/a/page" in page.evaluate(after, ".prose a[href='https://example.org/a/page']")
    assert page.evaluate(after, ".prose a[href='https://example.org/typed/as/it/is']") == "none"
    colours = "['color', 'background-color'].map(name => getComputedStyle(document.body)[name])"
    assert page.evaluate(colours)[0] == "rgb(0, 0, 0)"
    assert page.pdf().startswith(b"%PDF")


# Weight


def test_it_is_light(rita: Person) -> None:
    weights = rita.page.evaluate(
        """async () => {
          const files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")];
          const zipped = async (file) => {
            const stream = (await fetch(file.href ?? file.src)).body.pipeThrough(new CompressionStream("gzip"));
            return (await new Response(stream).arrayBuffer()).byteLength;
          };
          return Promise.all(files.map(zipped));
        }"""
    )

    assert 0 < sum(weights) <= 50 * 1024
