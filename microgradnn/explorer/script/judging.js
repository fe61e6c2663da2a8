// The share of predictions that are right, for the losses of classes.

import { lesson } from "./lesson.js";

const inRow = 1 + lesson.outputs; // numbers that the loss program gives of a sample, the loss first

/** Whether an output is right of its target; a score of 0 is on neither side. */
export const rightBy = {
  probability: (p, target) => (p > 0.5) === (target > 0.5),
  logit: (z, target) => (z > 0) === (target > 0.5),
  sign: (score, target) => score * target > 0,
};

/** The place of the largest of some numbers, the first of equal ones. */
export function largest(numbers, start, count) {
  let best = start;
  for (let k = start + 1; k < start + count; k++) if (numbers[k] > numbers[best]) best = k;
  return best - start;
}

/** The share that is right of what the loss program gives; `placeOf(i)` is the sample of row i. */
export function judge(found, placeOf, targets) {
  if (!lesson.judged) return 0;
  const { outputs } = lesson, size = found.length / inRow, rule = rightBy[lesson.judged];
  let right = 0;
  for (let i = 0; i < size; i++) {
    const at = placeOf(i) * outputs;
    if (!rule) right += largest(found, i * inRow + 1, outputs) === largest(targets, at, outputs);
    else {
      for (let k = 0; k < outputs; k++) right += rule(found[i * inRow + 1 + k], targets[at + k]) / outputs;
    }
  }
  return right / size;
}
