// The quiz: the form of the open question, what is said of an answer, and the score at the end.

import { inAddress } from "./address.js";
import { byId, element, result, said } from "./dom.js";
import { slopeHint, valueHint } from "./mathml.js";
import { now } from "./now.js";
import { number } from "./numbers.js";
import { diagnosis, isRight, understood } from "./slips.js";
import { go, recompute, show, whenShown } from "./stepping.js";
import { told } from "./told.js";

const KINDS = { // what they are called, what is known, and a hint
  value: ["values", "its operands", "Put the numbers into the operation."],
  local: ["local derivatives", "all values",
    "Change only this operand a little. How many times as much does the result change?"],
  contribution: ["contributions", "upstream and local", "Multiply upstream by the local derivative."],
  sum: ["sums", "what was there before, and the contribution", "Add the two."],
};
const WAYS = ["at once", "with help", "shown"];

let asked; // the key of the question in the form
let isHelped = false; // by a hint, or by what was said of an answer

function check(event) {
  event.preventDefault();
  const { value } = byId("answer");
  if (isRight(now.question, understood(value))) answer(isHelped ? "with help" : "at once", "Right.");
  else if (value.trim()) {
    help(diagnosis(now.question, value) ?? `Not yet. ${KINDS[now.question.kind][2]}`);
    byId("answer").ariaInvalid = true;
  }
}

function hint() {
  const { kind, node, edge } = now.question, text = KINDS[kind][2];
  help(`${text} `, ...(kind === "value" ? valueHint(node) : kind === "local" ? slopeHint(edge) : []));
}

function help(...words) {
  isHelped = true;
  byId("verdict").replaceChildren(...words);
  byId("answer").select();
}

function answer(how, praise) {
  const { key, kind, answer: right } = now.question;
  now.answered.set(key, { kind, how });
  show();
  byId("words").append(result(praise || `It is ${number(right)}.`));
  byId(now.question ? "answer" : "next").focus();
}

function showQuestion() {
  const { question: open } = now;
  byId("guess").hidden = !open;
  if (open && open.key !== asked) {
    byId("asked").textContent = open.asks;
    byId("given").textContent = `Known: ${KINDS[open.kind][1]}`;
    byId("answer").value = byId("verdict").textContent = "";
    byId("answer").ariaInvalid = false;
    isHelped = false;
  }
  asked = open?.key;
  // Who steps by the button types the answer next.
  if (open && document.activeElement === byId("next")) byId("answer").focus();
  byId("score").replaceChildren(...(now.quiz && told.all() ? score() : []));
}

/** How many questions of each kind were answered in each way. */
function score() {
  const all = [...now.answered.values()], count = (of, way) => of.filter(({ how }) => how === way).length;
  const lines = Object.entries(KINDS).map(([kind, [title]]) => [title, all.filter((x) => x.kind === kind)]);
  return all.length ? [
    element("h3", {}, `${count(all, WAYS[0])} of ${all.length} right at once`),
    ...lines.filter(([, of]) => of.length).map(([title, of]) =>
      said(`${title}: ${WAYS.map((way) => `${count(of, way)} ${way}`).join(", ")}`)),
    element("button", { onclick: askAgain }, "Again"),
  ] : [];
}

function askAgain() {
  now.answered.clear();
  go(0);
  byId("next").focus();
}

/** It asks about the right program, so no mistake is followed meanwhile. */
function turnQuiz() {
  now.quiz = byId("mistake").disabled = byId("predict").checked;
  now.answered.clear();
  now.mistake = undefined;
  byId("mistake").value = "";
  recompute();
}

byId("predict").onchange = turnQuiz;
byId("guess").onsubmit = check;
byId("hint").onclick = hint;
byId("answer-shown").onclick = () => answer("shown");
inAddress("quiz", () => (now.quiz ? [...now.answered].map(([key, { how }]) =>
  `${key}-${WAYS.indexOf(how)}`).join() || "yes" : ""), (text) => {
  byId("predict").checked = Boolean(text);
  turnQuiz();
  for (const [, key, kind, way] of text.matchAll(/(([a-z]+)[-\d]+)-([012])/g)) {
    if (kind in KINDS) now.answered.set(key, { kind, how: WAYS[way] });
  }
  show();
});
whenShown(showQuestion);
