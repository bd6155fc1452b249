// Quizzes: choose, check, and read the reason for each option. Without this script the options can be read and
// the reasons are folded below them.

import * as store from "./store.js";

for (const quiz of document.querySelectorAll("fieldset.quiz")) {
  const item = `quiz:${quiz.dataset.page}:${quiz.dataset.number}`;
  const right = quiz.dataset.answer;
  const check = quiz.querySelector(".quiz-check");
  const status = quiz.querySelector(".quiz-status");
  const fold = quiz.querySelector("details.quiz-answer");

  quiz.querySelector(".quiz-do").hidden = false;
  fold.hidden = true;
  if (item in store.done()) status.textContent = "✓ Answered rightly before.";

  check.addEventListener("click", () => {
    const chosen = quiz.querySelector("input:checked");
    if (!chosen) {
      status.textContent = "Choose an option first.";
      quiz.querySelector("input").focus();
      return;
    }
    for (const option of quiz.querySelectorAll(".quiz-option")) {
      const input = option.querySelector("input");
      const isRight = input.value === right;
      option.classList.toggle("quiz-right", isRight);
      option.classList.toggle("quiz-wrong", !isRight && input === chosen);
      const reason = option.querySelector(".quiz-reason");
      // The reasons stand once in the page, in the fold, and move to their options.
      const text = fold.querySelector(`[data-option="${input.value}"]`);
      if (text) reason.append(text);
      reason.hidden = false;
      input.setAttribute("aria-describedby", reason.id);
    }
    const good = chosen.value === right;
    quiz.dataset.result = good ? "pass" : "fail";
    const why = "The reason for each option stands below it.";
    status.textContent = good ? `✓ Right. ${why}` : `✗ Not ${chosen.value}: the answer is ${right}. ${why}`;
    if (good) store.markDone(item);
  });
}
