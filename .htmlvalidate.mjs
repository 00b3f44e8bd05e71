// What tests/test_html.py holds every page to: all that html-validate recommends, but for what it takes for style.

export default {
  root: true,
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    // Written out by templates and by the allow-list, and the same to every reader of HTML.
    "no-trailing-whitespace": "off",
    "doctype-style": "off",
    "attribute-boolean-style": "off",
    // A button sends its form and a field takes text: that is what ours are for. The others say so.
    "no-implicit-button-type": "off",
    "no-implicit-input-type": "off",
    // Everything is from the site itself, under names made of what is in it.
    "require-sri": "off",
    // Some voice control finds a field by `for` alone, even inside its label.
    "no-redundant-for": "off",
    // Whatever has a role that may be named: a list, too.
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
    // Several buttons of one name say which was pressed, and several ticks which were set.
    "form-dup-name": ["error", { shared: ["radio", "button", "submit", "reset", "checkbox"] }],
    // The desk's own navigation and what an author says to the reviewer stand before the title.
    "heading-level": ["error", { minInitialRank: "h2" }],
  },
};
