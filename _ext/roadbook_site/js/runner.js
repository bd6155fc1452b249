// One Python for all boxes of a page: started by the first Run, ended when a run does not end.

const SECONDS = 10;

export class Runner {
  #worker = null;
  #bound = null;
  #current = null;
  #id = 0;
  #clock = 0;
  #waiting = [];

  // `here`: the address of a script beside worker.js. The version makes caches notice a change.
  constructor(here) {
    this.address = new URL(`worker.js?v=${WORKER_VERSION}`, here);
    this.index = new URL(`../pyodide/${PYODIDE_VERSION}/`, here).href;
  }

  get busy() {
    return this.#current !== null;
  }

  // Calls back once when the run that is under way has ended.
  whenFree(call) {
    this.#waiting.push(call);
  }

  // Resolves to {ok, message, output, detail, moved, seconds}; never rejects. `onStage` hears of
  // {stage: "loading", got, total} and {stage: "running"}.
  run({ code, checks, needs }, onStage) {
    return new Promise((resolve) => {
      const id = ++this.#id;
      const begun = performance.now();
      this.#current = { id, resolve, onStage, begun, moved: 0 };
      try {
        this.#worker ??= this.#start();
      } catch {
        const local = location.protocol === "file:";
        this.#finish({
          message: local
            ? "Browsers run Python only on pages from a web address, and this one is a file. Run `make serve` and open http://localhost:8000."
            : "This browser does not let the page start Python. Try a current Firefox, Chrome, Edge or Safari.",
        });
        return;
      }
      onStage({ stage: "loading", got: 0, total: PYODIDE_BYTES });
      this.#worker.postMessage({ id, index: this.index, code, checks, needs });
    });
  }

  stop(message = "Stopped.") {
    this.#end();
    this.#finish({ message });
  }

  #start() {
    if (location.protocol === "file:") throw new Error("a file has no worker");
    // The page's policy binds a worker that is made of text in the page, not one that has an address of its
    // own: so that what runs there reaches no other host, the text is one line that loads worker.js.
    const line = new Blob([`import ${JSON.stringify(this.address.href)};`], { type: "text/javascript" });
    this.#bound ??= URL.createObjectURL(line);
    const worker = new Worker(this.#bound, { type: "module" });
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.#end();
      this.#finish({ message: COULD_NOT_LOAD, detail: event.message ?? "" });
    };
    return worker;
  }

  #hear(message) {
    const current = this.#current;
    if (!current) return;
    if (message.kind === "bytes") {
      current.onStage({ stage: "loading", got: message.got, total: PYODIDE_BYTES });
      return;
    }
    if (message.id !== current.id) return;
    if (message.kind === "running") {
      current.moved = message.moved;
      current.ran = performance.now();
      current.onStage({ stage: "running" });
      // The limit holds for the code, not for a slow network.
      this.#clock = setTimeout(
        () =>
          this.stop(
            `Stopped after ${SECONDS} seconds: is there a loop that never ends? Look at what should make its condition false.`,
          ),
        SECONDS * 1000,
      );
    } else if (message.kind === "result") {
      this.#finish(message);
    } else if (message.kind === "failed") {
      this.#end();
      this.#finish({
        message: message.what === "packages" ? packagesFailed(message.changed) : COULD_NOT_LOAD,
        detail: message.words,
      });
    } else if (message.kind === "fell") {
      this.#end();
      this.#finish({ message: fellWith(message.words), detail: message.words });
    }
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #finish(result) {
    clearTimeout(this.#clock);
    const { resolve, ran, begun, moved } = this.#current ?? {};
    this.#current = null;
    resolve?.({
      ok: false,
      message: "",
      output: "",
      detail: "",
      moved: moved ?? 0,
      seconds: (performance.now() - (ran ?? begun)) / 1000,
      // Only a run that reached the reader's code is a try.
      tried: ran !== undefined,
      ...result,
    });
    for (const call of this.#waiting.splice(0)) call();
  }
}

const COULD_NOT_LOAD =
  "Python could not be loaded. Is the network there? What you typed is kept; press Run to try again.";

// What ended Python itself, by the words of its last error.
function fellWith(words) {
  if (/call stack|recursion/i.test(words))
    return "The recursion in your code never ended, or something is nested thousands of levels deep. Does every call come closer to a case that returns without calling again?";
  if (/terminated with exit/i.test(words))
    return "Your code ended Python itself, as `os._exit` and `os.kill` do, before the checks could run. Leave that call out.";
  return "Python itself gave up, most likely for want of memory. Is something growing without an end?";
}

function packagesFailed(changed) {
  return changed
    ? "A package that this drill needs arrived changed, so it was not loaded. Tell the people who publish this copy of the book."
    : "The packages that this drill needs could not be loaded from this site. Press Run to try again, or take the drill to Colab.";
}
