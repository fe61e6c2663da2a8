// What the reader looks at: which inputs span the plane, which neuron is chosen, what lines and circles show.

import { groups, net } from "./reading.js";

const MOST_PLAIN = 12; // inputs

export const looking = {
  across: 0,
  down: 1,
  neuron: undefined, // { layer, k }
  lines: "weights", // or "gradients"
  inside: net.inputs > MOST_PLAIN ? "weights" : "plane", // what is shown in the circles
};
const looked = [];

/** From now on `part()` is called when the reader looks at something else. */
export const whenLooked = (part) => looked.push(part);

export function look(changes) {
  Object.assign(looking, changes);
  looked.forEach((part) => part());
}

export const isLookedAt = (layer, k) => looking.neuron?.layer === layer && looking.neuron.k === k;

function variance(input) {
  const own = groups[0].X.filter((_, k) => k % net.inputs === input);
  const mean = own.reduce((a, b) => a + b, 0) / own.length;
  return own.reduce((a, b) => a + (b - mean) ** 2, 0);
}

if (net.inputs > 2) {
  const spread = Array.from({ length: net.inputs }, (_, input) => variance(input));
  const [first, second] = [...spread.keys()].sort((a, b) => spread[b] - spread[a]);
  Object.assign(looking, { across: Math.min(first, second), down: Math.max(first, second) });
}
