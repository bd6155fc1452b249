// What the reader typed and finished, kept in this browser only. A browser may forbid that: then everything
// works and is forgotten when the page is left.

const PREFIX = "roadbook:";
const memory = new Map();

const open = () => {
  try {
    const probe = `${PREFIX}probe`;
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return null;
  }
};
const storage = open();

export const lasting = storage !== null;

export function get(key) {
  return storage ? storage.getItem(PREFIX + key) : (memory.get(key) ?? null);
}

export function set(key, value) {
  try {
    if (storage) storage.setItem(PREFIX + key, value);
    else memory.set(key, value);
  } catch {
    // full: what was kept before stays, and this is forgotten
  }
}

export function remove(key) {
  if (storage) storage.removeItem(PREFIX + key);
  else memory.delete(key);
}

export function keys(start) {
  const all = storage ? Object.keys(storage).filter((k) => k.startsWith(PREFIX)) : [...memory.keys()];
  return all.map((k) => (storage ? k.slice(PREFIX.length) : k)).filter((k) => k.startsWith(start));
}

export function read(key, otherwise) {
  try {
    return JSON.parse(get(key)) ?? otherwise;
  } catch {
    return otherwise; // written by something else under our name
  }
}

// ---- what is done: {"drill:nearest": "2026-11-25T10:00:00.000Z", "quiz:chapters/…:1": …}

export const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

export function done() {
  const found = read("done", {});
  return isRecord(found) ? found : {};
}

export function markDone(item) {
  const all = done();
  if (item in all) return;
  all[item] = new Date().toISOString();
  set("done", JSON.stringify(all));
  document.dispatchEvent(new CustomEvent("roadbook:done", { detail: item }));
}

// ---- coding rounds: [{started, seconds, drills: [{name, title, solved: seconds or null}]}]

export function rounds() {
  const found = read("rounds", []);
  return Array.isArray(found) ? found.filter((r) => isRecord(r) && Array.isArray(r.drills)) : [];
}

// ---- all of it as a file

const FORMAT = "roadbook-progress";

export function everything() {
  const code = Object.fromEntries(keys("code:").map((k) => [k.slice(5), get(k)]));
  return { format: FORMAT, version: 1, saved: new Date().toISOString(), done: done(), rounds: rounds(), code };
}

// Adds a file's contents to what is here. Throws an Error whose message says what is wrong with the file.
export function merge(text) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("This file is not JSON. Choose the file that “Save to a file” wrote.");
  }
  if (!isRecord(file) || file.format !== FORMAT) {
    throw new Error("This file holds no progress of this book. Choose the file that “Save to a file” wrote.");
  }
  if (file.version !== 1) {
    throw new Error("This file was written by a newer version of the book. Reload the page, then try again.");
  }
  const strings = (record) =>
    Object.entries(isRecord(record) ? record : {}).filter((entry) => typeof entry[1] === "string");
  const all = done();
  let added = 0;
  for (const [item, when] of strings(file.done)) {
    if (!(item in all)) added += 1;
    all[item] = item in all && all[item] < when ? all[item] : when;
  }
  set("done", JSON.stringify(all));
  for (const [name, code] of strings(file.code)) set(`code:${name}`, code);
  const known = new Set(rounds().map((r) => r.started));
  const others = (Array.isArray(file.rounds) ? file.rounds : []).filter(
    (r) => isRecord(r) && typeof r.started === "string" && Array.isArray(r.drills) && !known.has(r.started),
  );
  set("rounds", JSON.stringify([...rounds(), ...others].sort((a, b) => (a.started < b.started ? -1 : 1))));
  document.dispatchEvent(new CustomEvent("roadbook:done"));
  return added;
}

export function forget() {
  for (const key of keys("")) remove(key);
  document.dispatchEvent(new CustomEvent("roadbook:done"));
}
