// Live boxes: a drill that runs and checks itself in the page. Without this script a box is a readable text
// area with its hint and its answer folded.

import { edit } from "./editor.js";
import { codingRound } from "./round.js";
import { Runner } from "./runner.js";
import * as store from "./store.js";

const TRIES_BEFORE_ANSWER = 2;

const script = new URL(document.currentScript.src);
const runner = new Runner(script);

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
    [this.result, this.output, this.detail, this.answer] = ["result", "output", "detail", "answer"].map(find);
    this.solved = element.closest("section").querySelector(".live-solved");
    this.stub = this.drill.stub;
    this.prefix = ""; // a coding round keeps its code apart
    this.onSolved = () => {};
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
  }

  showDone() {
    this.solved.hidden = this.prefix !== "" || !(`drill:${this.drill.name}` in store.done());
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
    if (text === this.stub) store.remove(this.#codeKey);
    else store.set(this.#codeKey, text);
  }

  get text() {
    return this.editor ? this.editor.text() : this.textarea.value;
  }

  reset() {
    this.#write(this.stub);
    store.remove(this.#codeKey);
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
      sayInto(this.status, "Python is still running. Wait for it, or press Stop.");
      return;
    }
    this.#clear();
    this.#running(true);
    const { name, checks, needs } = this.drill;
    let said = "";
    const say = (words) => words !== said && sayInto(this.status, (said = words));
    const outcome = await runner.run({ code: this.text, checks, needs }, ({ stage, got, total }) => {
      if (stage === "running") {
        say("Running …");
        this.bytes.textContent = "";
      } else if (got > 0) {
        say("Loading Python, once; the browser keeps it.");
        this.bytes.textContent = `${megabytes(got)} of ${megabytes(total)}`;
      }
    });
    this.#running(false);
    const written = this.text.trim() !== this.stub.trim();
    if (!outcome.ok && outcome.tried && written) store.set(this.#triesKey, String(++this.tries));
    this.#show(outcome);
    if (outcome.ok) {
      store.markDone(`drill:${name}`);
      this.showDone();
      this.onSolved();
    }
    this.#offerAnswer();
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

const boxes = [...document.querySelectorAll(".live")].map((element) => new Box(element));

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) boxes.find((box) => box.element === target)?.upgrade();
    }
  },
  { rootMargin: "600px" },
);
for (const box of boxes) near.observe(box.element);

document.addEventListener("roadbook:done", () => boxes.forEach((box) => box.showDone()));

const round = document.querySelector(".coding-round");
if (round) codingRound(round, boxes);
