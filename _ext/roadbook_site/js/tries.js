// In a chapter: a fold "Try it" brings its drill from the page of drills when the reader opens it, and with the
// first one the scripts of live boxes. Until then the chapter has only the link, and so it stays where the drill
// does not come: from a file, or without the network.

import * as store from "./store.js";

const folds = [...document.querySelectorAll("details.try-it")];

function showSolved() {
  const done = store.done();
  for (const fold of folds) {
    fold.querySelector(".try-solved").hidden = !(`drill:${fold.dataset.drill}` in done);
  }
}

const pages = new Map();
function pageOf(address) {
  if (!pages.has(address)) {
    const coming = fetch(address).then(async (answer) => {
      if (!answer.ok) throw new Error(answer.statusText);
      // A style in the text would be held against this page's policy, and complained about.
      const text = (await answer.text()).replace(/<style[^>]*>[^]*?<\/style>/g, "");
      return new DOMParser().parseFromString(text, "text/html");
    });
    coming.catch(() => pages.delete(address)); // the next try asks again
    pages.set(address, coming);
  }
  return pages.get(address);
}

let scripts = null;
function loadScripts(page, address) {
  scripts ??= new Promise((resolve, reject) => {
    const at = (selector, attribute) => new URL(page.querySelector(selector).getAttribute(attribute), address).href;
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = at("link[href*='/live/live.css']", "href");
    const script = document.createElement("script");
    script.src = at("script[src*='/live/live.js']", "src");
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => {
      scripts = null;
      reject(new Error("live.js"));
    });
    document.head.append(style, script);
  });
  return scripts;
}

async function bring(fold) {
  if (fold.dataset.state) return;
  fold.dataset.state = "coming";
  const link = fold.querySelector(".try-link a");
  const status = fold.querySelector(".try-status");
  const address = link.href.replace(/#.*/, "");
  status.textContent = "Loading the drill …";
  try {
    const page = await pageOf(address);
    await loadScripts(page, address);
    const section = document.importNode(page.getElementById(link.hash.slice(1)), true);
    section.querySelector("h2").remove(); // the fold is named so already
    fold.append(section);
    section.dispatchEvent(new CustomEvent("roadbook:box", { bubbles: true }));
    fold.dataset.state = "here";
    status.textContent = "";
  } catch {
    delete fold.dataset.state;
    status.textContent = "The drill could not be loaded into this page. Take the link, or close this and open it again.";
  }
}

for (const fold of folds) {
  // By the reader's hand alone: for print every fold is opened, and nothing need be loaded.
  fold.querySelector("summary").addEventListener("click", () => {
    if (!fold.open) bring(fold);
  });
}
showSolved();
document.addEventListener("roadbook:done", showSolved);
window.addEventListener("storage", showSolved);
