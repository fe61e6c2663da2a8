// What the drawings read of the training: its samples, its classes, and which of them is predicted.

import { largest } from "./judging.js";
import { number } from "./numbers.js";
import { predictionsOf, training, whenTrained } from "./training.js";
import { turnOf } from "./turns.js";

export const net = training.network; // { inputs, outputs, layers, judged, … }

/** The samples that train, and those that were held out, if any. */
export const groups = [training.data, training.data.heldOut].filter(Boolean);

/** Whether there are classes: by the largest of the outputs, or by the one output. */
export const isOfClasses = net.judged === "class" || Boolean(net.judged && net.outputs === 1);
export const isByLargest = net.judged === "class";
export const classCount = isByLargest ? net.outputs : 2;
export const border = net.judged === "probability" ? 0.5 : 0; // between the two classes of one output

export const className = (k) => (net.judged === "sign" ? ["−1", "1"][k] : String(k));
export const inputName = (k) => `x${String(k + 1).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit])}`;

/** The class that a row of outputs says. */
export const classOf = (found, row = 0) =>
  (isByLargest ? largest(found, row * net.outputs, net.outputs) : Number(found[row * net.outputs] > border));

/** The class of a sample; targets are rows of probabilities, or one number that lies on a side. */
export const targetClass = ({ targets }, sample) => (isByLargest ? largest(targets, sample * net.outputs, net.outputs)
  : Number(targets[sample] > (net.judged === "sign" ? 0 : 0.5)));

export const inputsOf = ({ X }, sample) => X.subarray(sample * net.inputs, (sample + 1) * net.inputs);

/** What is predicted of a sample, and what it is, in words. */
export function predictionWords(group, sample) {
  const found = predictionsOf(inputsOf(group, sample));
  const list = (numbers) => [...numbers].map((x) => number(x, 3)).join(", ");
  if (!isOfClasses) {
    return `target ${list(group.targets.subarray(sample * net.outputs, (sample + 1) * net.outputs))}, predicted ${list(found)}`;
  }
  const is = targetClass(group, sample), found_ = classOf(found);
  return `class ${className(is)}, predicted ${className(found_)}${is === found_ ? "" : " (wrong)"}; `
    + `output ${number(isByLargest ? found[found_] : found[0], 3)}`;
}

/** What is predicted of all samples, group by group, as of the last turn. */
export const predicted = [];
const waiting = [];

/** From now on `part()` is called when there are new predictions. */
export const whenPredicted = (part) => waiting.push(part);

whenTrained(turnOf(() => {
  groups.forEach((group, k) => { predicted[k] = predictionsOf(group.X); });
  waiting.forEach((part) => part());
}));
