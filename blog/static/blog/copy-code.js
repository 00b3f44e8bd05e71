// A button on each piece of code that copies it. The stylesheet keeps its place free where scripts run: nothing moves.

const told = document.createElement("span");
const SECONDS = 2;

if (navigator.clipboard) {
  const pieces = document.querySelectorAll(".prose pre");
  if (pieces.length) document.querySelector(".prose").append(told);
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  for (const code of pieces) addButton(code);
}

function addButton(code) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-code";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${code.getAttribute("aria-label") ?? "code"}`);
  button.addEventListener("click", () => copy(code, button));
  boxOf(code).append(button);
}

function boxOf(code) {
  const box = code.closest(".highlight") ?? document.createElement("div");
  if (!box.isConnected) {
    box.className = "highlight";
    code.before(box);
    box.append(code);
  }
  return box;
}

async function copy(code, button) {
  const done = await navigator.clipboard.writeText(code.textContent.replace(/\n$/, "")).then(
    () => "Copied",
    () => "Not copied",
  );
  button.textContent = told.textContent = done;
  setTimeout(() => {
    button.textContent = "Copy";
    told.textContent = "";
  }, SECONDS * 1000);
}
