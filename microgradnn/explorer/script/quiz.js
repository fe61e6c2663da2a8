// The quiz: the form of the open question, what is said of an answer, and the score at the end.

import { byId, element, result, said } from "./dom.js";
import { now } from "./now.js";
import { number } from "./numbers.js";
import { diagnosis, isRight, understood } from "./slips.js";
import { go, recompute, show, whenShown } from "./stepping.js";

const KINDS = { value: "values", local: "local derivatives", contribution: "contributions", sum: "sums" };
const WAYS = { first: "at once", helped: "with help", shown: "shown" };

let asked; // the key of the question in the form
let isHelped = false; // by a hint, or by what was said of an answer

/** For tests: the open question, and how those before were answered. */
export const quiz = { question: () => now.question, score: () => [...now.answered.values()] };

function check(event) {
  event.preventDefault();
  const text = byId("answer").value;
  if (!text.trim()) return;
  if (isRight(now.question, understood(text))) answer(isHelped ? "helped" : "first", "Right.");
  else {
    isHelped = true;
    byId("answer").ariaInvalid = true;
    byId("verdict").textContent = diagnosis(now.question, text);
    byId("answer").select();
  }
}

function giveHint() {
  isHelped = true;
  byId("verdict").replaceChildren("Hint: ", ...now.question.hint());
  byId("answer").focus();
}

function answer(how, praise) {
  const { key, kind, answer: right } = now.question;
  now.answered.set(key, { kind, how });
  show();
  byId("words").append(result(praise || `It is ${number(right)}.`));
  byId(now.question ? "answer" : "next").focus();
}

function showQuestion() {
  const { question } = now;
  byId("guess").hidden = !question;
  if (question && question.key !== asked) {
    byId("asked").textContent = question.asks;
    byId("given").textContent = question.given;
    byId("answer").value = byId("verdict").textContent = "";
    byId("answer").ariaInvalid = false;
    isHelped = false;
  }
  asked = question?.key;
  // Who steps by the button types the answer next.
  if (question && document.activeElement === byId("next")) byId("answer").focus();
  showScore();
}

/** How many questions of each kind were answered in each way. */
function showScore() {
  const all = [...now.answered.values()], isOver = now.quiz && now.position === now.steps.length;
  byId("score").replaceChildren();
  if (!isOver || now.question || !all.length) return;
  const count = (...wanted) =>
    all.filter(({ kind, how }) => wanted.every((x) => x === kind || x === how)).length;
  const row = (title, ...kind) => element("tr", {}, element("th", { scope: "row" }, title),
    ...Object.keys(WAYS).map((how) => element("td", {}, String(count(how, ...kind)))));
  const heads = Object.values(WAYS).map((text) => element("th", { scope: "col" }, text));
  const kinds = Object.entries(KINDS).filter(([kind]) => count(kind));
  byId("score").append(
    said(`${count("first")} of ${all.length} were right at once.`),
    element("table", {},
      element("thead", {}, element("tr", {}, element("td"), ...heads)),
      element("tbody", {}, ...kinds.map(([kind, title]) => row(title, kind)))),
    element("button", { onclick: askAgain }, "Again"));
}

function askAgain() {
  now.answered.clear();
  go(0);
  byId("next").focus();
}

/** It asks about the right program, so no mistake is followed meanwhile. */
function turn() {
  now.quiz = byId("predict").checked;
  now.answered.clear();
  now.mistake = undefined;
  byId("mistake").value = "";
  byId("mistake").disabled = now.quiz;
  recompute();
}

byId("predict").onchange = turn;
byId("guess").onsubmit = check;
byId("hint").onclick = giveHint;
byId("answer-shown").onclick = () => answer("shown");
whenShown(showQuestion);
