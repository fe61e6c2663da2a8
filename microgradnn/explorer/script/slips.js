// What a wrong answer may come from: numbers that are had by a slip, the likeliest first.

import { name } from "./boxes.js";
import { functions } from "./functions.js";
import { isNode, nodes, numbersInto, page, recorded, root } from "./graph.js";
import { slopeBy } from "./mathml.js";
import { now } from "./now.js";
import { derivative } from "./questions.js";

const EXACT = 100; // below it whole numbers are to be exact

/** The number that a text says, also with a comma or as a fraction; NaN where it says none. */
export function understood(text) {
  const plain = text.trim().replace(/[−–]/g, "-").replace(/\s*\/\s*/, "/").replace(/^([-+]) /, "$1");
  const parts = plain.split("/").map((part) => part.replace(",", "."));
  const isNumber = (part) => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(part);
  return parts.length <= 2 && parts.every(isNumber) ? parts.map(Number).reduce((a, b) => a / b) : NaN;
}

/** Whether numbers agree within one percent; whole numbers that are small, within a tenth of that. */
function agree(guess, wanted, noise = 0) {
  const isWhole = Math.abs(wanted) < EXACT && Number.isInteger(wanted);
  return Math.abs(guess - wanted) <= Math.max((isWhole ? 0.001 : 0.01) * Math.abs(wanted), noise);
}

/** Whether the answer is right: 0 is, too, where a sum is no more than the rounding of its terms. */
export function isRight({ answer, steps: [{ before = 0 } = {}] = [] }, guess) {
  return agree(guess, answer, 1e-12 * Math.abs(before));
}

/** What is said of a wrong answer. If it may come from several slips, the likeliest is told as such. */
export function diagnosis(question, text) {
  const guess = understood(text), { answer } = question;
  if (!Number.isFinite(guess)) return "That is no number. Write it like −0.35, 1/3 or 2e-5.";
  const listed = [...slipsOf(question, guess), ...anyKind(question, text, guess)];
  const fits = new Set(listed.filter(([x, words]) => words && Number.isFinite(x)
    && !agree(x, answer) && agree(guess, x)).map(([, words]) => words));
  const [words] = fits;
  if (!words) return `Not yet. ${NOT_YET[question.kind]}`;
  return `That ${fits.size > 1 ? "may be" : "is"} ${words}`;
}

const NOT_YET = {
  value: "Put the numbers of the operands into the operation.",
  local: "Let only that operand change a little: how many times as much does the result change?",
  contribution: "Multiply what arrives, upstream, by the local derivative.",
  sum: "Add the contribution to what was there before.",
};

function slipsOf(question, guess) {
  const { kind, column } = question;
  if (kind === "value") return valueSlips(question, guess);
  if (kind === "local") return localSlips(question);
  return kind === "sum" ? sumSlips(question) : column ? columnSlips(question) : contributionSlips(question);
}

/** Slips that can be made with any number. */
function anyKind({ answer }, text, guess) {
  const digits = text.replace(/e.*/i, "").replace(/^\D*0*\D*0*/, "").replace(/\D/g, "").length;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(answer))) - digits + 1); // of the last digit
  const apart = Math.abs(guess - answer), isCoarse = digits && digits < 3 && apart < unit;
  return [
    [-answer, "the right size with the wrong sign."],
    [isCoarse ? guess : NaN, "near, but too coarse. Give three digits."],
    [apart <= 0.01 * Math.abs(answer) ? guess : NaN, "near, but this is a whole number."],
    [10 * answer, "ten times too much: where is the decimal point?"],
    [answer / 10, "a tenth of it: where is the decimal point?"],
    [1 / answer, "the reciprocal: divided the other way round."],
  ];
}

const nameOf = (operand, x) => (isNode(operand) ? name(operand) : String(x));

function valueSlips({ node: k }, guess) {
  const node = nodes[k], xs = numbersInto(node, now.pass.data), compute = functions[node.row];
  const called = node.operands.map((operand, place) => nameOf(operand, xs[place]));
  const isOne = xs.length === 1, [a, b] = xs, { name: row } = page.rows[node.row];
  const f = (...x) => compute(...x)[0], later = [...nodes.keys()].filter((other) => other > k);
  const pairs = xs.length !== 2 ? [] : [
    [f(b, a), "what comes in the other order of the operands."],
    [a - b, `${called[0]} − ${called[1]}: another operation.`],
    [b - a, `${called[1]} − ${called[0]}: another operation.`],
    [a / b, `${called[0]} divided by ${called[1]}: another operation.`],
    [b / a, `${called[1]} divided by ${called[0]}: another operation.`],
    [a ** b, `${called[0]} to the power of ${called[1]}: another operation.`],
  ];
  const single = isOne ? [
    [a, `${called[0]} itself: the operation is still to be done.`],
    [f(-a), `what −${called[0]} gives: look at the sign of the operand.`],
    [/^(sin|cos|tan)$/.test(row) ? f(a * Math.PI / 180) : NaN, "taken in degrees. Here it is radians."],
    [row === "log" ? Math.log10(a) : NaN, "the logarithm to the base 10. Here it is the natural one."],
    [compute(a)[1], "its derivative, not its value."],
  ] : [
    [xs.reduce((x, y) => x + y), "the sum of the operands: another operation."],
    [xs.reduce((x, y) => x * y), "the product of the operands: another operation."],
    ...xs.map((_, place) => [f(...xs.with(place, 0)), `what comes without ${called[place]}.`]),
  ];
  return [...pairs, ...single, changedSince(recorded[k]),
    ...later.filter((other) => agree(guess, now.pass.data[other])).map((other) =>
      [now.pass.data[other], `the value of ${name(other)}, which is computed later.`])];
}

