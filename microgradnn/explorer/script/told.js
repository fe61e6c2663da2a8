// What may be told at this moment. Whatever writes a number of the graph asks here first.
//
// Without the quiz everything may be told. With it only what the steps taken have told, but for what
// is asked and what would give that away.

import { leaves } from "./graph.js";
import { now } from "./now.js";

let tally; // what the steps taken have told: values, gradients so far, edges

export function lookAround() {
  const computed = new Set(leaves), received = new Map(), edges = new Set();
  leaves.filter((k) => now.run?.carried[k]).forEach((k) => received.set(k, now.run.carried[k]));
  for (const step of now.steps.slice(0, now.position)) {
    const { kind, node, steps = [step] } = step;
    if (kind === "forward") now.boxes[now.places[node]].members.forEach((k) => computed.add(k));
    else if (kind !== "failure") {
      for (const { tail, after, edge } of steps) {
        received.set(tail ?? node, after);
        edges.add(edge); // the seed has none
      }
    }
  }
  const left = now.quiz && now.run ? now.run.steps.filter(({ edge }) => !edges.has(edge)) : [];
  const growing = new Set(left.map(({ tail, node }) => tail ?? node)); // gradients
  tally = { computed, received, edges, growing };
  return tally;
}

const isAsked = (kind) => now.question?.kind === kind;

/** Whether a number may be told: one of a value, of an edge, of a step. */
export const told = {
  data: (k) => !now.quiz || (tally.computed.has(k) && now.question?.node !== k),
  slope: (edge) => told.upstream({ edge }) && !(isAsked("local") && now.question.edge === edge),
  upstream: ({ edge }) => !now.quiz || tally.edges.has(edge),
  product: (step) => told.upstream(step) && (isAsked("sum") || !now.question?.steps?.includes(step)),
  soFar: (k) => !now.question?.steps?.some(({ tail }) => tail === k),
  gradient: (k) => told.all() || (tally.received.has(k) && !tally.growing.has(k) && told.soFar(k)),
  all: () => !now.quiz || (now.position === now.steps.length && !now.question),
};

/** A text of what may be told, and what stands in its place otherwise. */
export const veiled = (isTold, text) => (isTold ? text : "?");
