"""Every main page, light on a desk and dark on a phone: can everybody use it, and does it fit?"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import NewPerson
from .person import Person
from .server import ROOT

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules/axe-core/axe.min.js"
LOOKS: dict[str, dict[str, Any]] = {
    "light on a desk": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark on a phone": {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
}
TEXT = """\
A paragraph with a [link](https://example.org), `code` and a footnote.[^1]

## A heading

- one
- two

> Somebody's words

```python
def greet(name: str) -> str:  # A comment
    return f"hello {name}, {1 + 1}"
```

| Name | What it is |
| --- | --- |
| galley | the proof that is read before printing, and a ship with oars |

[^1]: Its source.
"""


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_usable_by_all_and_fits(look: str, person: NewPerson) -> None:
    ed, ada, rita = (person(f"{name}@example.com", signed_in=True, **LOOKS[look]) for name in ("ed", "ada", "rita"))
    visitor = person("never-gives-a-name@example.com", **LOOKS[look])
    faults = []

    for name, somebody in pages(ed, ada, rita, visitor, title=f"A page that is {look}"):
        faults += [f"{name}: {fault}" for fault in faults_of(somebody)]

    assert faults == []


def pages(ed: Person, ada: Person, rita: Person, visitor: Person, title: str) -> Iterator[tuple[str, Person]]:
    """Go through the pages as they are met, yielding the name of each and who is at it."""
    visitor.open("/sign-in")
    expect(visitor.page.get_by_label("E-mail address")).to_be_visible()
    yield "sign-in", visitor
    visitor.ask_for_link()
    yield "check your mail", visitor
    visitor.open_link()
    expect(visitor.page.get_by_label("What is your name?")).to_be_visible()
    yield "name", visitor
    ed.open("/write")
    yield "write", ed
    post_id = ed.write(title, TEXT, "craft, print")
    yield "edit", ed
    ed.open(f"/desk/posts/{post_id}")
    yield "proof", ed
    ed.press("Submit for review")
    ed.open(f"/desk/posts/{post_id}/links")
    ed.press("Make the link")
    yield "shared links", ed
    visitor.page.goto(ed.page.get_by_role("textbox", name="The address").input_value())
    expect(visitor.heading(title)).to_be_visible()
    yield "a text that was shared", visitor
    ada.open(f"/desk/posts/{post_id}/explain")
    yield "what somebody may do", ada
    ed.open("/desk")
    yield "an editor's desk", ed
    ada.open("/desk")
    yield "an admin's desk", ada
    ed.open("/desk/author-page")
    yield "an author's own page", ed
    ada.open("/desk/team")
    ada.page.get_by_text("Change Ed Editor").click()
    yield "team", ada
    ada.open(f"/desk/posts/{post_id}/review")
    yield "review", ada
    for side in ("changes", "source", "details"):
        ada.open(f"/desk/posts/{post_id}/review?show={side}")
        yield f"review, {side}", ada
    ed.open(f"/desk/posts/{post_id}/history")
    yield "history", ed
    ed.open(f"/desk/posts/{post_id}/history?from=1&to=working-copy&show=source")
    yield "two texts compared", ed
    ada.press("Publish")
    rita.open("/")
    yield "home", rita
    for path in ("/tags", "/tags/craft", "/authors", "/authors/ed-editor", "/series", "/archive"):
        rita.open(path)
        yield path, rita
    ada.open("/desk/tags")
    yield "tags on the desk", ada
    ada.page.get_by_role("link", name="craft", exact=True).click()
    yield "a tag on the desk", ada
    rita.open("/")
    rita.page.get_by_role("link", name=title).click()
    expect(rita.heading(title)).to_be_visible()
    yield "post", rita
    rita.open("/account")
    yield "account", rita
    rita.open("/account/feeds")
    yield "one's own feeds", rita
    ed.open("/account/delete")
    yield "delete the account", ed
    rita.open("/account/tokens")
    yield "API tokens", rita
    rita.watch.expect_refusal("/nothing-here", 404)
    rita.open("/nothing-here")
    yield "404", rita
    rita.watch.expect_refusal("/write", 403)
    rita.open("/write")
    yield "403", rita
    rita.open("/_descope/inbox")
    yield "inbox", rita
    rita.open("/_descope/console")
    yield "console", rita


def faults_of(somebody: Person) -> list[str]:
    somebody.page.evaluate(AXE.read_text())
    found = somebody.page.evaluate("axe.run()")["violations"]
    faults = [f"{fault['id']} at {', '.join(str(node['target']) for node in fault['nodes'])}" for fault in found]
    if not somebody.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"):
        faults.append("wider than the window")
    return faults
