"""Pictures in a browser: brought while writing, with script and without, and looked at by readers."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from .conftest import NewPerson
from .person import Person
from .test_every_page import LOOKS, faults_of

pytestmark = pytest.mark.browser

DROP = """async ([text, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
  for (const kind of ["dragenter", "dragover", "drop"])
    text.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""

# How far the page has moved under its reader's eyes so far.
SHIFTS = """() => new Promise((told) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) sum += shift.value;
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => told(sum)));
})"""


def file(colour: str = "teal", size: tuple[int, int] = (600, 400)) -> FilePayload:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "PNG")
    return {"name": "sheet.png", "mimeType": "image/png", "buffer": written.getvalue()}


def bring(somebody: Person, colour: str = "teal", shows: str = "A sheet of paper") -> None:
    somebody.page.get_by_text("Pictures for this post").click()
    somebody.page.get_by_label("Picture", exact=True).set_input_files(file(colour))
    somebody.page.get_by_label("What it shows", exact=True).fill(shows)


def test_a_picture_comes_to_the_cursor_and_onto_the_cover(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True)
    ed.open("/write")
    ed.type_post(title="With a picture", body="Before.After.")
    text = ed.page.get_by_label("Body")
    text.evaluate("text => { text.focus(); text.setSelectionRange(7, 7); }")

    bring(ed)
    ed.press("Upload")
    expect(ed.page.locator(".edit-pictures__said")).to_have_text("The picture stands in the text.")

    assert re.fullmatch(r"Before\.\n\n!\[A sheet of paper\]\(/media/\w{64}\.webp\)\n\nAfter\.", text.input_value())
    ed.press("Make it the cover")
    ed.save()
    ed.page.get_by_role("link", name="See the proof").click()
    shown = ed.page.get_by_role("img", name="A sheet of paper")
    expect(shown).to_have_count(2)
    for number in range(2):
        assert shown.nth(number).evaluate("image => image.decode().then(() => image.naturalWidth > 0)")


def test_a_picture_for_the_cover_alone_stays_out_of_the_text(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True)
    ed.write("With a cover", "Words.")

    bring(ed)
    ed.press("Upload as the cover")
    expect(ed.page.locator(".edit-pictures__said")).to_contain_text("It is the cover now.")

    ed.save()
    expect(ed.page.get_by_label("Body")).to_have_value("Words.")
    expect(ed.page.get_by_label("What the cover shows")).to_have_value("A sheet of paper")
    ed.page.get_by_role("link", name="See the proof").click()
    expect(ed.page.get_by_role("img", name="A sheet of paper")).to_have_count(1)


def test_a_file_is_dropped_on_the_text_and_undone(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True)
    ed.open("/write")
    ed.type_post(body="Words.")
    text = ed.page.get_by_label("Body")

    encoded = ed.page.evaluate("bytes => btoa(String.fromCharCode(...bytes))", list(file()["buffer"]))
    ed.page.evaluate(DROP, [text.element_handle(), encoded])
    expect(ed.page.locator(".edit-pictures__said")).to_contain_text("Write between its brackets")

    assert text.input_value().startswith("Words.\n\n![](/media/")
    text.press("Control+z")
    assert text.input_value() == "Words."
    ed.type_post(body="")


@pytest.mark.long
def test_what_is_refused_is_said_and_the_text_stays(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True)
    ed.open("/write")
    ed.type_post(title="Kept", body="Words.")
    ed.watch.expect_refusal("/desk/images", 422)

    bring(ed)
    ed.page.get_by_label("Picture", exact=True).set_input_files(
        {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    )
    ed.press("Upload")

    expect(ed.page.locator(".edit-pictures__said")).to_contain_text("SVG drawings can hold programs")
    assert ed.page.get_by_label("Body").input_value() == "Words."
    ed.type_post(title="", body="")


def test_without_script_a_page_has_what_to_paste_and_leads_back(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True, java_script_enabled=False)
    ed.write("Without script", "Words.")

    bring(ed, "olive", "A leaf")
    with ed.context.expect_page() as opened:
        ed.button("Upload in a new tab").click()
    page = opened.value

    expect(page.get_by_role("heading", name="A leaf")).to_be_visible()
    markdown = page.get_by_label("Markdown to paste into a text").input_value()
    assert re.fullmatch(r"!\[A leaf\]\(/media/\w{64}\.webp\)", markdown)
    page.get_by_role("link", name="Back to “Without script”").click()
    expect(page.get_by_label("Body")).to_have_value("Words.")
    page.close()


@pytest.mark.parametrize(
    "look", [pytest.param(look, marks=() if look == next(iter(LOOKS)) else pytest.mark.long) for look in LOOKS]
)
def test_every_page_with_pictures_is_usable_by_all_and_fits(look: str, person: NewPerson) -> None:
    ed, ada, rita = (person(f"{name}@example.com", signed_in=True, **LOOKS[look]) for name in ("ed", "ada", "rita"))
    title = f"Covered, {look}"
    post_id = ed.write(title, "Words.")
    bring(ed)
    ed.press("Upload")
    expect(ed.button("Make it the cover")).to_be_visible()
    faults = [f"edit: {fault}" for fault in faults_of(ed)]
    ed.press("Make it the cover")
    ed.save()
    ed.open("/desk/images")
    faults += [f"pictures: {fault}" for fault in faults_of(ed)]
    ed.page.get_by_role("img", name="A sheet of paper").first.click()
    faults += [f"picture: {fault}" for fault in faults_of(ed)]
    ed.open(f"/desk/posts/{post_id}")
    ed.press("Submit for review")
    ada.open(f"/desk/posts/{post_id}/review?show=details")
    faults += [f"review: {fault}" for fault in faults_of(ada)]
    ada.publish(title)

    rita.open("/")
    rita.page.get_by_role("link", name=title).click()
    expect(rita.page.get_by_role("img", name="A sheet of paper").first).to_be_visible()
    faults += [f"reading: {fault}" for fault in faults_of(rita)]

    assert faults == []


def test_without_script_a_cover_is_picked_by_looking_at_it(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True, java_script_enabled=False)
    ed.open("/desk/images")
    ed.page.get_by_label("Picture", exact=True).set_input_files(file("maroon"))
    ed.page.get_by_label("What it shows", exact=True).fill("A maroon sheet")
    ed.press("Upload")
    ed.write("Picked", "Words.")

    ed.page.get_by_text("More about this post").click()
    ed.page.get_by_role("radio", name="A maroon sheet").check()
    ed.save()

    expect(ed.page.get_by_label("What the cover shows")).to_have_value("A maroon sheet")
    expect(ed.page.get_by_role("radio", name="As the address below says")).to_be_checked()
    expect(ed.page.get_by_role("img", name="The cover as it is saved")).to_be_visible()


def test_with_script_the_fields_follow_what_is_picked_and_the_other_way_round(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True)
    ed.open("/desk/images")
    ed.page.get_by_label("Picture", exact=True).set_input_files(file("olive"))
    ed.page.get_by_label("What it shows", exact=True).fill("An olive sheet")
    ed.press("Upload")
    ed.write("Picked and typed", "Words.")
    ed.page.get_by_text("More about this post").click()
    address, shows = ed.page.get_by_label("Cover", exact=True), ed.page.get_by_label("What the cover shows")

    ed.page.get_by_role("radio", name="An olive sheet").check()
    expect(address).to_have_value(re.compile(r"/media/\w{64}\.webp"))
    expect(shows).to_have_value("An olive sheet")
    address.fill("")

    expect(ed.page.get_by_role("radio", name="As the address below says")).to_be_checked()
    ed.save()
    expect(ed.page.get_by_role("img", name="The cover as it is saved")).to_have_count(0)


def test_a_phone_fetches_a_small_copy_and_nothing_jumps_when_it_comes(person: NewPerson) -> None:
    ed, ada = (person(f"{name}@example.com", signed_in=True) for name in ("ed", "ada"))
    rita = person("rita@example.com", signed_in=True, viewport={"width": 360, "height": 740})
    ed.open("/desk/images")
    ed.page.get_by_label("Picture", exact=True).set_input_files(file("navy", (1400, 700)))
    ed.page.get_by_label("What it shows", exact=True).fill("The sea")
    ed.press("Upload")
    address = ed.page.get_by_label("Its address, for a cover").input_value().strip()
    post_id = ed.write("By the sea", f'Words.\n\n![The sea]({address} "The sea, by Ed")\n\nMore words.')
    ed.open(f"/desk/posts/{post_id}")
    ed.press("Submit for review")
    ada.publish("By the sea")

    with rita.page.expect_response(re.compile("/media/")) as fetched:
        rita.open(f"/posts/{post_id}")
    picture = rita.page.get_by_role("img", name="The sea")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", value=True)

    assert fetched.value.url == rita.site + address.replace(".webp", "-480.webp")
    assert rita.page.evaluate(SHIFTS) == 0
    expect(rita.page.get_by_role("figure")).to_have_text("The sea, by Ed")
    expect(rita.page.get_by_role("link", name="Full size: The sea")).to_have_attribute("href", address)
    assert rita.context.request.get(rita.site + address).headers["content-type"] == "image/webp"
