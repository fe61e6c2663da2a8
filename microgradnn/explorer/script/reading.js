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

export const className = (k) => (net.judged === "sign" ? ["−1", "1", "neither"][k] : String(k));
export const inputName = (k) => `x${String(k + 1).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit])}`;

/** The class that a row of outputs says; a score of 0 says neither −1 nor 1, as `fit` judges it. */
export function classOf(found, row = 0) {
  if (isByLargest) return largest(found, row * net.outputs, net.outputs);
  const x = found[row * net.outputs];
  return net.judged === "sign" && !x ? classCount : Number(x > border);
}

/** The class of a sample; targets are rows of probabilities, or one number that lies on a side. */
export const targetClass = ({ targets: is }, sample) => (isByLargest
  ? largest(is, sample * net.outputs, net.outputs) : Number(is[sample] > (net.judged === "sign" ? 0 : 0.5)));

export const inputsOf = ({ X }, sample) => X.subarray(sample * net.inputs, (sample + 1) * net.inputs);

/** What is predicted of a sample, and what it is, in words. */
export function predictionWords(group, sample) {
  const found = predictionsOf(inputsOf(group, sample));
  const list = (numbers) => [...numbers].map((x) => number(x, 3)).join(", ");
  if (!isOfClasses) {
    const target = group.targets.subarray(sample * net.outputs, (sample + 1) * net.outputs);
    return `target ${list(target)}, predicted ${list(found)}`;
  }
  const is = targetClass(group, sample), said_ = classOf(found);
  return `class ${className(is)}, predicted ${className(said_)}${is === said_ ? "" : " (wrong)"}; `
    + `output ${number(isByLargest ? found[said_] : found[0], 3)}`;
}

// ---- All samples ---------------------------------------------------------------------------------

const WORK_ON_SAMPLES = 600_000; // multiplications of a turn: of very many samples it takes several turns
const slice = Math.max(50, Math.floor(WORK_ON_SAMPLES / training.theta.length));

/** What is predicted of all samples, group by group, when last all had been. */
export const predicted = [];
const waiting = [];
let underWay = { group: 0, sample: 0, isOld: false, found: [] };

/** From now on `part()` is called when there are new predictions. */
export const whenPredicted = (part) => waiting.push(part);

function predictSome() {
  const { group, sample, found } = underWay, { X, size } = groups[group];
  found[group] ??= new Float64Array(size * net.outputs);
  const end = Math.min(size, sample + slice);
  found[group].set(predictionsOf(X.subarray(sample * net.inputs, end * net.inputs)), sample * net.outputs);
  Object.assign(underWay, end < size ? { sample: end } : { group: group + 1, sample: 0 });
  if (underWay.group < groups.length) return predictAgain();
  const { isOld } = underWay;
  underWay = { group: 0, sample: 0, isOld: false, found: [] };
  Object.assign(predicted, found);
  waiting.forEach((part) => part());
  if (isOld) predictAgain();
}

const predictAgain = turnOf(predictSome);
whenTrained(() => {
  underWay.isOld = underWay.group + underWay.sample > 0; // some are of other weights: once more, then
  predictAgain();
});
