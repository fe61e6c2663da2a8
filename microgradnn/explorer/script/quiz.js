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
    "If only this operand changes a little, how many times as much does the result change?"],
  contribution: ["contributions", "upstream and local",
    "Multiply upstream by the local derivative; add where there are several."],
  sum: ["sums", "what was there before, and the contribution", "Add the two."],
};

let asked; // the key of the question in the form
let isHelped = false; // by a hint, or by what was said of an answer

function check(event) {
  event.preventDefault();
  const { value } = byId("answer");
  if (isRight(now.question, understood(value))) answer(Number(isHelped), "Right.");
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

function answer(how, praise = `It is ${number(now.question.answer)}.`) {
  now.answered.set(now.question.key, how);
  show();
  byId("words").firstChild.append(" ", result(praise));
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
  const count = (how, kind = "") =>
    [...now.answered].filter((x) => x[0].startsWith(kind) && x[1] === how).length;
  const scored = ([kind, [title]]) =>
    said(`${title}: ${count(0, kind)} at once, ${count(1, kind)} with help, ${count(2, kind)} shown`);
  return now.answered.size ? [
    element("h3", {}, `${count(0)} of ${now.answered.size} right at once`),
    ...Object.entries(KINDS).map(scored),
    element("button", {
      onclick: () => {
        now.answered.clear();
        go(0);
        byId("next").focus();
      },
    }, "Again"),
  ] : [];
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
byId("answer-shown").onclick = () => answer(2);
const answersWritten = () => [...now.answered].map((x) => x.join("-")).join() || "yes";
inAddress("quiz", () => (now.quiz ? answersWritten() : ""), (text) => {
  byId("predict").checked = Boolean(text);
  turnQuiz();
  for (const [, key, how] of text.matchAll(/([a-z]+[-\d]+)-([012])/g)) now.answered.set(key, Number(how));
  show();
});
whenShown(showQuestion);
