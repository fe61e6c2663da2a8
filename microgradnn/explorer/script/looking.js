// What the reader looks at: which inputs span the plane, which sample it goes through, which neuron is chosen.

export const looking = {
  across: 0, down: 1, // inputs
  group: 0, sample: 0, // the plane goes through it where there are more than two inputs
  neuron: undefined, // { layer, k }
  lines: "weights", // or "gradients"
  inside: "plane", // what the circles show of a neuron: its activation over the plane, or "weights"
};
const looked = [];

/** From now on `part()` is called when the reader looks at something else. */
export const whenLooked = (part) => looked.push(part);

export function look(changes) {
  Object.assign(looking, changes);
  looked.forEach((part) => part());
}
