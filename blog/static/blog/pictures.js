// Uploads pictures beside the text: chosen in the form, dropped on the text or pasted there. What comes back is put
// where the cursor is. The text is never taken away, and without this script the form opens a page of its own.

const place = document.querySelector("[data-pictures]");
const text = document.querySelector("form[data-edit] textarea[name=body]");

if (place && text) {
  const form = place.querySelector("form");
  const said = place.querySelector("[role=status]");
  const bar = place.querySelector("progress");
  const asCover = place.querySelector("[data-as-cover]");
  let sending = false;
  let last = null;
  let hasCursor = false;

  form.removeAttribute("target");
  form.querySelector("button .visually-hidden")?.remove();
  place.querySelector("[data-without-script]").hidden = true;
  for (const element of place.querySelectorAll("[data-with-script]")) element.hidden = false;

  // Before once.js, which would take this for a page that is on its way.
  form.addEventListener("submit", submit, { capture: true });

  for (const kind of ["dragenter", "dragover"]) {
    text.addEventListener(kind, (event) => {
      if (holdsFile(event.dataTransfer)) event.preventDefault();
    });
  }
  text.addEventListener("focus", () => (hasCursor = true));
  text.addEventListener("drop", (event) => take(event, event.dataTransfer));
  text.addEventListener("paste", (event) => take(event, event.clipboardData));

  asCover.addEventListener("click", () => toCover(last));

  const picker = document.querySelector("[data-cover-picker]");
  picker?.addEventListener("change", ({ target }) => {
    if (!target.value) return;
    const { cover, cover_alt: shows } = text.form.elements;
    cover.value = target.dataset.address;
    shows.value = target.dataset.alt;
  });
  text.form.elements.cover.addEventListener("input", unpick);

  function submit(event) {
    event.preventDefault();
    const file = form.elements.file.files[0];
    if (file) send(file, form.elements.alt.value, event.submitter?.hasAttribute("data-cover") ? toCover : toText);
    else say("Choose a file first.");
  }

  function take(event, data) {
    if (!holdsFile(data)) return;
    // What a word processor puts on the clipboard is words, with a picture of them.
    if (event.type === "paste" && data.types.includes("text/plain")) return;
    event.preventDefault();
    if (data.files.length > 1) say("One picture at a time, please.");
    else send(data.files[0], "", toText);
  }

  function send(file, alt, arrived) {
    if (sending) {
      say("Another picture is still on its way.");
      return;
    }
    const sent = new FormData(form);
    sent.set("file", file);
    sent.set("alt", alt);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => (request.status === 201 ? arrived(request.response) : failed(request.response)));
    request.addEventListener("error", () => failed(null));
    request.addEventListener("loadend", () => {
      sending = false;
      bar.hidden = true;
    });
    sending = true;
    bar.removeAttribute("value");
    bar.hidden = false;
    asCover.hidden = true;
    say(`Uploading ${file.name}…`);
    request.send(sent);
  }

  function toCover(picture) {
    const { cover, cover_alt: shows } = text.form.elements;
    cover.closest("details").open = true;
    cover.value = picture.address;
    shows.value = picture.alt;
    unpick();
    form.reset();
    asCover.hidden = true;
    say(`It is the cover now. Save to keep that. ${picture.note}`);
    (picture.alt ? cover : shows).focus();
  }

  // What is picked counts for more than what is typed.
  function unpick() {
    const typed = picker?.querySelector("[value='']");
    if (typed) typed.checked = true;
  }

  function toText(picture) {
    last = picture;
    insert(picture.markdown);
    form.reset();
    asCover.hidden = false;
    const lacks = picture.alt ? "" : " Write between its brackets what it shows, for those who cannot see it.";
    say(`The picture stands in the text.${lacks} ${picture.note}`);
  }

  function failed(answer) {
    say(`The picture was not kept. ${answer?.detail || "The site does not answer; try again in a moment."} Your text is as it was.`);
  }

  function insert(markdown) {
    const { value } = text;
    const at = hasCursor ? text.selectionEnd : value.length;
    const before = value.slice(0, at);
    const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    const rest = value.slice(at).startsWith("\n") || at === value.length ? "\n" : "\n\n";
    text.focus();
    text.setSelectionRange(at, at);
    // The one way of putting something in that Undo takes out again.
    if (!document.execCommand("insertText", false, gap + markdown + rest)) {
      text.setRangeText(gap + markdown + rest, at, at, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function say(words) {
    said.textContent = words;
  }
}

function holdsFile(data) {
  return [...(data?.items ?? [])].some((item) => item.kind === "file");
}
