// The questions of the quiz: what is asked at a step, what is known then, and the answer.

import { isAlone, name } from "./boxes.js";
import { functions } from "./functions.js";
import { isNode, nodes, root } from "./graph.js";
import { hasSlope, slopeHint, valueHint } from "./mathml.js";
import { now } from "./now.js";
import { isWritten } from "./passes.js";

export const derivative = (of, by) => `∂${of}/∂${by}`;

/** The questions of a step, one after another. What is not finite cannot be worked out. */
export function questionsOf(step) {
  const { kind } = step;
  const found = kind === "forward" ? valueQuestion(step.node)
    : kind === "edge" ? [...localQuestion(step), ...contributionQuestion(step), ...sumQuestion(step)]
    : kind === "arrow" ? columnQuestion(step) : [];
  return found.filter(({ answer }) => Number.isFinite(answer));
}

/**
 * A block's outputs come from values that are not seen, a long operation has more operands than are
 * written, and one of the user's own has no formula here: these are not asked.
 */
function valueQuestion(k) {
  const node = nodes[k];
  if (!isAlone(k) || !functions[node.row] || !node.words.some(isNode)) return [];
  return [{ kind: "value", key: `value ${k}`, node: k, answer: now.pass.data[k],
    asks: `What is ${name(k)}?`, given: "Its operands are known.", hint: () => valueHint(k) }];
}

/** The derivative of a block is a sum over ways through it that are not seen: it is given. */
function localQuestion(step) {
  const { head, tail, place, edge, local } = step;
  if (!isAlone(head) || !hasSlope(head, place)) return [];
  return [{ kind: "local", key: `local ${head} ${place}`, edge, steps: [step], answer: local,
    asks: `How much does ${name(head)} change with ${name(tail)}: ${derivative(name(head), name(tail))}?`,
    given: `The values are known, and how ${name(head)} is computed.`, hint: () => slopeHint(head, place) }];
}

/** Where one factor is 1 or 0 the product stands on the page already, as the other factor or as 0. */
function contributionQuestion(step) {
  const { head, tail, place, upstream, local, product } = step;
  if (product === upstream || product === local) return [];
  return [{ kind: "contribution", key: `contribution ${head} ${place} ${tail}`, steps: [step],
    answer: product, asks: `What does ${name(tail)} receive from ${name(head)}?`,
    given: "Upstream and the local derivative are known.", hint: () => ["upstream × local"] }];
}

/** Asked at the last contribution; where one term is 0 the sum stands on the page already. */
function sumQuestion(step) {
  const { tail, before, product, after } = step, gradient = derivative(name(root), name(tail));
  const isLast = now.run.steps.findLast((other) => other.tail === tail) === step;
  if (!isLast || now.run.overwrite || after === before || after === product) return [];
  return [{ kind: "sum", key: `sum ${tail}`, steps: [step], answer: after,
    asks: `What is ${gradient} now?`, given: "This was the last contribution; what was there is known.",
    hint: () => ["before + contribution"] }];
}

/** Of an arrow of several contributions one column is asked, if the table has numbers to multiply. */
function columnQuestion({ steps }) {
  const { tail } = steps[0], column = steps.filter((step) => step.tail === tail);
  if (!isWritten(steps)) return [];
  return [{ kind: "contribution", key: `column ${steps[0].head} ${tail}`, steps, column,
    answer: column.reduce((sum, { product }) => sum + product, 0),
    asks: `What does ${name(tail)} receive along this arrow?`,
    given: "Every upstream and local derivative is known.",
    hint: () => ["upstream × local, row by row, and added"] }];
}
