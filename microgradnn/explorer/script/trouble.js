// Why a training has stopped: the sample and the node that first made a number infinite or NaN.

import { page, isNode } from "./graph.js";
import { lesson } from "./lesson.js";
import { number } from "./numbers.js";
import { lossProgram } from "./programs.js";
import { nodesOf, whyNoGraph } from "./sample_graph.js";
import { training } from "./training.js";

const isBad = (x) => !Number.isFinite(x);

/** The path of a weight, by its place in theta. */
function pathOf(place) {
  const found = (numbers) => {
    if (!Array.isArray(numbers)) return numbers === place ? "" : undefined;
    for (const [k, inner] of numbers.entries()) {
      const rest = found(inner);
      if (rest !== undefined) return `[${k}]${rest}`;
    }
    return undefined;
  };
  const paths = lesson.state.map(([name, numbers]) => [name, found(numbers)]);
  const [name, rest] = paths.find(([, path]) => path !== undefined) ?? [`parameters[${place}]`, ""];
  return name + rest;
}

/** The first sample of a batch whose loss or gradient is not finite; undefined if there is none. */
function firstBadSample(places) {
  const { rows, size } = training.data, { inputs: width } = lossProgram;
  for (let k = 0; k < (places?.length ?? size); k++) {
    const place = places ? places[k] : k;
    const row = rows.subarray(place * width, (place + 1) * width);
    const { mean, gradient } = lossProgram.valueAndGrad(row, training.theta);
    if (isBad(mean) || gradient.some(isBad)) return place;
  }
  return undefined;
}

/** What has stopped a training, in words. */
export function sentenceOf({ places, loss, error }) {
  const place = firstBadSample(places);
  const what = isBad(loss) ? `the loss is ${number(loss)}`
    : `the ${error.what} of ${pathOf(error.place)} is not finite`;
  const reasons = [what, "no weight was changed"];
  if (place === undefined) reasons.push("each sample alone is finite, and together they overflow");
  else {
    const why = whyNoGraph(place) ? "" : firstNonFinite(nodesOf(place));
    reasons.push(`sample ${place}${why && `: ${why}`}`);
  }
  return `Training has stopped in epoch ${training.losses.length + 1}: ${reasons.join("; ")}.`;
}

/** What `first_non_finite` says of a graph, the last node of which is the root; "" if all is finite. */
export function firstNonFinite(nodes) {
  const root = nodes.length - 1;
  if (isBad(nodes[root].data)) return firstInData(nodes, new Set([root]));
  const gradients = nodes.map(() => 0);
  gradients[root] = 1;
  for (let k = root; k >= 0; k--) {
    const { operands = [], locals = [] } = nodes[k];
    if (isBad(gradients[k])) {
      const became = `the gradient became ${number(gradients[k])}`;
      return `${became} at ${nodeWritten(nodes, k)}, a sum that overflowed`;
    }
    for (const [place, operand] of operands.entries()) {
      if (!isNode(operand)) continue;
      const product = locals[place] * gradients[k];
      gradients[operand] += product;
      if (!isBad(product)) continue;
      const suspects = [k, ...operands.filter(isNode)].filter((j) => isBad(nodes[j].data));
      if (suspects.length) return firstInData(nodes, new Set(suspects));
      return `the gradient became ${number(product)} at ${nodeWritten(nodes, k)}: local derivative `
        + `${number(locals[place])}, upstream ${number(gradients[k])}, operand ${place + 1}`;
    }
  }
  return "";
}

/** Follows infinite and NaN data back to the first node that made any. */
function firstInData(nodes, suspects) {
  for (let k = nodes.length - 1; k >= 0; k--) {
    if (!suspects.has(k)) continue;
    for (const x of nodes[k].operands ?? []) if (isNode(x) && isBad(nodes[x].data)) suspects.add(x);
  }
  const first = Math.min(...suspects);
  return `the data became ${number(nodes[first].data)} at ${nodeWritten(nodes, first)}`;
}

const MOST_OPERANDS = 6;

/** A node as a call with its operands' values. */
function nodeWritten(nodes, k) {
  const { name, row, operands, data } = nodes[k];
  if (!operands) return `the leaf ${name}`;
  const listed = operands.slice(0, MOST_OPERANDS).map((x) =>
    (isNode(x) ? `${nodes[x].name} = ${number(nodes[x].data)}` : number(Number(x.number))));
  if (operands.length > MOST_OPERANDS) listed.push("…");
  return `${name} = ${page.rows[row].name}(${listed.join(", ")}) = ${number(data)}`;
}
