// Tells how long the text is, under its field, without saying so aloud at every key. A text that is too long is not sent.

const numbers = new Intl.NumberFormat("en");

for (const text of document.querySelectorAll("form[data-edit] textarea[name=body]")) {
  const note = document.createElement("p");
  note.className = "field__count";
  text.after(note);

  const count = () => {
    const words = text.value.trim().split(/\s+/).filter(Boolean).length;
    const characters = [...text.value].length;
    const excess = characters - Number(text.dataset.most);
    note.textContent = `${numbers.format(words)} ${words === 1 ? "word" : "words"}, ${numbers.format(characters)} characters`;
    if (excess > 0) note.textContent += `: ${numbers.format(excess)} more than a post may hold`;
    note.toggleAttribute("data-over", excess > 0);
    text.setCustomValidity(excess > 0 ? `This is ${numbers.format(excess)} characters longer than a post may be.` : "");
  };
  text.addEventListener("input", count);
  addEventListener("pageshow", count);
  count();
}