/** What was right with the numbers as they were before a slider or a descent changed them. */
const changedSince = (x) =>
  [now.pass.data === recorded ? NaN : x, "what it was before the leaves were changed."];

function localSlips({ edge: { head, place, tail }, steps: [{ upstream, product }] }) {
  const node = nodes[head], xs = numbersInto(node, now.pass.data), out = now.pass.data[head];
  const others = now.pass.locals[head].flatMap((local, other) =>
    (other === place || local === null ? [] : [[local, `the derivative by ${name(node.operands[other])}, `
      + `the other operand. Asked is that by ${name(tail)}.`]]));
  return [
    ...others,
    [product, "the contribution already. Asked is the local derivative alone."],
    [upstream, "upstream, which arrives here. Asked is the local derivative."],
    [out, `the value of ${name(head)}, not how fast it changes.`],
    [functions[node.row](...xs.with(place, out))[1 + place],
      `taken at ${name(head)}, the value after this step. It is taken at ${name(tail)}, before it.`],
    [slopeBy(head, place, xs[place], xs), `the formula with ${name(tail)} in the place of ${name(head)}.`],
    [xs[place], `the value of ${name(tail)}.`],
    changedSince(node.locals[place]),
    [1, `so only where ${name(head)} changes as much as ${name(tail)}.`],
    [0, `so only where ${name(head)} does not depend on ${name(tail)}.`],
  ];
}

function contributionSlips({ steps: [step] }) {
  const { head, tail, upstream, local, before, after } = step, [from, to] = [name(head), name(tail)];
  const toHead = now.run.steps.filter((other) => other.tail === head);
  return [
    [local, "the local derivative alone. Multiply it by upstream."],
    [upstream, "upstream alone. Multiply it by the local derivative."],
    [-local * upstream, "the right size with the wrong sign."],
    [upstream / local, "upstream divided by the local derivative. They are multiplied."],
    [local / upstream, "the local derivative divided by upstream. They are multiplied."],
    [upstream + local, "the two added. They are multiplied."],
    [before ? after : NaN, "the sum already. Asked is what comes now."],
    [now.run.gradients[tail], `the gradient of ${to} after a later step, with all its contributions.`],
    ...toHead.flatMap(({ product, before: early }) => [product, early].map((x) => [x ? x * local : NaN,
      `had with a part of upstream: all contributions to ${from} are added first.`])),
    [upstream * now.pass.data[tail], `upstream times the value of ${to}, not times the derivative by it.`],
    [upstream * now.pass.data[head], `upstream times the value of ${from}, not times its derivative.`],
    changedSince((nodes[head].locals?.[step.place] ?? NaN) * upstream),
  ];
}

function sumSlips({ steps: [{ tail, upstream, local, product, before }] }) {
  const gradient = derivative(name(root), name(tail));
  return [
    [product, "the contribution alone. It is added to what was there before."],
    [before, `what ${gradient} was before. The contribution is added to it.`],
    [before - product, "the contribution taken away. It is added."],
    [product - before, "what was there before taken away. The two are added."],
    [before + local, "had with the local derivative. The contribution is upstream × local."],
    [before + upstream, "had with upstream. The contribution is upstream × local."],
    [before * product, "the two multiplied. They are added."],
    [local, "the local derivative. The contribution is added to what was there before."],
  ];
}

function columnSlips({ column, answer }) {
  const total = (of) => column.map(of).reduce((a, b) => a + b), { before } = column[0];
  return [
    ...(column.length > 1 ? column.map(({ head, product }) =>
      [product, `what comes from ${name(head)} alone. All rows are added.`]) : []),
    [total(({ local }) => local), "the sum of the local derivatives, each without its upstream."],
    [total(({ upstream }) => upstream), "the sum of what arrives. Multiply each by its local derivative."],
    [before ? before + answer : NaN, "the gradient after it. Asked is what comes along this arrow."],
  ];
}
