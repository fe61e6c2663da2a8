// What a wrong answer may come from: numbers that are had by a slip, the likeliest first.

import { name } from "./boxes.js";
import { functions } from "./functions.js";
import { isNode, nodes, numbersInto, page, recorded } from "./graph.js";
import { slopeBy } from "./mathml.js";
import { now } from "./now.js";

/** The number that a text says, also with a comma or as a fraction; NaN where it says none. */
export function understood(text) {
  const parts = text.replace(/[−–]/g, "-").replaceAll(",", ".").split("/");
  return parts.map((part) => Number(part.trim() || NaN)).reduce((a, b) => a / b);
}

const near = (guess, wanted) => Math.abs(guess - wanted) <= 0.01 * Math.abs(wanted);

/**
 * One percent off is right, of a whole number below 100 a tenth of that; and 0 is, where a sum is no
 * more than the rounding of its terms.
 */
export function isRight({ answer, steps }, guess) {
  const isWhole = Number.isInteger(answer) && Math.abs(answer) < 100;
  return Math.abs(guess - answer) <= Math.max((isWhole ? 0.001 : 0.01) * Math.abs(answer),
    1e-12 * Math.abs(steps?.[0].before ?? 0));
}

/** What is said of a wrong answer. If it may come from several slips, the likeliest is told as such. */
export function diagnosis(question, text) {
  const guess = understood(text);
  if (!Number.isFinite(guess)) return "That is no number. Write it like −0.35, 1/3 or 2e−5.";
  const own = question.slips ?? slips[question.kind](question, guess);
  const fits = [...own, ...common(question, text, guess)]
    .filter(([x]) => near(guess, x) && !isRight(question, x));
  const [first, ...others] = new Set(fits.map(([, words]) => words));
  return first && `That ${others.length ? "may be" : "is"} ${first}`;
}

/** Slips that can be made with any number. */
function common({ answer }, text, guess) {
  const digits = text.replace(/e.*|\D/gi, "").replace(/^0+/, "").length;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(answer))) - digits + 1); // of the last digit
  const isCoarse = digits && digits < 3 && Math.abs(guess - answer) < unit;
  return [
    [-answer, "the right size with the wrong sign."],
    [isCoarse || near(guess, answer) ? guess : NaN, "near, but not near enough. Give three digits."],
  ];
}

// Where nothing was changed this is the answer.
const changedSince = (x) => [x, "what it was before the leaves were changed."];
const anotherWay = (all) => all.map((x) => [x, "another operation on the same two numbers."]);

const slips = {
  value({ node: k }, guess) {
    const { row, operands } = nodes[k], xs = numbersInto(nodes[k], now.pass.data), [a, b] = xs;
    const f = (...x) => functions[row](...x)[0], isAngle = /^(sin|cos|tan)$/.test(page.rows[row].name);
    const later = now.pass.data.findIndex((x, at) => at > k && near(guess, x));
    return [
      ...(xs.length === 2 ? [[f(b, a), "what comes in the other order of the operands."],
        ...anotherWay([a + b, a * b, a - b, b - a, a / b, b / a, a ** b])] : []),
      ...(b === undefined ? [
        [a, "the operand: the operation is still to be done."],
        [isAngle ? f(a * Math.PI / 180) : NaN, "had in degrees. Here it is radians."],
        [functions[row](a)[1], "the derivative, not the value."],
      ] : operands.map((x, at) =>
        [f(...xs.with(at, 0)), `what comes without ${isNode(x) ? name(x) : x.number}.`])),
      changedSince(recorded[k]),
      ...(later < 0 ? [] : [[guess, `the value of ${name(later)}, after a later step.`]]),
    ];
  },
  local({ edge: { head, place, tail }, steps: [{ upstream, product }] }) {
    const { row, locals } = nodes[head], xs = numbersInto(nodes[head], now.pass.data);
    const out = now.pass.data[head], [from, to] = [name(head), name(tail)];
    return [
      ...now.pass.locals[head].map((x) => [x ?? NaN, `the derivative by the other factor, not by ${to}.`]),
      [product, "the contribution already."],
      [upstream, "upstream, not the local derivative."],
      [out, `the value of ${from}, not how fast it changes.`],
      [functions[row](...xs.with(place, out))[1 + place], `had with the value after this step, ${from}.`],
      [slopeBy(head, place, xs[place], xs), `had with ${to} in the place of ${from}.`],
      [xs[place], `the value of ${to}.`],
      changedSince(locals[place]),
    ];
  },
  contribution: ({ steps: [{ head, tail, place, upstream, local, after }] }) => [
    [local, "the local derivative alone. Multiply it by upstream."],
    [upstream, "upstream alone. Multiply it by the local derivative."],
    ...anotherWay([upstream / local, local / upstream, upstream + local]),
    [after, "the sum already."],
    [now.run.gradients[tail], `the gradient of ${name(tail)} after a later step.`],
    ...now.run.steps.filter((step) => step.tail === head).flatMap(({ product, before }) => [product, before])
      .map((x) => [x * local, `had with a part of upstream, before all had come to ${name(head)}.`]),
    changedSince(nodes[head].locals[place] * upstream),
  ],
  sum: ({ steps: [{ upstream, local, product, before }] }) => [
    [product, "the contribution alone. Add it to what was there before."],
    [before, "what was there before. Add the contribution."],
    ...anotherWay([before - product, product - before, before * product]),
    ...[local, upstream].map((x) => [before + x, "had with a single factor of the contribution."]),
  ],
};
