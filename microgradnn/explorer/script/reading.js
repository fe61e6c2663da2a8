// What the drawings read of the training: its samples, its classes, and which of them is predicted.

import { number } from "./numbers.js";
import { predictionsOf, training } from "./training.js";
import { turnOf } from "./turns.js";

/** The samples that train, and those that were held out, if any. */
export const groups = () => [training.data, training.data.validation].filter(Boolean);
export const countOf = (group) => group.X.length / training.network.inputs;
export const outputCount = () => training.network.outputs;

/** How outputs are judged: "classes" by the largest, "sign" and "share" by one number, or "numbers". */
export const judged = () => training.network.judged;
export const isOfClasses = () => judged() !== "numbers";
export const classCount = () => (judged() === "classes" ? outputCount() : 2);
export const border = () => (judged() === "share" ? 0.5 : 0); // between two classes

export const className = (k) => training.network.classes?.[k]
  ?? (judged() === "sign" ? ["−1", "1"][k] : String(k));
export const inputName = (k) => training.network.names?.[k] ?? `x${subscript(k + 1)}`;
const subscript = (k) => String(k).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

/** The class that the outputs of a row say. */
export function classOf(outputs, row = 0) {
  if (judged() !== "classes") return Number(outputs[row * outputCount()] > border());
  let best = 0;
  const start = row * outputCount();
  for (let k = 1; k < outputCount(); k++) if (outputs[start + k] > outputs[start + best]) best = k;
  return best;
}

/** The class of a sample; targets are classes, rows of probabilities, or signs. */
export function targetClass(group, sample) {
  const width = group.y.length / countOf(group);
  if (width > 1) return classOf(group.y, sample);
  return judged() === "classes" ? group.y[sample] : Number(group.y[sample] > border());
}

export const inputsOf = (group, sample) =>
  group.X.subarray(sample * training.network.inputs, (sample + 1) * training.network.inputs);

/** What is predicted of a sample, and what it is, in words. */
export function predictionWords(group, sample) {
  const outputs = predictionsOf(inputsOf(group, sample));
  const written = [...outputs].map((x) => number(x, 3)).join(", ");
  if (!isOfClasses()) return `target ${[...targetsOf(group, sample)].map((x) => number(x, 3)).join(", ")}, predicted ${written}`;
  const is = targetClass(group, sample), said = classOf(outputs);
  return `class ${className(is)}, predicted ${className(said)}${is === said ? "" : " (wrong)"}; output ${written}`;
}

export function targetsOf(group, sample) {
  const width = group.y.length / countOf(group);
  return group.y.subarray(sample * width, (sample + 1) * width);
}

/** What is predicted of all samples, group by group, as of the last turn. */
export const predicted = [];
const waiting = [];

/** From now on `part()` is called when there are new predictions. */
export const whenPredicted = (part) => waiting.push(part);

export const predictAgain = turnOf(() => {
  groups().forEach((group, k) => { predicted[k] = predictionsOf(group.X); });
  waiting.forEach((part) => part());
});
