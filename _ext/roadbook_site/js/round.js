// A coding round: three drills drawn at random, from their stubs, against the clock.

import * as store from "./store.js";

const MINUTES = 25;
const DRILLS = 3;
const ANNOUNCED = [10, 5, 1]; // minutes left

const clock = (left) => `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
const minutes = (s) => `${Math.floor(s / 60)} min ${s % 60} s`;

function draw(boxes, count) {
  const pool = boxes.filter((box) => box.drill.available);
  for (let i = pool.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [pool[i], pool[j]] = [pool[j], pool[i]];
  }
  // In the order of the page, so that the eye and the Tab key go downwards.
  const chosen = new Set(pool.slice(0, count));
  return boxes.filter((box) => chosen.has(box));
}

export function codingRound(panel, boxes) {
  const find = (name) => panel.querySelector(`.round-${name}`);
  const [start, finish, time, status, past, rows] = ["start", "finish", "time", "status", "past", "rows"].map(find);
  const section = (box) => box.element.closest("section");
  let round = null;
  let ticking = 0;

  const show = () => {
    for (const box of boxes) {
      const inRound = round?.drills.some((d) => d.name === box.drill.name) ?? false;
      section(box).hidden = round !== null && !inRound;
      section(box).querySelector(".live-hint").hidden = round !== null;
      const prefix = inRound ? "round:" : "";
      if (box.prefix !== prefix) {
        box.prefix = prefix;
        box.open();
      }
    }
    panel.classList.toggle("round-on", round !== null);
    document.querySelector(".round-all").hidden = round !== null;
    start.hidden = round !== null;
    finish.hidden = round === null;
    time.hidden = round === null;
  };

  const list = () => {
    const all = store.rounds();
    past.hidden = all.length === 0;
    rows.replaceChildren(
      ...all.toReversed().map((r) => {
        const row = document.createElement("tr");
        const cell = (tag, text) => {
          const td = document.createElement(tag);
          td.textContent = text;
          if (tag === "th") td.scope = "row";
          row.append(td);
        };
        const solved = r.drills.filter((d) => d.solved !== null);
        cell("th", new Date(r.started).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }));
        cell("td", `${solved.length} of ${r.drills.length}`);
        cell("td", minutes(r.seconds));
        cell("td", r.drills.map((d) => `${d.title}: ${d.solved === null ? "open" : minutes(d.solved)}`).join("; "));
        return row;
      }),
    );
  };

  const spent = () => Math.round((Date.now() - Date.parse(round.started)) / 1000);

  const end = (why) => {
    clearInterval(ticking);
    const seconds = Math.min(spent(), MINUTES * 60);
    const solved = round.drills.filter((d) => d.solved !== null).length;
    store.set("rounds", JSON.stringify([...store.rounds(), { ...round, seconds }]));
    store.remove("round");
    const order = round.drills.map((d) => d.name);
    for (const name of order) {
      store.remove(`round:code:${name}`);
      store.remove(`round:tries:${name}`);
    }
    round = null;
    show();
    list();
    status.textContent = `${why} ${solved} of ${order.length} solved in ${minutes(seconds)}. All drills are below again, with hints.`;
    start.focus();
  };

  const tick = () => {
    const left = MINUTES * 60 - spent();
    time.textContent = clock(Math.max(left, 0));
    if (left <= 0) end("Time is over.");
    else if (left % 60 === 0 && ANNOUNCED.includes(left / 60)) {
      status.textContent = `${left / 60} ${left === 60 ? "minute" : "minutes"} left.`;
    }
  };

  const go = () => {
    for (const box of boxes) {
      box.onSolved = () => {
        const drill = round?.drills.find((d) => d.name === box.drill.name);
        if (!drill || drill.solved !== null) return;
        drill.solved = spent();
        store.set("round", JSON.stringify(round));
        if (round.drills.every((d) => d.solved !== null)) end("All solved.");
      };
    }
    show();
    ticking = setInterval(tick, 1000);
    tick();
  };

  start.addEventListener("click", () => {
    const chosen = draw(boxes, DRILLS);
    round = {
      started: new Date().toISOString(),
      drills: chosen.map((box) => ({ name: box.drill.name, title: box.drill.title, solved: null })),
    };
    store.set("round", JSON.stringify(round));
    go();
    // Short: on a phone it stays above the drills.
    status.textContent = `${MINUTES} minutes from now, for the ${chosen.length} drills below.`;
    finish.focus();
  });
  finish.addEventListener("click", () => end("Round ended."));

  panel.querySelector(".round-panel").hidden = false;
  panel.querySelector(".no-script").hidden = true;
  list();

  // A reload does not stop the clock.
  const kept = store.read("round", null);
  const known = (d) => boxes.some((box) => box.drill.name === d?.name);
  if (store.isRecord(kept) && Array.isArray(kept.drills) && kept.drills.length && kept.drills.every(known)) {
    round = kept;
    if (spent() < MINUTES * 60) go();
    else end("Time was over while you were away.");
  }
}
