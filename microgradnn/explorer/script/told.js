// What may be told at this moment. Whatever writes a number of the graph asks here first.
//
// Without the quiz everything may be told. With it only what the steps taken have told, but for what
// is asked and what would give that away.

import { leaves } from "./graph.js";
import { now } from "./now.js";

let tally; // what the steps taken have told

/** Takes stock of what they have told: values, gradients so far, edges; `waiting` gradients grow on. */
export function lookAround() {
  const computed = new Set(leaves), received = new Map(), edges = new Set(), taken = new Set();
  leaves.filter((k) => now.run?.carried[k]).forEach((k) => received.set(k, now.run.carried[k]));
  for (const step of now.steps.slice(0, now.position)) {
    const { kind, node, steps = [step] } = step;
    if (kind === "forward") now.boxes[now.places[node]].members.forEach((k) => computed.add(k));
    else if (kind !== "failure") {
      for (const one of steps) {
        received.set(one.tail ?? node, one.after);
        edges.add(one.edge);
        taken.add(one);
      }
    }
  }
  const left = now.quiz && now.run ? now.run.steps.filter((step) => !taken.has(step)) : [];
  tally = { computed, received, edges, taken, waiting: new Set(left.map(({ tail, node }) => tail ?? node)) };
  return tally;
}

const isAsked = (...kinds) => kinds.includes(now.question?.kind);
const isInQuestion = (step) => Boolean(now.question?.steps?.includes(step));

/** Whether a number may be told. */
export const told = {
  data: (k) => !now.quiz || (tally.computed.has(k) && !(isAsked("value") && now.question.node === k)),
  slope: (edge) => !now.quiz || (tally.edges.has(edge) && !(isAsked("local") && now.question.edge === edge)),
  slopeAt: (k, place) => !now.quiz
    || told.slope(now.pass.edges?.find((edge) => edge.head === k && edge.place === place)),
  upstream: (step) => !now.quiz || tally.taken.has(step),
  product: (step) => told.upstream(step) && (isAsked("sum") || !isInQuestion(step)),
  soFar: (k) => !now.question?.steps?.some(({ tail }) => tail === k),
  gradient: (k) => told.all() || (tally.received.has(k) && !tally.waiting.has(k) && told.soFar(k)),
  all: () => !now.quiz || (now.position === now.steps.length && !now.question),
};

/** A text of what may be told, and what stands in its place otherwise. */
export const veiled = (isTold, text) => (isTold ? text : "?");
