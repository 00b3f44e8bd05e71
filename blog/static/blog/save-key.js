// Ctrl+S, or Command+S, saves the draft, as it would in any editor.

for (const form of document.querySelectorAll("form[data-edit]")) {
  const save = form.querySelector('button[name="then"][value="save"]');
  document.addEventListener("keydown", (event) => {
    const asksToSave = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === "s";
    if (!asksToSave) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit(save);
  });
}
