// The progress page: marks on the list that the page carries, and the whole as a file.

import * as store from "./store.js";

const panel = document.querySelector(".progress-panel");
const status = panel.querySelector(".progress-status");
const choose = panel.querySelector(".progress-file");

function show() {
  const done = store.done();
  let total = 0;
  let reached = 0;
  for (const part of document.querySelectorAll(".progress-part")) {
    const rows = [...part.querySelectorAll(".progress-item")];
    const solved = rows.filter((row) => row.dataset.item in done).length;
    part.querySelector(".progress-part-sum").textContent = `${solved} of ${rows.length} done`;
  }
  for (const row of document.querySelectorAll(".progress-item")) {
    const when = done[row.dataset.item];
    const state = row.querySelector(".progress-state");
    row.classList.toggle("progress-done", Boolean(when));
    state.textContent = when ? `✓ done ${new Date(when).toLocaleDateString()}` : "open";
    total += 1;
    if (when) reached += 1;
  }
  panel.querySelector(".progress-sum").textContent = `${reached} of ${total} done.`;
  const bar = panel.querySelector("progress");
  bar.max = total;
  bar.value = reached;
}

panel.hidden = false;
document.querySelector(".no-script").hidden = true;
panel.querySelector(".progress-blocked").hidden = store.lasting;
show();
document.addEventListener("roadbook:done", show);
window.addEventListener("storage", show);

panel.querySelector(".progress-save").addEventListener("click", () => {
  const file = new Blob([`${JSON.stringify(store.everything(), null, 1)}\n`], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "roadbook-progress.json";
  link.click();
  URL.revokeObjectURL(link.href);
  status.textContent = "Saved as roadbook-progress.json among your downloads.";
});

function inWords({ done, rounds, code, replaced, kept }) {
  const boxes = (n) => (n === 1 ? "1 box" : `${n} boxes`);
  const came = [];
  if (done) came.push(`${done} more done`);
  if (rounds) came.push(rounds === 1 ? "1 more coding round" : `${rounds} more coding rounds`);
  if (code) came.push(`code for ${boxes(code)}`);
  const said = [`Read the file: ${came.join(", ") || "nothing in it was new"}.`];
  if (kept) said.push(`${boxes(kept)} kept what you typed here; the file's code stands below, under “Kept code”.`);
  if (replaced) said.push(`${boxes(replaced)} held older code, which stands below, under “Kept code”.`);
  return said.join(" ");
}

panel.querySelector(".progress-load").addEventListener("click", () => choose.click());
choose.addEventListener("change", async () => {
  const [file] = choose.files;
  if (!file) return;
  try {
    status.textContent = inWords(store.merge(await file.text()));
  } catch (error) {
    status.textContent = error.message;
  }
  choose.value = "";
});

// Twice, not a dialog: a second press on the same button within its changed words.
const forget = panel.querySelector(".progress-forget");
const words = forget.textContent;
forget.addEventListener("click", () => {
  if (forget.dataset.sure) {
    store.forget();
    status.textContent = "Everything that this book kept in this browser is forgotten.";
    delete forget.dataset.sure;
    forget.textContent = words;
  } else {
    forget.dataset.sure = "yes";
    forget.textContent = "Press again to forget everything";
    status.textContent = "This cannot be undone. Save to a file first if you may want it back.";
  }
});
forget.addEventListener("blur", () => {
  delete forget.dataset.sure;
  forget.textContent = words;
});
