// Shows a footnote beside its number. Without it, and with a key held down, the number leads to the list of notes.

const numbers = document.querySelectorAll(".prose .footnote-ref[href^='#']");
const box = document.createElement("span");
const GAP = 8; // Pixels between the number and the box, and from there to the edge of the window.
let shownAt = null;
let wasShownAt = null;

if (numbers.length && box.showPopover) {
  box.className = "note-box";
  box.popover = "auto"; // Escape and a press elsewhere close it, and the focus stays where it was.
  box.setAttribute("role", "note");
  box.setAttribute("aria-live", "polite");
  box.addEventListener("toggle", (event) => event.newState === "closed" && forget());
  box.addEventListener("click", (event) => event.target.closest("a[href^='#']") && box.hidePopover());
  addEventListener("resize", () => box.matches(":popover-open") && box.hidePopover());
  for (const number of numbers) {
    number.setAttribute("aria-expanded", "false");
    // A press on the number closes the box before the click comes: it is not to open again.
    number.addEventListener("pointerdown", () => (wasShownAt = shownAt));
    number.addEventListener("click", onClick);
  }
}

function onClick(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const number = event.currentTarget;
  const note = document.getElementById(decodeURIComponent(number.hash.slice(1)));
  if (!note) return;
  event.preventDefault();
  const isOpenHere = shownAt === number || (event.detail > 0 && wasShownAt === number);
  wasShownAt = null;
  if (isOpenHere) return box.matches(":popover-open") && box.hidePopover();
  show(number, note);
}

function show(number, note) {
  if (box.matches(":popover-open")) box.hidePopover();
  forget();
  shownAt = number;
  box.replaceChildren();
  number.after(box); // So that Tab goes on from the number into the box.
  box.showPopover();
  box.setAttribute("aria-label", `Footnote ${number.textContent.trim()}`);
  box.replaceChildren(...copied(note)); // Once it is shown: only then is it read out.
  number.setAttribute("aria-expanded", "true");
  place(number);
}

function forget() {
  shownAt?.setAttribute("aria-expanded", "false");
  shownAt = null;
}

function copied(note) {
  const copy = note.cloneNode(true);
  copy.querySelectorAll(".footnote-backref").forEach((link) => link.remove());
  copy.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
  return copy.childNodes;
}

function place(number) {
  const at = number.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const room = document.documentElement.clientWidth;
  const left = Math.max(GAP, Math.min(at.left + at.width / 2 - width / 2, room - width - GAP));
  const isBelow = at.bottom + GAP + height <= innerHeight || at.top - GAP - height < 0;
  const top = isBelow ? at.bottom + GAP : at.top - GAP - height;
  box.style.left = `${left + scrollX}px`;
  box.style.top = `${top + scrollY}px`;
}
