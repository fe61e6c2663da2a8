// What a wrong answer may come from: numbers that are had by a slip, the likeliest first.

import { name } from "./boxes.js";
import { functions } from "./functions.js";
import { isNode, nodes, numbersInto, page, recorded } from "./graph.js";
import { slopeBy } from "./mathml.js";
import { now } from "./now.js";

/** The number that a text says, also with a comma or as a fraction; NaN where it says none. */
export function understood(text) {
  const parts = text.trim().replace(/[−–]/g, "-").split(/\s*\/\s*/).map((part) => part.replace(",", "."));
  const isNumber = (part) => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(part);
  return parts.length < 3 && parts.every(isNumber) ? parts.map(Number).reduce((a, b) => a / b) : NaN;
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
  if (!Number.isFinite(guess)) return "That is no number. Write it like −0.35, 1/3 or 2e-5.";
  const own = slips[question.column ? "column" : question.kind](question, guess);
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
    [isCoarse ? guess : NaN, "near, but too coarse. Give three digits."],
    [near(guess, answer) ? guess : NaN, "near, but this is a whole number."],
    [10 * answer, "ten times too much."],
    [answer / 10, "ten times too little."],
    [1 / answer, "the reciprocal."],
  ];
}

/** What was right with the numbers as they were before a slider or a descent changed them. */
const changedSince = (x) =>
  [now.pass.data === recorded ? NaN : x, "what it was before the leaves were changed."];

const slips = {
  value({ node: k }, guess) {
    const { row, operands } = nodes[k], xs = numbersInto(nodes[k], now.pass.data), [a, b] = xs;
    const f = (...x) => functions[row](...x)[0], isPair = xs.length === 2, called = page.rows[row].name;
    const later = now.pass.data.findIndex((x, at) => at > k && near(guess, x));
    return [
      ...(isPair ? [[f(b, a), "what comes in the other order of the operands."]] : []),
      ...(xs.length > 1 ? [
        ...[xs.reduce((x, y) => x + y), xs.reduce((x, y) => x * y),
          ...(isPair ? [a - b, b - a, a / b, b / a, a ** b] : [])].map((x) =>
          [x, "another operation on the same operands."]),
        ...operands.map((x, at) =>
          [f(...xs.with(at, 0)), `what comes without ${isNode(x) ? name(x) : x.number}.`]),
      ] : [
        [a, "the operand: the operation is still to be done."],
        [f(-a), "had with the wrong sign of the operand."],
        [/^(sin|cos|tan)$/.test(called) ? f(a * Math.PI / 180) : NaN, "had in degrees. Here it is radians."],
        [called === "log" ? Math.log10(a) : NaN, "the logarithm to the base 10. Here it is the natural one."],
        [functions[row](a)[1], "the derivative, not the value."],
      ]),
      changedSince(recorded[k]),
      ...(later < 0 ? [] : [[guess, `${name(later)}, the value after a later step.`]]),
    ];
  },
  local({ edge: { head, place, tail }, steps: [{ upstream, product }] }) {
    const node = nodes[head], xs = numbersInto(node, now.pass.data), out = now.pass.data[head];
    return [
      ...now.pass.locals[head].filter((x, at) => at !== place && x !== null)
        .map((x) => [x, `the other factor: the derivative by an operand that is not ${name(tail)}.`]),
      [product, "the contribution. Asked is the local derivative alone."],
      [upstream, "upstream. Asked is the local derivative."],
      [out, `the value of ${name(head)}, not how fast it changes.`],
      [functions[node.row](...xs.with(place, out))[1 + place],
        `taken at ${name(head)}, the value after this step. It is taken at ${name(tail)}.`],
      [slopeBy(head, place, xs[place], xs), `had with ${name(tail)} in the place of ${name(head)}.`],
      [xs[place], `the value of ${name(tail)}.`],
      changedSince(node.locals[place]),
    ];
  },
  contribution({ steps: [{ head, tail, place, upstream, local, before, after }] }) {
    const early = now.run.steps.filter((step) => step.tail === head)
      .flatMap((step) => [step.product, step.before]);
    return [
      [local, "the local derivative alone. Multiply it by upstream."],
      [upstream, "upstream alone. Multiply it by the local derivative."],
      ...[upstream / local, local / upstream, upstream + local].map((x) =>
        [x, "another operation on upstream and the local derivative. They are multiplied."]),
      [before ? after : NaN, "the sum already. Asked is what comes now."],
      [now.run.gradients[tail], `the gradient of ${name(tail)} after a later step.`],
      ...early.map((x) =>
        [x ? x * local : NaN, `had with a part of upstream, before all had come to ${name(head)}.`]),
      [upstream * now.pass.data[tail], `upstream times the value of ${name(tail)}, not times a derivative.`],
      changedSince((nodes[head].locals?.[place] ?? NaN) * upstream),
    ];
  },
  sum: ({ steps: [{ upstream, local, product, before }] }) => [
    [product, "the contribution alone. It is added to what was there before."],
    [before, "what was there before. The contribution is added to it."],
    ...[before - product, product - before, before * product].map((x) =>
      [x, "another operation on the two. They are added."]),
    [before + local, "had with the local derivative in the place of the contribution."],
    [before + upstream, "had with upstream in the place of the contribution."],
  ],
  column: ({ column }) => [
    ...column.map(({ head, product }) =>
      [product, `what comes from ${name(head)} alone. All rows are added.`]),
    [column.reduce((all, { local }) => all + local, 0), "had without upstream."],
  ],
};
