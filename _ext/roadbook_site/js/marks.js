// In the sidebar, beside each page: how many of its drills and questions are done. On every page, so it is small
// and does nothing for a reader who has finished nothing.

import pages from "roadbook-items";
import * as store from "./store.js";

const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);

function pageOf(link) {
  const address = new URL(link.href, location.href);
  if (address.hash || !address.pathname.startsWith(root.pathname)) return null;
  return decodeURI(address.pathname.slice(root.pathname.length)).replace(/\.html$/, "");
}

function show() {
  const done = store.done();
  for (const old of document.querySelectorAll(".done-mark")) old.remove();
  if (!Object.keys(done).length) return;
  for (const link of document.querySelectorAll("nav.bd-links a[href]")) {
    const items = pages[pageOf(link)];
    if (!items) continue;
    const count = items.filter((item) => item in done).length;
    if (!count) continue;
    const mark = document.createElement("span");
    mark.className = "done-mark";
    const all = count === items.length;
    mark.title = `${count} of ${items.length} done`;
    const seen = document.createElement("span");
    seen.setAttribute("aria-hidden", "true");
    seen.textContent = all ? "✓" : `${count}/${items.length}`;
    const heard = document.createElement("span");
    heard.className = "done-heard";
    heard.textContent = all ? ", all done" : `, ${count} of ${items.length} done`;
    mark.append(" ", seen, heard);
    link.append(mark);
  }
}

show();
document.addEventListener("roadbook:done", show);
window.addEventListener("storage", show); // another tab
