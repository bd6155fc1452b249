// CodeMirror writes its style into a <style> element, which the page's Content-Security-Policy forbids, as it
// should. A constructed style sheet is no inline style.

import { StyleModule } from "style-mod";

const adopted = new Set();
const sheet = new CSSStyleSheet();

StyleModule.mount = (root, modules) => {
  const all = Array.isArray(modules) ? modules : [modules];
  const fresh = all.filter((module) => !adopted.has(module));
  if (!fresh.length) return;
  for (const module of fresh) adopted.add(module);
  sheet.replaceSync([...adopted].map((module) => module.getRules()).join("\n"));
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
};
