// A second press while the first is on its way would write twice: it is let go by.
// The button is not disabled, because a disabled one does not send its name and value.

const LONGEST_WAIT_MS = 8000;

for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(() => letGo(form), LONGEST_WAIT_MS);
  });
}

addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(letGo));

function letGo(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}
