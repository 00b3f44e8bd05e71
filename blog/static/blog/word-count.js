// Tells how long the text is, under its field, without saying so aloud at every key.

const numbers = new Intl.NumberFormat("en");

for (const text of document.querySelectorAll("form[data-edit] textarea[name=body]")) {
  const note = document.createElement("p");
  note.className = "field__count";
  text.after(note);

  const count = () => {
    const words = text.value.trim().split(/\s+/).filter(Boolean).length;
    note.textContent = `${numbers.format(words)} ${words === 1 ? "word" : "words"}, ${numbers.format(text.value.length)} characters`;
  };
  text.addEventListener("input", count);
  addEventListener("pageshow", count);
  count();
}
