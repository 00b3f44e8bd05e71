// Marks in the contents where somebody is reading.

const links = [...document.querySelectorAll(".contents a[href^='#']")];
const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
const TOP = 0.25; // Of the window's height: what begins above this line is being read.
let isDue = false;

addEventListener("scroll", later, { passive: true });
addEventListener("resize", later, { passive: true });
mark();

function later() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(mark);
}

function mark() {
  isDue = false;
  const read = sections.findLastIndex((section) => section && section.getBoundingClientRect().top <= innerHeight * TOP);
  links.forEach((link, index) => {
    if (index === read) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  });
}
