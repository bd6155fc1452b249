// A coding round: three drills drawn at random, from their stubs, against the clock.

import * as store from "./store.js";

const MINUTES = 25;
const DRILLS = 3;
const ANNOUNCED = [10, 5, 1]; // minutes left

const clock = (left) => `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
const minutes = (s) => `${Math.floor(s / 60)} min ${s % 60} s`;

// At random, and again until their minutes fit the clock: a round that cannot be finished teaches nothing.
function draw(boxes, count) {
  const pool = boxes.filter((box) => box.drill.available);
  const sum = (some) => some.reduce((minutes, box) => minutes + box.drill.minutes, 0);
  let chosen = pool.toSorted((a, b) => a.drill.minutes - b.drill.minutes).slice(0, count);
  for (let again = 0; again < 1000; again += 1) {
    for (let i = pool.length - 1; i > 0; i -= 1) {
      const j = Math.floor(Math.random() * (i + 1));
      [pool[i], pool[j]] = [pool[j], pool[i]];
    }
    if (sum(pool.slice(0, count)) <= MINUTES) {
      chosen = pool.slice(0, count);
      break;
    }
  }
  // In the order of the page, so that the eye and the Tab key go downwards.
  return boxes.filter((box) => chosen.includes(box));
}

// What was typed in a round goes into the drill's own box if that is empty, else below it: none of it is lost.
function keepRoundsCode(names) {
  for (const name of names) {
    const code = store.get(`round:code:${name}`);
    for (const key of ["code", "tries", "tried"]) store.remove(`round:${key}:${name}`);
    if (code === null) continue;
    const own = store.get(`code:${name}`);
    if (own === null) store.keepCode(name, code);
    else if (own !== code) store.addEarlier(name, { code, when: new Date().toISOString(), from: "round" });
  }
}

export function codingRound(panel, boxes) {
  const find = (name) => panel.querySelector(`.round-${name}`);
  const [start, finish, time, status, past, rows] = ["start", "finish", "time", "status", "past", "rows"].map(find);
  const known = (d) => boxes.some((box) => box.drill.name === d.name);
  const section = (box) => box.element.closest("section");
  let round = null;
  let ticking = 0;

  const show = () => {
    for (const box of boxes) {
      const inRound = round?.drills.some((d) => d.name === box.drill.name) ?? false;
      section(box).hidden = round !== null && !inRound;
      section(box).querySelector(".live-hint").hidden = round !== null;
      const link = document.querySelector(`#book .sections a[href="#${section(box).id}"]`);
      if (link) link.parentElement.hidden = section(box).hidden; // it would lead nowhere
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
        const drills = document.createElement("td");
        r.drills.forEach((d, i) => {
          const name = document.createElement(known(d) ? "a" : "span");
          if (known(d)) name.href = `#drill-${d.name}`;
          name.textContent = d.title;
          drills.append(i ? "; " : "", name, `: ${d.solved === null ? "open" : minutes(d.solved)}`);
        });
        row.append(drills);
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
    keepRoundsCode(order);
    round = null;
    show();
    list();
    status.textContent = `${why} ${solved} of ${order.length} solved in ${minutes(seconds)}. What you typed stands in the drills' boxes, or below them under “Kept code”.`;
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
      const own = () => round?.drills.find((d) => d.name === box.drill.name);
      box.solvedInRound = () => typeof own()?.solved === "number";
      box.onSolved = () => {
        const drill = own();
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
  const kept = store.currentRound();
  if (kept?.drills.every(known)) {
    round = kept;
    if (spent() < MINUTES * 60) go();
    else end("Time was over while you were away.");
  }
}
