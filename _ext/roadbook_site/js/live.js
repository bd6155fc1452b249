// Live boxes: a drill that runs and checks itself in the page. Without this script a box is a readable text
// area with its hint and its answer folded.

import { edit } from "./editor.js";
import { codingRound } from "./round.js";
import { Runner } from "./runner.js";
import * as store from "./store.js";

const TRIES_BEFORE_ANSWER = 2;

const script = new URL(document.currentScript.src);
const runner = new Runner(script);

// Python is counted as it is unpacked, and told as what the network carries: one figure for one thing.
const overTheWire = (unpacked, total) => (unpacked / total) * PYODIDE_WIRE;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const seconds = (s) => `${s < 0.095 ? s.toFixed(2) : s.toFixed(1)} s`;

// `words` in backticks become code; everything else is text, whatever an answer makes it say.
function sayInto(element, words) {
  element.replaceChildren(
    ...words.split("`").map((part, i) => {
      if (i % 2 === 0) return document.createTextNode(part);
      const code = document.createElement("code");
      code.textContent = part;
      return code;
    }),
  );
}

export class Box {
  constructor(element) {
    this.element = element;
    this.drill = JSON.parse(element.querySelector("script[type='application/json']").textContent);
    const find = (name) => element.querySelector(`.live-${name}`);
    [this.textarea, this.runButton, this.stopButton, this.resetButton, this.status, this.bytes] = [
      "code", "run", "stop", "reset", "status", "bytes",
    ].map(find);
    [this.result, this.output, this.detail, this.answer, this.kept] = [
      "result", "output", "detail", "answer", "kept",
    ].map(find);
    this.solved = element.closest("section").querySelector(".live-solved");
    this.stub = this.drill.stub;
    this.prefix = ""; // a coding round keeps its code apart
    this.onSolved = () => {};
    this.solvedInRound = () => false;
    this.waits = false; // for the code of another box
    this.editor = null;
    find("buttons").hidden = false;
    element.querySelector(".no-script").hidden = true;
    this.runButton.addEventListener("click", () => this.run());
    this.stopButton.addEventListener("click", () => runner.stop());
    this.resetButton.addEventListener("click", () => this.reset());
    this.textarea.readOnly = false;
    this.textarea.addEventListener("input", () => this.#keep(this.textarea.value));
    this.textarea.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.run();
      }
    });
    this.open();
    this.#colab(find("colab-copy"));
    if (!this.drill.available) {
      this.runButton.disabled = true;
      find("unavailable").hidden = false;
    }
  }

  get #codeKey() {
    return `${this.prefix}code:${this.drill.name}`;
  }

  get #triesKey() {
    return `${this.prefix}tries:${this.drill.name}`;
  }

  // Shows what is kept for this drill, or the stub.
  open() {
    this.#write(store.get(this.#codeKey) ?? this.stub);
    this.tries = Number(store.get(this.#triesKey)) || 0;
    this.#clear();
    this.showDone();
    this.#offerAnswer();
    this.#showKept();
  }

  showDone() {
    const solved = this.prefix ? this.solvedInRound() : `drill:${this.drill.name}` in store.done();
    this.solved.hidden = !solved;
  }

  // Code that had to make room in this box: from a round, from a file, or from before one was put back.
  #showKept() {
    const { name, title } = this.drill;
    const list = store.earlier(name);
    this.kept.hidden = this.prefix !== "" || list.length === 0;
    const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });
    const entries = list.toReversed().map((entry) => {
      const when = new Date(entry.when).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
      const from = { round: "From a coding round", file: "From a progress file" }[entry.from] ?? "From this box";
      const code = make("pre", "live-output", entry.code);
      code.tabIndex = 0;
      code.setAttribute("role", "region");
      code.setAttribute("aria-label", `${from}, ${when}: ${title}`);
      const back = make("button", "live-put-back", "Put it into the box");
      const forget = make("button", "live-forget", "Forget it");
      back.type = forget.type = "button";
      const without = () => store.earlier(name).filter((e) => e.code !== entry.code);
      back.addEventListener("click", () => {
        const now = this.text;
        store.setEarlier(name, without());
        if (now.trim() !== this.stub.trim()) {
          store.addEarlier(name, { code: now, when: store.get(`typed:${name}`) ?? new Date().toISOString(), from: "box" });
        }
        this.#write(entry.code);
        store.keepCode(name, entry.code);
        this.#clear();
        this.#showKept();
        sayInto(this.status, "The kept code stands in the box again.");
        this.runButton.focus();
      });
      forget.addEventListener("click", () => {
        store.setEarlier(name, without());
        this.#showKept();
        this.runButton.focus();
      });
      const item = document.createElement("div");
      item.append(make("p", "live-label", `${from}, ${when}`), code, back, " ", forget);
      return item;
    });
    this.kept.replaceChildren(this.kept.querySelector("summary"), ...entries);
  }

  // CodeMirror comes when the box comes near the screen: a page may hold twenty.
  upgrade() {
    if (this.editor) return;
    const hadFocus = document.activeElement === this.textarea;
    this.editor = edit(this.textarea, {
      label: this.textarea.getAttribute("aria-label"),
      help: this.textarea.getAttribute("aria-describedby"),
      onChange: (text) => this.#keep(text),
      onRun: () => this.run(),
    });
    if (hadFocus) this.editor.focus();
  }

  #write(text) {
    this.writing = true;
    if (this.editor) this.editor.setText(text);
    this.textarea.value = text;
    this.writing = false;
  }

  #keep(text) {
    if (this.writing) return;
    this.textarea.value = text;
    if (text === this.stub) this.#forgetCode();
    else if (this.prefix) store.set(this.#codeKey, text);
    else store.keepCode(this.drill.name, text);
  }

  #forgetCode() {
    if (this.prefix) store.remove(this.#codeKey);
    else store.dropCode(this.drill.name);
  }

  get text() {
    return this.editor ? this.editor.text() : this.textarea.value;
  }

  reset() {
    this.#write(this.stub);
    this.#forgetCode();
    this.#clear();
    sayInto(this.status, "The box is as it was at first; what you had typed is forgotten.");
  }

  #clear() {
    this.status.textContent = this.bytes.textContent = "";
    this.result.hidden = true;
    delete this.element.dataset.result;
  }

  #offerAnswer() {
    this.answer.hidden = this.prefix !== "" || !(this.tries >= TRIES_BEFORE_ANSWER || !this.solved.hidden);
  }

  async run() {
    if (!this.drill.available) return;
    if (runner.busy) {
      this.#wait();
      return;
    }
    this.#clear();
    this.#running(true);
    const { name, checks, needs } = this.drill;
    const code = this.text;
    let said = "";
    const say = (words) => words !== said && sayInto(this.status, (said = words));
    const outcome = await runner.run({ code, checks, needs }, ({ stage, got, total }) => {
      if (stage === "running") {
        say("Running …");
        this.bytes.textContent = "";
      } else if (got > 0) {
        say("Loading Python, once; the browser keeps it.");
        this.bytes.textContent = `${megabytes(overTheWire(got, total))} of ${megabytes(PYODIDE_WIRE)}`;
      }
    });
    this.#running(false);
    if (!outcome.ok && outcome.tried) this.#countTry(code, outcome.ran);
    this.#show(outcome);
    if (outcome.ok) {
      store.markDone(`drill:${name}`);
      this.onSolved();
      this.showDone();
    }
    this.#offerAnswer();
  }

  // A try is code of the reader's own that ran: not a slip of the keys, and not the same a second time.
  #countTry(code, ran) {
    const last = this.#triesKey.replace("tries:", "tried:");
    if (ran === false || code.trim() === this.stub.trim() || code.trim() === store.get(last)) return;
    store.set(last, code.trim());
    store.set(this.#triesKey, String(++this.tries));
  }

  // Another box's code runs: say so, and offer its end here, for that box may be far up the page.
  #wait() {
    if (this.waits || this.element.getAttribute("aria-busy") === "true") return;
    this.waits = true;
    this.#clear();
    sayInto(this.status, "Python is still running the code of another box. Wait for it, or press Stop.");
    this.stopButton.hidden = false;
    runner.whenFree(() => {
      this.waits = false;
      if (document.activeElement === this.stopButton) this.runButton.focus();
      this.stopButton.hidden = true;
      this.status.textContent = "";
    });
  }

  #running(is) {
    this.runButton.setAttribute("aria-disabled", String(is)); // not `disabled`: the focus stays where it is
    if (!is && document.activeElement === this.stopButton) this.runButton.focus();
    this.stopButton.hidden = !is;
    this.element.setAttribute("aria-busy", String(is));
  }

  #show({ ok, message, output, detail, moved, seconds: took, tried }) {
    const sign = document.createElement("span");
    sign.className = "live-sign";
    sign.textContent = ok ? "✓ " : "✗ ";
    sign.setAttribute("aria-hidden", "true");
    sayInto(this.status, ok ? "All checks pass." : message);
    this.status.prepend(sign);
    const facts = tried ? [seconds(took)] : [];
    if (moved > 0) facts.push(`${megabytes(moved)} loaded for Python`);
    this.bytes.textContent = facts.join(", ");
    this.output.textContent = output;
    this.output.parentElement.hidden = output === "";
    this.detail.textContent = detail;
    this.detail.parentElement.hidden = detail === "";
    this.result.hidden = output === "" && detail === "";
    this.element.dataset.result = ok ? "pass" : "fail";
  }

  #colab(button) {
    button.addEventListener("click", async () => {
      const cell = `${this.text.trimEnd()}\n\n\n# The checks of the drill “${this.drill.title}”\n${this.drill.checks}\n`;
      try {
        await navigator.clipboard.writeText(cell);
        sayInto(this.status, "Copied: paste it into a cell of the new notebook and run it there.");
      } catch {
        sayInto(this.status, "The browser does not let the page copy. Select the code in the box and copy it yourself.");
      }
    });
  }
}

const boxes = [];

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) boxes.find((box) => box.element === target)?.upgrade();
    }
  },
  { rootMargin: "600px" },
);
function add(element) {
  boxes.push(new Box(element));
  near.observe(element);
}
document.querySelectorAll(".live").forEach(add);
// A chapter's page brings a box when its fold is opened: tries.js.
document.addEventListener("roadbook:box", (event) => add(event.target.querySelector(".live")));

document.addEventListener("roadbook:done", () => boxes.forEach((box) => box.showDone()));

const round = document.querySelector(".coding-round");
if (round) codingRound(round, boxes);
