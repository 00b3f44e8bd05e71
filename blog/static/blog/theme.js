// Changes between light, dark and as the device without leaving the place: the form does the same by loading anew.

const form = document.querySelector(".theme-switch");

form?.addEventListener("submit", once);

async function once(event) {
  event.preventDefault();
  form.removeEventListener("submit", once);
  const { value: theme } = event.submitter;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams({ theme }) }).catch(() => null);
  if (!answer?.ok) return form.requestSubmit(event.submitter); // By loading: the page says what is wrong.
  show(theme);
  form.addEventListener("submit", once);
}

function show(theme) {
  const root = document.documentElement;
  const isChosen = theme !== "system";
  if (isChosen) root.dataset.theme = theme;
  else delete root.dataset.theme;
  document.querySelector("meta[name=color-scheme]").content = isChosen ? theme : "light dark";
  document.querySelectorAll("meta[name=theme-color]").forEach((paper, index) => {
    const own = ["light", "dark"][index];
    paper.media = isChosen ? (own === theme ? "all" : "not all") : `(prefers-color-scheme: ${own})`;
  });
  for (const button of form.querySelectorAll("button")) button.ariaPressed = String(button.value === theme);
}
