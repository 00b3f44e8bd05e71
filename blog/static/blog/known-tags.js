// Offers the tags that readers know for each tag that is typed, and not for the first alone: a browser compares its
// suggestions with all that stands in the field.

const list = document.getElementById("known-tags");
const field = document.querySelector("form[data-edit] input[name=tags]");

if (list && field) {
  const known = [...list.options].map((option) => option.value);

  const offer = () => {
    const typed = field.value.split(",").slice(0, -1).map((tag) => tag.trim()).filter(Boolean);
    const taken = new Set(typed.map((tag) => tag.toLowerCase()));
    const before = typed.length ? `${typed.join(", ")}, ` : "";
    const options = known.filter((tag) => !taken.has(tag.toLowerCase())).map((tag) => new Option("", before + tag));
    list.replaceChildren(...options);
  };
  field.addEventListener("input", offer);
  offer();
}
