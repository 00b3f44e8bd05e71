// In print, addresses stand behind their links. Where the text of a link is its address already, once is enough.

for (const link of document.querySelectorAll(".prose a[href^='http']")) {
  const plain = (address) => address.trim().replace(/^https?:\/\//, "").replace(/\/$/, "");
  if (plain(link.textContent) === plain(link.getAttribute("href"))) link.classList.add("is-address");
}
