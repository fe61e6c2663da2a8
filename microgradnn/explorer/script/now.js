// What the page is showing at this moment. Other modules read it and write it; it does nothing.

import { leaves, nodes, recorded } from "./graph.js";
import { noGradients } from "./passes.js";

// What a leaf is, by its label: w.0, layers.0.neurons.1.b and w₁₂ are parameters; x1 and target are not.
const PATH = /(^|\.)(w|weight|embedding)(\.\d+)+$|\.(b|bias|gain|shift)(\.\d+)?$/;
const WEIGHT = /^(w|θ|theta|weight)[^\p{L}]*$/iu;
const BIAS = /^(b|bias)[^\p{L}]*$/iu;
const GIVEN = /^(x|y|t|in|inputs?|targets?|labels?|features?|data|sample)[^\p{L}]*$/iu;

/** The leaves that are parameters by their labels; where none are, those that are not given data. */
function learning() {
  const labels = nodes.map(({ name, label = name }) => label);
  const called = (...patterns) => leaves.filter((k) => patterns.some((x) => x.test(labels[k])));
  if (called(PATH, WEIGHT).length) return called(PATH, WEIGHT, BIAS);
  const given = new Set(called(GIVEN));
  return leaves.filter((k) => !given.has(k));
}

export const now = {
  values: [], // of the leaves
  carried: [], // into this pass, where zero_grad() was left out
  mistake: undefined, // the wrong program that is stepped through, if any: see mistakes.js
  position: 0, // steps that were taken
  wanted: 0, // those that would be, if all could be
  pass: undefined, // the forward pass: data, local derivatives, the edges between what is seen
  right: undefined, // the backward pass
  run: undefined, // the backward pass that is stepped through, which a mistake changes
  steps: [],
  gradients: [], // of all values, also of those inside folded blocks
  differences: [], // of the leaves that are listed: their gradients again, from nudging
  view: undefined, // the picture: which blocks are folded,
  boxes: [],
  arrows: [],
  places: [], // in which of its boxes values are
  listed: [], // the leaves in the table
  quiz: false, // whether it asks
  question: undefined, // the one that is open
  answered: new Map(), // by the keys of questions how they were: 0 at once, 1 with help, 2 shown
  learning: new Set(), // the leaves that gradient descent changes at the start,
  trained: new Set(), // and those that it changes by now
};

/** Takes up the graph that is shown from now on, as it was recorded. */
export function begin() {
  now.values = recorded;
  now.carried = noGradients();
  now.mistake = undefined;
  now.learning = new Set(learning());
  now.trained = new Set(now.learning);
}
