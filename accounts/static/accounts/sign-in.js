// Shows Descope's sign-in flow and hands what comes out of it to our server, once.
// The two tokens pass through this file only: they are put in no address, storage, page or log.

const SLOW_MS = 15_000;
const ANSWER_MS = 30_000;
const HEARD_MS = 700;
const TOKEN_KEYS = ["DS", "DSR", "DSLI"];

const page = document.getElementById("sign-in");
const { projectId, flowId, baseUrl, cdnUrl, tenant, next, again, sessionUrl, registerUrl, csrfToken } = page.dataset;
const [flow, progress, problem, wayOn] = ["flow", "progress", "problem", "way-on"].map((part) =>
  page.querySelector(`[data-part="${part}"]`),
);

forgetTokens(); // Those of an earlier use of Descope on this origin would go out with every call.
if (new URLSearchParams(location.search).get("redirect_mode") === "popup") closeUnhurried();
showFlow();

function showFlow() {
  const DescopeFlow = customElements.get("descope-wc");
  if (!DescopeFlow) {
    stop("The sign-in form did not load. Check your connection, then start again.");
    return;
  }
  DescopeFlow.sdkConfigOverrides = { persistTokens: false }; // Read when an element is made, so it comes first.
  const component = document.createElement("descope-wc");
  const attributes = {
    "project-id": projectId,
    "flow-id": flowId,
    "base-url": baseUrl,
    "base-cdn-url": cdnUrl,
    "redirect-url": `${location.origin}${location.pathname}?next=${encodeURIComponent(next)}${again && `&${again}=1`}`,
    tenant,
    "auto-focus": "true",
    theme: document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
    nonce: document.querySelector("script[nonce]")?.nonce,
  };
  component.logger = { ...console, debug: quiet, info: quiet }; // It tells the whole flow, aloud.
  for (const [name, value] of Object.entries(attributes)) {
    if (value) component.setAttribute(name, value);
  }

  const slow = setTimeout(() => tell("This takes longer than it should. Wait a little more, or start again."), SLOW_MS);
  component.addEventListener("ready", () => {
    clearTimeout(slow);
    clear();
  });
  component.addEventListener("error", (event) => {
    clearTimeout(slow);
    stop(wordsFor(event.detail));
  });
  component.addEventListener(
    "success",
    (event) => {
      clearTimeout(slow);
      finish(event.detail);
    },
    { once: true },
  );
  progress.textContent = "Loading the sign-in form…";
  flow.append(component);
}

// Back in a window of its own, the component tells the page that asked and closes the window in the same breath.
// That page stops listening once it sees the window closed, which can be before it hears.
function closeUnhurried() {
  const close = window.close.bind(window);
  window.close = () => setTimeout(close, HEARD_MS);
}

function finish(tokens) {
  clear();
  flow.replaceChildren();
  forgetTokens();
  progress.textContent = "Signing you in…";
  return oneTabAtATime(() => exchange(tokens));
}

async function exchange({ sessionJwt, refreshJwt, firstSeen }) {
  try {
    const response = await post(sessionUrl, csrfToken, { sessionJwt, refreshJwt, next });
    const answer = await response.json();
    if (!response.ok) {
      stop(answer.error.detail);
      return;
    }
    // The server has registered them already; this is the tutorial's first-seen call, and may fail.
    if (firstSeen) await post(registerUrl, csrfToken, {}).catch(() => {});
    location.replace(answer.data.next);
    await new Promise((gone) => setTimeout(gone, ANSWER_MS));
  } catch {
    stop("You were recognised, but this site did not answer. Check your connection, then start again.");
  }
}

// The tab that waits for the link and the tab that opened it both end here, and each sign-in ends the session of
// the one before. So the second lets the first arrive: its lock goes when the next page has taken its place.
function oneTabAtATime(work) {
  return navigator.locks ? navigator.locks.request("galley-sign-in", work) : work();
}

function post(url, csrf, body) {
  return fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify(body),
    credentials: "same-origin",
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_MS),
  });
}

function wordsFor(error) {
  const said = error?.errorMessage || error?.errorDescription;
  return said ? `Signing in did not work: ${said}` : "Signing in did not work. Nothing is lost; start again.";
}

function quiet() {}

function tell(words) {
  problem.textContent = words;
  wayOn.hidden = false;
}

function stop(words) {
  flow.replaceChildren(); // After an error the component keeps its buttons locked.
  progress.textContent = "";
  tell(words);
  wayOn.querySelector("a").focus();
}

function clear() {
  progress.textContent = "";
  problem.textContent = "";
  wayOn.hidden = true;
}

function forgetTokens() {
  try {
    TOKEN_KEYS.forEach((key) => localStorage.removeItem(key));
  } catch {
    // Storage is switched off, so nothing is in it.
  }
}
