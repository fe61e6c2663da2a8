// Training: the state of it, one step, one epoch. Only `take` here changes the weights.
//
// The losses are those of `fit`: an epoch is a shuffle by seed · 1,000,003 + epoch, cut into batches;
// its loss is the mean over the batches, by their sizes, each before its step.

import { judge } from "./judging.js";
import { lesson } from "./lesson.js";
import { lossProgram, neuronProgram } from "./programs.js";
import { shuffled } from "./random.js";
import { optimizers, rates } from "./updates.js";

const width = lossProgram.inputs;

/** The rows that the loss program takes: inputs, then targets. */
function rowsOf({ size, X, targets }) {
  const found = new Float64Array(size * width), { inputs } = lesson, rest = width - inputs;
  for (let i = 0; i < size; i++) {
    found.set(X.subarray(i * inputs, (i + 1) * inputs), i * width);
    found.set(targets.subarray(i * rest, (i + 1) * rest), i * width + inputs);
  }
  return found;
}

const samplesWith = (given) => given && { ...given, rows: rowsOf(given) };

export const training = {
  network: { layers: lesson.layers, inputs: lesson.inputs, outputs: lesson.outputs,
    classes: lesson.classes, loss: lesson.loss, judged: lesson.judged, model: lesson.model },
  data: { ...samplesWith(lesson.train), inputs: lesson.inputs, heldOut: samplesWith(lesson.heldOut) },
  theta: lesson.theta,
  gradient: new Float64Array(lesson.theta.length), // of the last batch
  losses: [], // one an epoch, as those of a History
  accuracies: [],
  validationLosses: [],
  validationAccuracies: [],
  settings: { ...lesson.settings },
  steps: 0, // since the beginning
  done: 0, // samples of this epoch
  chosen: 0, // the sample that the page speaks of
  stopped: null, // why, if a number is not finite: { sample, loss, what }
  epochs,
};

let round; // the epoch in progress: the order of its samples, and sums over its batches
let rule, rate; // of the optimizer, made of the settings

const trainedParts = []; // what shows something of the training
let nextFrame = 0;

/** From now on `part()` is called for each frame in which something has changed. */
export const whenTrained = (part) => trainedParts.push(part);

/** Shows what has changed, now. */
export function showTrained() {
  cancelAnimationFrame(nextFrame);
  nextFrame = 0;
  trainedParts.forEach((part) => part());
}

/** Shows it in the next frame. */
export function touch() {
  nextFrame ||= requestAnimationFrame(showTrained);
}

// ---- What the network gives ---------------------------------------------------------------------

/** What the neurons give for inputs, layer by layer, row by row; of other models, the predictions. */
export const activationsOf = (X) => neuronProgram.run(X, training.theta);

/** The predictions for inputs, row by row. */
export function predictionsOf(X) {
  const all = activationsOf(X), { outputs } = lesson, count = neuronProgram.outputs;
  if (count === outputs) return all;
  const found = new Float64Array(all.length / count * outputs);
  for (let i = 0; i * outputs < found.length; i++) {
    found.set(all.subarray((i + 1) * count - outputs, (i + 1) * count), i * outputs);
  }
  return found;
}

// ---- Batches ------------------------------------------------------------------------------------

/** By how much the loss of a batch is larger than the mean over its rows. */
function scaleOf(shares, count, at) {
  if (lesson.isSum) return count;
  if (!shares) return 1;
  let total = 0;
  for (let k = 0; k < count; k++) total += shares[at(k)];
  return count / total;
}

/** The rows at some places; null for all of them. */
function rowsAt(rows, places) {
  if (!places) return rows;
  const found = new Float64Array(places.length * width);
  places.forEach((i, k) => found.set(rows.subarray(i * width, (i + 1) * width), k * width));
  return found;
}

function beginEpoch() {
  const { size } = training.data, { batchSize, seed } = training.settings;
  const order = batchSize < size ? shuffled(size, seed * 1_000_003 + training.losses.length) : null;
  round = { order, loss: 0, right: 0 };
}

/** One step: a batch forward and back, and the weights after it. Whether there was one. */
export function trainStep() {
  if (!round) beginEpoch();
  const { data, settings } = training, { order } = round;
  const places = order && order.subarray(training.done, training.done + settings.batchSize);
  const count = places ? places.length : data.size;
  const { mean, gradient, outputs } = lossProgram.valueAndGrad(rowsAt(data.rows, places), training.theta);
  const size = scaleOf(data.shares, count, (k) => (places ? places[k] : k));
  const loss = mean * size;
  if (size !== 1) gradient.forEach((x, k) => { gradient[k] = x * size; });
  if (!Number.isFinite(loss) || !take(gradient)) {
    training.stopped = { loss, gradient, places };
    return false;
  }
  training.stopped = null;
  round.loss += loss * count;
  round.right += judge(outputs, (i) => (places ? places[i] : i), data.targets) * count;
  training.done += count;
  if (training.done >= data.size) endEpoch();
  return true;
}

/** Changes the weights, against a gradient. Whether they could be. */
function take(gradient) {
  const { trained } = lesson, { theta } = training;
  const part = (x) => (trained ? Float64Array.from(trained, (place) => x[place]) : x);
  try {
    const after = rule.update(part(theta), part(gradient), rate(training.steps));
    training.theta = trained ? theta.slice() : after;
    trained?.forEach((place, k) => { training.theta[place] = after[k]; });
  } catch (error) {
    if (error.place === undefined) throw error;
    return false;
  }
  training.gradient = gradient;
  training.steps += 1;
  return true;
}

function endEpoch() {
  const { data, theta } = training, { heldOut } = data;
  training.losses.push(round.loss / data.size);
  if (lesson.judged) training.accuracies.push(round.right / data.size);
  if (heldOut) {
    const found = lossProgram.run(heldOut.rows, theta), { outputs } = lossProgram;
    let total = 0;
    for (let i = 0; i < heldOut.size; i++) total += found[i * outputs];
    training.validationLosses.push(total / heldOut.size * scaleOf(heldOut.shares, heldOut.size, (k) => k));
    if (lesson.judged) training.validationAccuracies.push(judge(found, (i) => i, heldOut.targets));
  }
  round = undefined;
  training.done = 0;
}

/** Trains n epochs at once, or until a number is not finite. */
function epochs(n) {
  const until = training.losses.length + n;
  while (training.losses.length < until && trainStep());
  touch();
}

/** Chooses the sample that the page speaks of. */
export function chooseOne(place) {
  training.chosen = place;
  touch();
}

// ---- Settings -----------------------------------------------------------------------------------

/** Changes settings; they hold from the next step on. */
export function setUp(changes) {
  Object.assign(training.settings, changes);
  const { optimizer, options, rate: given } = training.settings;
  if (!rule || "optimizer" in changes || "options" in changes) {
    const { trained, theta } = lesson;
    rule = optimizers[optimizer](options, trained ? trained.length : theta.length);
  }
  rate = rateOf(given);
  training.stopped = null;
  touch();
}

const rateOf = (given) => (given.name ? rates[given.name](given.settings) : () => given);

/** Begins again, with weights: no epochs, and an optimizer that has kept nothing. */
export function restart(theta = lesson.theta) {
  training.theta = theta;
  training.gradient = new Float64Array(theta.length);
  for (const list of ["losses", "accuracies", "validationLosses", "validationAccuracies"]) {
    training[list] = [];
  }
  Object.assign(training, { steps: 0, done: 0 });
  rule = round = undefined;
  setUp({});
}

restart();
window.training = training;
