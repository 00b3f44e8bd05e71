// Asks before leaving a page that holds unsaved words. Nothing is stored: machines are shared.

for (const form of document.querySelectorAll("form[data-edit]")) {
  const words = () => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
  // A page that came back with errors, or with somebody else's text beside yours, was not saved.
  let saved = form.hasAttribute("data-unsaved") ? "" : words();

  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) saved = words();
  });
  addEventListener("beforeunload", (event) => {
    if (words() !== saved) event.preventDefault();
  });
}
