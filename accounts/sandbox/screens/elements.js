// The few elements that the sandbox's screens are made of, in place of Descope's own library.
// The web component loads this file where it would load that one, and looks elements up by name.
(() => {
  const buttonStyle = sheet(`
    :host { display: inline-block; }
    button {
      position: relative;
      min-height: 2.75rem;
      padding: 0.7rem 1.15rem;
      color: var(--paper, #fbfaf6);
      font: 600 0.9375rem/1.3 var(--sans, system-ui, sans-serif);
      background: var(--ink, #1c1a17);
      border: 1px solid var(--ink, #1c1a17);
      border-radius: 3px;
      cursor: pointer;
    }
    button:hover { color: var(--paper, #fbfaf6); background: var(--pencil, #1c49a6); border-color: var(--pencil, #1c49a6); }
    button:focus-visible { outline: 2px solid var(--pencil, #1c49a6); outline-offset: 3px; }
    :host([variant="quiet"]) button { color: var(--ink, #1c1a17); background: transparent; }
    :host([variant="quiet"]) button:hover { color: var(--pencil, #1c49a6); }
    button[aria-disabled="true"] { opacity: 0.6; cursor: progress; }
    button[aria-busy="true"] { padding-right: 2.5rem; }
    button[aria-busy="true"]::after {
      position: absolute;
      top: calc(50% - 0.45rem);
      right: 1rem;
      width: 0.7rem;
      height: 0.7rem;
      border: 2px solid currentColor;
      border-right-color: transparent;
      border-radius: 50%;
      content: "";
    }
    @media (prefers-reduced-motion: no-preference) {
      button[aria-busy="true"]::after { animation: turn 0.8s linear infinite; }
    }
    @keyframes turn { to { transform: rotate(1turn); } }
  `);

  // The component sets `loading` on the button that was pressed and `disabled` on all else. The inner
  // button only says so and keeps the focus, which a truly disabled one would lose.
  class Button extends HTMLElement {
    static observedAttributes = ["loading", "disabled"];

    #inner = document.createElement("button");

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open", delegatesFocus: true });
      root.adoptedStyleSheets = [buttonStyle];
      this.#inner.type = "button";
      this.#inner.append(document.createElement("slot"));
      root.append(this.#inner);
      // The component answers Enter by pressing the screen's main button. On a button, Enter means that one.
      this.#inner.addEventListener("keydown", (event) => event.key === "Enter" && event.stopPropagation());
      this.addEventListener("click", (event) => this.#isIdle() || event.stopImmediatePropagation(), true);
    }

    attributeChangedCallback() {
      this.#inner.setAttribute("aria-busy", String(this.getAttribute("loading") === "true"));
      this.#inner.setAttribute("aria-disabled", String(!this.#isIdle()));
    }

    #isIdle() {
      return this.getAttribute("loading") !== "true" && this.getAttribute("disabled") !== "true";
    }
  }

  // Where the focus last was. The component builds a screen that polls twice, under the hands of whoever is on it.
  const focused = { title: "", id: "" };

  // The heading of a screen. It takes the focus when the screen has no field to take it, so that a
  // screen reader says where we are now; a screen that is only built again gives it back to where it was.
  class Title extends HTMLElement {
    connectedCallback() {
      this.setAttribute("role", "heading");
      this.setAttribute("aria-level", "2");
      if (this.parentNode.querySelector("input")) return;
      this.tabIndex = -1;
      const before = focused.title === this.textContent && this.getRootNode().getElementById(focused.id);
      setTimeout(() => (before || this).focus({ preventScroll: true }));
      this.parentNode.addEventListener("focusin", ({ target }) => {
        Object.assign(focused, { title: this.textContent, id: target.id });
      });
    }
  }

  // The component fills in {{…}} in this element and no other.
  class Text extends HTMLElement {}

  function sheet(css) {
    const made = new CSSStyleSheet();
    made.replaceSync(css);
    return made;
  }

  const define = (name, element) => async () => customElements.define(name, element);

  globalThis.DescopeUI = {
    componentsThemeManager: {},
    "descope-button": define("descope-button", Button),
    "descope-text": define("descope-text", Text),
    "descope-title": define("descope-title", Title),
  };
})();
