// The questions of the quiz: what is asked at a step, and the answer.

import { isAlone, name } from "./boxes.js";
import { functions } from "./functions.js";
import { isNode, nodes, root } from "./graph.js";
import { hasSlope } from "./mathml.js";
import { now } from "./now.js";

export const derivative = (of, by) => `∂${of}/∂${by}`;

/** What is not finite cannot be worked out, so it is not asked. */
export function question(kind, id, answer, asks, about) {
  return Number.isFinite(answer) ? [{ kind, key: `${kind}-${id}`, answer, asks, ...about }] : [];
}

/** The questions of a step, one after another. */
export function questionsOf(step) {
  return questionsAt[step.kind]?.(step) ?? [];
}

/**
 * A block's outputs come from values that are not seen, a long operation has more operands than are
 * written, and one of the user's own has no formula here: these are not asked.
 */
function valueQuestions({ node }) {
  if (!isAlone(node) || !functions[nodes[node].row] || !nodes[node].words.some(isNode)) return [];
  return question("value", node, now.pass.data[node], `What is ${name(node)}?`, { node });
}

/**
 * The derivative of a block is a sum over ways through it that are not seen: it is given. A product
 * of which one factor is 1 or 0, or a sum of which one term is 0, stands on the page already.
 */
function edgeQuestions(step) {
  const { head, tail, place, edge, upstream, local, product, before, after } = step;
  const from = name(head), to = name(tail), id = `${head}-${place}-${tail}`, about = { edge, steps: [step] };
  const isLast = now.run.steps.findLast((other) => other.tail === tail) === step;
  return [
    ...(isAlone(head) && hasSlope(head, place)
      ? question("local", id, local, `What is ${derivative(from, to)}?`, about) : []),
    ...(product !== upstream && product !== local
      ? question("contribution", id, product, `What does ${to} receive from ${from}?`, about) : []),
    ...(isLast && after !== before && after !== product
      ? question("sum", tail, after, `What is ${derivative(name(root), to)} now?`, about) : []),
  ];
}

/** By kinds of steps; a module that adds a kind of step adds its questions. */
export const questionsAt = { forward: valueQuestions, edge: edgeQuestions };
