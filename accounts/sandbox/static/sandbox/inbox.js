// Shows new mail as it comes, without disturbing what is open or being typed.
const list = document.getElementById("mails");

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("mails");
    const newest = (mails) => mails.firstElementChild?.id ?? "";
    if (fresh && newest(fresh) !== newest(list)) list.replaceChildren(...fresh.children);
  } catch {
    // The server is restarting; the next look finds it.
  }
}

setInterval(look, list.dataset.refreshSeconds * 1000);
