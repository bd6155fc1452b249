// Python in a worker: the page stays usable while it loads and runs, and an endless loop is ended by ending
// the worker.

import harness from "./harness.py";

// Only a worker that was made of text in the page is bound by the page's policy, which lets it reach this
// site alone. What runs here could else start this file once more, unbound.
if (location.protocol !== "blob:") throw new Error("expected to be started by runner.js, from a blob");

let python = null;

class PackageError extends Error {
  constructor(words, changed) {
    super(words);
    this.changed = changed;
  }
}

const say = (message) => self.postMessage(message);

// Count what arrives, for the status line. The clone is read beside the original, which keeps its address:
// browsers keep compiled WebAssembly under it.
function countBytes() {
  const plain = self.fetch.bind(self);
  let got = 0;
  self.fetch = async (...args) => {
    const response = await plain(...args);
    if (response.ok && response.body) {
      const reader = response.clone().body.getReader();
      (async () => {
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          got += part.value.byteLength;
          say({ kind: "bytes", got });
        }
      })().catch(() => {});
    }
    return response;
  };
}

async function load(index) {
  countBytes();
  const { loadPyodide } = await import(`${index}pyodide.mjs`);
  const py = await loadPyodide({ indexURL: index });
  const own = py.toPy({});
  py.runPython(harness, { globals: own, filename: "harness.py" });
  return { py, attempt: own.get("attempt") };
}

// Why did a package not load? `fetch` does not tell a changed file from a missing one, so look again.
async function isChanged(index, name) {
  try {
    const { packages } = await (await fetch(`${index}pyodide-lock.json`)).json();
    const file = await fetch(index + packages[name].file_name);
    if (!file.ok) return false;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return [...digest].map((b) => b.toString(16).padStart(2, "0")).join("") !== packages[name].sha256;
  } catch {
    return false;
  }
}

async function loadPackages(py, index, needs) {
  const missing = needs.filter((name) => !(name in py.loadedPackages));
  if (!missing.length) return;
  const problems = [];
  try {
    // The lock file carries a SHA-256 for each file; a file with another one is not loaded.
    await py.loadPackage(missing, {
      checkIntegrity: true,
      messageCallback: () => {},
      errorCallback: (words) => problems.push(words),
    });
  } catch (error) {
    problems.push(String(error.message ?? error));
  }
  const left = missing.filter((name) => !(name in py.loadedPackages));
  if (!left.length) return;
  const changed = (await Promise.all(left.map((name) => isChanged(index, name)))).includes(true);
  throw new PackageError(`${left.join(", ")}: ${problems.join(" ")}`, changed);
}

// Bytes that came over the network since the last run: none for what the browser had kept.
let counted = 0;
function moved(index) {
  const entries = performance.getEntriesByType("resource").filter((entry) => entry.name.startsWith(index));
  const bytes = entries.slice(counted).reduce((sum, entry) => sum + entry.transferSize, 0);
  counted = entries.length;
  return bytes;
}

self.onmessage = async ({ data: { id, index, code, checks, needs } }) => {
  let ready;
  try {
    python ??= load(index);
    ready = await python;
  } catch (error) {
    say({ id, kind: "failed", what: "python", words: String(error.message ?? error) });
    return;
  }
  try {
    await loadPackages(ready.py, index, needs);
  } catch (error) {
    say({ id, kind: "failed", what: "packages", words: String(error.message ?? error), changed: error.changed });
    return;
  }
  say({ id, kind: "running", moved: moved(index) });
  try {
    const result = JSON.parse(ready.attempt(code, checks, needs.join(", ")));
    say({ id, kind: "result", ...result });
  } catch (error) {
    // Python itself fell over: its stack or its memory ended before Python noticed.
    say({ id, kind: "fell", words: String(error.message ?? error).slice(0, 2000) });
  }
};
