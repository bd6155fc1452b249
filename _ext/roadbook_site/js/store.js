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

const isDate = (value) => typeof value === "string" && !Number.isNaN(Date.parse(value));

export function done() {
  const found = read("done", {});
  return Object.fromEntries(Object.entries(isRecord(found) ? found : {}).filter(([, when]) => isDate(when)));
}

export function markDone(item) {
  const all = done();
  if (item in all) return;
  all[item] = new Date().toISOString();
  set("done", JSON.stringify(all));
  document.dispatchEvent(new CustomEvent("roadbook:done", { detail: item }));
}

// ---- coding rounds: [{started, seconds, drills: [{name, title, solved: seconds or null}]}]

const isTime = (value) => Number.isFinite(value) && value >= 0;
const isDrill = (d) =>
  isRecord(d) && typeof d.name === "string" && typeof d.title === "string" && (d.solved === null || isTime(d.solved));

// Whether it can be one of the rounds, of which the page shows date, time and drills.
const isRound = (r) =>
  isRecord(r) && isDate(r.started) && isTime(r.seconds) && Array.isArray(r.drills) && r.drills.every(isDrill);

// A round that goes on, kept under "round", or null.
export function currentRound() {
  const found = read("round", null);
  return isRecord(found) && found.drills?.length && isRound({ ...found, seconds: 0 }) ? found : null;
}

export function rounds() {
  const found = read("rounds", []);
  return Array.isArray(found) ? found.filter(isRound) : [];
}

// ---- what was typed: code:<drill>, the moment of its last change in typed:<drill>, and in earlier:<drill> what
// had to make room, [{code, when, from: "round", "file" or "box"}]: nothing that was typed is overwritten

export function keepCode(name, code, when = new Date().toISOString()) {
  set(`code:${name}`, code);
  if (when) set(`typed:${name}`, when);
  else remove(`typed:${name}`);
}

export function dropCode(name) {
  remove(`code:${name}`);
  remove(`typed:${name}`);
}

const isEarlier = (e) => isRecord(e) && typeof e.code === "string" && isDate(e.when) && typeof e.from === "string";

export function earlier(name) {
  const found = read(`earlier:${name}`, []);
  return Array.isArray(found) ? found.filter(isEarlier) : [];
}

export function setEarlier(name, list) {
  if (list.length) set(`earlier:${name}`, JSON.stringify(list));
  else remove(`earlier:${name}`);
}

export function addEarlier(name, entry) {
  const list = earlier(name);
  if (!list.some((e) => e.code === entry.code)) setEarlier(name, [...list, entry]);
}

// ---- all of it as a file

const FORMAT = "roadbook-progress";

export function everything() {
  const all = (start, value) =>
    Object.fromEntries(keys(start).map((k) => k.slice(start.length)).map((name) => [name, value(name)]));
  return {
    format: FORMAT,
    version: 1,
    saved: new Date().toISOString(),
    done: done(),
    rounds: rounds(),
    code: all("code:", (name) => get(`code:${name}`)),
    typed: all("typed:", (name) => get(`typed:${name}`)),
    earlier: all("earlier:", earlier),
  };
}

// What is wrong with a file's contents, in words, or "". All of it is looked at before any of it is kept.
function damage(file) {
  for (const part of ["done", "code", "typed", "earlier"]) {
    if (part in file && !isRecord(file[part])) return `“${part}” is no list of names`;
  }
  for (const part of ["done", "typed"]) {
    const broken = Object.entries(file[part] ?? {}).find(([, when]) => !isDate(when));
    if (broken) return `the date of “${broken[0]}” is broken`;
  }
  const noText = Object.entries(file.code ?? {}).find(([, code]) => typeof code !== "string");
  if (noText) return `the code of “${noText[0]}” is no text`;
  if (!Array.isArray(file.rounds ?? []) || !(file.rounds ?? []).every(isRound)) return "a coding round is broken";
  const lists = Object.values(file.earlier ?? {});
  return lists.every((list) => Array.isArray(list) && list.every(isEarlier)) ? "" : "kept code is broken";
}

// Adds a file's contents to what is here, and returns how many of each kind: {done, rounds, code: boxes that took
// the file's code, replaced: those of them that held something older, kept: boxes that kept their own}. What gives
// way, on either side, goes to the box's earlier code. Throws an Error whose message says what is wrong.
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
  const broken = damage(file);
  if (broken) {
    throw new Error(`This file is damaged: ${broken}. Nothing of it was read; save it anew where it came from.`);
  }
  const count = { done: 0, rounds: 0, code: 0, replaced: 0, kept: 0 };
  const all = done();
  for (const [item, when] of Object.entries(file.done ?? {})) {
    if (!(item in all)) count.done += 1;
    all[item] = item in all && Date.parse(all[item]) < Date.parse(when) ? all[item] : when;
  }
  set("done", JSON.stringify(all));
  for (const [name, code] of Object.entries(file.code ?? {})) {
    const own = get(`code:${name}`);
    if (own === code) continue;
    const ownWhen = get(`typed:${name}`);
    const when = file.typed?.[name];
    // Older files and boxes have no dates: then what stands in the box is what its reader sees, and it stays.
    const isOlder = own !== null && isDate(ownWhen) && isDate(when) && Date.parse(ownWhen) < Date.parse(when);
    if (own === null || isOlder) {
      if (isOlder) {
        addEarlier(name, { code: own, when: ownWhen, from: "box" });
        count.replaced += 1;
      }
      keepCode(name, code, when ?? "");
      count.code += 1;
    } else {
      addEarlier(name, { code, when: when ?? (isDate(file.saved) ? file.saved : new Date().toISOString()), from: "file" });
      count.kept += 1;
    }
  }
  for (const [name, list] of Object.entries(file.earlier ?? {})) {
    for (const entry of list) if (entry.code !== get(`code:${name}`)) addEarlier(name, entry);
  }
  const known = new Set(rounds().map((r) => r.started));
  const others = (file.rounds ?? []).filter((r) => !known.has(r.started));
  count.rounds = others.length;
  const byStart = (a, b) => Date.parse(a.started) - Date.parse(b.started);
  set("rounds", JSON.stringify([...rounds(), ...others].sort(byStart)));
  document.dispatchEvent(new CustomEvent("roadbook:done"));
  return count;
}

export function forget() {
  for (const key of keys("")) remove(key);
  document.dispatchEvent(new CustomEvent("roadbook:done"));
}
