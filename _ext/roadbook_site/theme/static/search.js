// What this book's search does otherwise than Sphinx's, whose scripts are loaded before this one.
"use strict";

// Who looks for a word wants to read about it first, and to practise it then.
Scorer.score = ([page, , , , score]) => {
  if (page.endsWith("coding-round")) return score - 200;
  if (page.endsWith("-drills")) return score - 100;
  if (page.startsWith("exercises/")) return score - 50;
  return /^chapters\/.*\/\d\d-/.test(page) ? score + 4 : score; // before lists, behind a title
};

// The words around a hit: of the text, not of a drill's code and answers nor of what stands around the text. A
// style in the page that is read would be held against this page's policy, and complained about.
const NOT_TEXT = ".headerlink, script, .live, .live-facts, .try-it, .tools, .page-end, .progress-part";
Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html.replace(/<style[^>]*>[^]*?<\/style>/g, ""), "text/html");
  for (const element of page.querySelectorAll(NOT_TEXT)) element.remove();
  const place = anchor ? page.getElementById(anchor.slice(1)) : null;
  return (place ?? page.querySelector("[role=main]"))?.textContent ?? "";
};

// Sphinx speaks of categories, which this page does not have. Its own way to add a translation evaluates a string.
const MISS =
  "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.";
Documentation.TRANSLATIONS[MISS] =
  "No page holds all these words. Try fewer of them, or another spelling; the contents list every page.";
