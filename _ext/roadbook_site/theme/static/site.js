// Conveniences: without this file every page can be read, and the contents still open.
"use strict";

const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");

// Light or dark. The choice is kept only while it differs from the system's.
const mode = document.querySelector("button.mode");
function showMode() {
  mode.setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
}
mode.addEventListener("click", () => {
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  try {
    if ((root.dataset.theme === "dark") === systemDark.matches) localStorage.removeItem("roadbook-mode");
    else localStorage.setItem("roadbook-mode", root.dataset.theme);
  } catch { /* storage is off: the choice holds for this page */ }
  showMode();
});
systemDark.addEventListener("change", () => {
  root.dataset.theme = systemDark.matches ? "dark" : "light";
  showMode();
});
showMode();
mode.hidden = false;

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied";
  } catch {
    return "Copying is off here: select the text";
  }
}

// "Open locally" shows its commands (by the popover, without this file) and copies them.
document.querySelector("button.open-locally")?.addEventListener("click", async () => {
  const panel = document.getElementById("locally");
  panel.querySelector("[role=status]").textContent = await copy(panel.querySelector("pre").textContent + "\n");
});

// A copy button on each block of code, not on outputs.
function addCopy(block) {
  if (block.closest(".cell_output")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    button.textContent = await copy(block.querySelector("pre").innerText);
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  block.append(button);
}
document.querySelectorAll("article .highlight").forEach(addCopy);
document.addEventListener("roadbook:box", (event) => event.target.querySelectorAll(".highlight").forEach(addCopy));

// The contents: the current page in view, and the section that is being read marked.
const book = document.getElementById("book");
const here = book.querySelector("a.current");
function showHere() {
  if (here && here.offsetTop > book.clientHeight * 0.6) book.scrollTop = here.offsetTop - book.clientHeight / 3;
}
showHere();
book.addEventListener("toggle", showHere); // as a panel it has no height until it is open
book.addEventListener("click", (event) => {
  if (event.target.closest("a") && book.matches(":popover-open")) book.hidePopover();
});
const marks = new Map();
for (const link of book.querySelectorAll(".sections a")) {
  const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (section) marks.set(section, link);
}
if (marks.size) {
  const seen = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target);
    const first = [...marks.keys()].find((section) => seen.has(section));
    for (const [section, link] of marks) {
      if (section === first) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-15% 0px -70% 0px" });
  for (const section of marks.keys()) watch.observe(section);
}

// Folds are opened for print, and closed again after it.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => { for (const fold of opened) fold.open = false; });

// "/" goes to the search, unless something is being typed.
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable=true]")) return;
  const field = document.querySelector(".top input[type=search]");
  if (field.offsetParent) { event.preventDefault(); field.focus(); }
});
