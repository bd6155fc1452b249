// One formula a line in, one line of HTML (with MathML for screen readers) out: see formulas.py.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { default: katex } = await import(pathToFileURL(process.argv[2]));
for await (const line of createInterface({ input: process.stdin })) {
  const { formula, display } = JSON.parse(line);
  try {
    const html = katex.renderToString(formula, { displayMode: display, throwOnError: true, strict: "error" });
    process.stdout.write(JSON.stringify({ html }) + "\n");
  } catch (error) {
    process.stdout.write(JSON.stringify({ error: error.message }) + "\n");
  }
}
