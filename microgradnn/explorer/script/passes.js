// The two passes: the graph is recomputed, and the gradients go back as steps.

import { functions } from "./functions.js";
import { graph, isNode, leaves, nodes, numbersInto, page, recorded, root } from "./graph.js";

export const recordedPass = () => ({ data: recorded, locals: nodes.map((node) => node.locals) });
export const noGradients = () => nodes.map(() => 0);
export const atLeaves = (gradients) => gradients.map((x, k) => (nodes[k].operands ? 0 : x));

/** The forward pass from the leaves in `values`; it ends early where an operation has no value. */
export function forward(values) {
  const data = [], locals = [];
  for (const [k, node] of nodes.entries()) {
    if (!node.operands) {
      data[k] = values[k];
      continue;
    }
    const operands = numbersInto(node, data);
    [data[k], ...locals[k]] = functions[node.row](...operands);
    const reason = complaint(page.rows[node.row], operands, data[k]);
    if (reason) return { data, locals, failure: { node: k, operands, reason } };
  }
  return { data, locals };
}

/** Why Python would raise here, in its words; a NaN is never passed on in silence. */
function complaint(row, operands, out) {
  if (Number.isFinite(out)) return "";
  const outside = operands.findIndex((x, k) => {
    const domain = row.domain[k];
    return domain && !(domain.low <= x && x <= domain.high && !domain.excluded.includes(x));
  });
  if (outside >= 0) {
    const which = operands.length > 1 ? `operand ${outside + 1}` : "the operand";
    return `${which} must be in the domain ${row.domain[outside].text}`;
  }
  if (Number.isNaN(out)) return "the result is not a number";
  return row.overflows || !operands.every(Number.isFinite) ? "" : "the result is too large";
}

/**
 * The edges between values that are seen, in the order of the backward pass; those that are alone in
 * their box are told apart by the place of the operand. The derivative of a
 * block is summed over all ways through it that meet no other value that is seen: hidden values
 * pass on all that they have received, as in `_derivatives` of drawing/fold.py.
 */
export function edgesBetween(locals, isSeen, isAlone) {
  const found = new Map(), received = []; // the derivatives of seen values, by each value
  for (let k = root; k >= 0; k--) {
    if (isSeen(k)) {
      found.set(k, new Map());
      received[k] = new Map([[k, 1]]);
    }
    for (const [place, tail] of (nodes[k].operands ?? []).entries()) {
      if (!isNode(tail)) continue;
      for (const [head, derivative] of received[k] ?? []) {
        const local = locals[k][place] * derivative;
        if (isSeen(tail)) {
          const key = isAlone(k) ? place : `from ${tail}`, edge = found.get(head).get(key);
          if (edge) edge.local += local;
          else found.get(head).set(key, { head, tail, place, local });
        } else {
          received[tail] ??= new Map();
          received[tail].set(head, local + (received[tail].get(head) ?? 0));
        }
      }
    }
  }
  // What comes from uses that the page does not hold is there before a value passes anything on.
  return [...found].flatMap(([k, edges]) =>
    [...(graph.elsewhere[k] ? [{ tail: k, elsewhere: graph.elsewhere[k] }] : []), ...edges.values()]);
}

/**
 * The edges in the order of the boxes, the root's first: of each box those between its own outputs,
 * then those along one arrow after another. `boxOf` and `arrowOf` give a value's box, an edge's arrow.
 */
export function byArrow(edges, boxOf, arrowOf) {
  const rank = (edge) => {
    if (edge.elsewhere) return -2; // before the value passes anything on
    return boxOf(edge.head) === boxOf(edge.tail) ? -1 : arrowOf(edge);
  };
  const ranked = edges.map((edge) => ({ edge, box: boxOf(edge.head ?? edge.tail), rank: rank(edge) }));
  return ranked.sort((a, b) => b.box - a.box || a.rank - b.rank).map(({ edge }) => edge);
}

/** The steps, those that follow each other along one arrow as one: `steps` has its scalar steps. */
export function inGroups(steps, groupOf) {
  const found = [];
  for (const step of steps) {
    const group = step.kind === "edge" ? groupOf(step) : undefined, last = found.at(-1);
    if (group !== undefined && last?.group === group) last.steps.push(step);
    else found.push({ group, steps: [step] });
  }
  return found.map(({ steps: [first, ...more] }) =>
    (more.length ? { ...first, kind: "arrow", steps: [first, ...more] } : first));
}

/** The backward pass as steps. `carried` are the gradients that the leaves have already. */
export function backward({ edges: all }, { carried, order = all, overwrite = false }) {
  const gradients = [...carried];
  gradients[root] += 1;
  const steps = [{ kind: "seed", node: root, after: gradients[root] }];
  for (const edge of order) {
    const { head, tail, local, elsewhere } = edge, upstream = gradients[head];
    const product = elsewhere ? Number(elsewhere[0]) : local * upstream;
    const before = gradients[tail], after = overwrite ? product : before + product;
    gradients[tail] = after;
    steps.push({ kind: elsewhere ? "elsewhere" : "edge", edge, ...edge, upstream, product, before, after });
  }
  return { steps, gradients, carried, overwrite };
}

/** The derivative of the root by a leaf, from the root with the leaf a little larger and smaller. */
export function nudged(values, leaf) {
  const width = 1e-5 * Math.max(1, Math.abs(values[leaf]));
  const [above, below] = [width, -width].map((by) => forward(values.with(leaf, values[leaf] + by)));
  return above.failure || below.failure ? NaN : (above.data[root] - below.data[root]) / (2 * width);
}
