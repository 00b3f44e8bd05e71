// Turns to another side of the text in place, so that a reason half typed beside it stays where it is.
// Without this, or when anything goes wrong, the tabs are the plain links that they are.

const ID = "spread";
const here = () => location.pathname + location.search;
let shown = here();

document.addEventListener("click", (event) => {
  const link = event.target.closest(`#${ID} .spread-tabs a`);
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain) return;
  event.preventDefault();
  turnTo(link.href, () => history.pushState(null, "", link.href));
});

addEventListener("popstate", () => {
  if (here() !== shown) turnTo(location.href, () => {});
});

async function turnTo(url, remember) {
  const page = await fetched(url);
  const text = page?.getElementById(ID);
  // Another revision waits now: the buttons beside it have to change, too.
  if (!text || text.dataset.revision !== document.getElementById(ID).dataset.revision) {
    location.assign(url);
    return;
  }
  const label = document.activeElement?.closest(`#${ID} .spread-tabs a`)?.textContent;
  document.getElementById(ID).replaceWith(text);
  remember();
  shown = here();
  [...text.querySelectorAll(".spread-tabs a")].find((tab) => tab.textContent === label)?.focus();
}

async function fetched(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    return answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}
