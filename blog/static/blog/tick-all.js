// A box that ticks all of a list. Without script each is ticked by itself.

const all = document.querySelector("[data-tick-all]");

if (all) {
  const boxes = [...all.form.elements].filter((field) => field.name === "post");
  const tell = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.parentElement.hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  boxes.forEach((box) => box.addEventListener("change", tell));
  addEventListener("pageshow", tell);
}
