// Training: the state of it, one step, one epoch. The weights are changed by `setWeights` alone.
//
// The losses are those of `fit`: an epoch is a shuffle by seed · 1,000,003 + epoch, cut into batches;
// its loss is the mean over the batches, by their sizes, each before its step.

import { judge } from "./judging.js";
import { lesson } from "./lesson.js";
import { lossProgram, neuronProgram } from "./programs.js";
import { shuffled } from "./random.js";
import { optimizers, rateOf } from "./updates.js";

const width = lossProgram.inputs;
const sizeOfStep = lesson.trained?.length ?? lesson.theta.length;
const MOST_AT_ONCE = 2e5; // rows times weights of a part of a batch, which take some milliseconds

/** The rows that the loss program takes: inputs, then targets. */
function rowsOf({ size, X, targets }) {
  const found = new Float64Array(size * width), { inputs } = lesson, rest = width - inputs;
  for (let i = 0; i < size; i++) {
    found.set(X.subarray(i * inputs, (i + 1) * inputs), i * width);
    found.set(targets.subarray(i * rest, (i + 1) * rest), i * width + inputs);
  }
  return found;
}

const withRows = (given) => given && { ...given, rows: rowsOf(given) };

export const training = {
  network: { layers: lesson.layers, inputs: lesson.inputs, outputs: lesson.outputs, judged: lesson.judged },
  data: { ...withRows(lesson.train), inputs: lesson.inputs, heldOut: withRows(lesson.heldOut) },
  theta: lesson.theta,
  gradient: new Float64Array(lesson.theta.length), // of the last batch
  isStepped: false, // whether there was one
  losses: [], // one an epoch, as those of a History
  accuracies: [],
  validationLosses: [],
  validationAccuracies: [],
  settings: { ...lesson.settings },
  steps: 0, // since the beginning
  done: 0, // samples of this epoch
  chosen: 0, // the sample that the page speaks of
  stopped: null, // the batch that gave no finite step: { places, loss, gradient, error }
  epochs,
  rateNow: () => ratesOfGroups[0](training.steps), // the learning rate of the next step
};

let round; // the epoch in progress: the order of its samples, and sums over its batches
let batch; // the batch in progress: its places, and sums over its rows
let rule; // how weights move, made of the settings
let kept; // by the optimizer at the beginning
let ratesOfGroups; // and how far in each group

// ---- Who shows it --------------------------------------------------------------------------------

const trainedParts = [];
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

// ---- What the network gives ----------------------------------------------------------------------

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

// ---- Steps ---------------------------------------------------------------------------------------

/** By how much the loss of a batch is larger than the mean over its rows; `at(k)` is a place. */
function scaleOf(shares, count, at) {
  if (lesson.isSum) return count;
  if (!shares) return 1;
  let total = 0;
  for (let k = 0; k < count; k++) total += shares[at(k)];
  return count / total;
}

function beginBatch() {
  const { data: { size }, settings: { batchSize, seed }, done, losses } = training;
  round ??= { loss: 0, right: 0,
    order: batchSize < size ? shuffled(size, seed * 1_000_003 + losses.length) : null };
  const places = round.order && round.order.subarray(done, done + batchSize);
  batch = { places, count: places ? places.length : size, from: 0, loss: 0, right: 0,
    gradient: new Float64Array(training.theta.length) };
}

/** Some rows of the batch in progress, in its order. */
function rowsFrom(from, to) {
  const { rows } = training.data, { places } = batch;
  if (!places) return rows.subarray(from * width, to * width);
  const found = new Float64Array((to - from) * width);
  for (let k = from; k < to; k++) {
    found.set(rows.subarray(places[k] * width, (places[k] + 1) * width), (k - from) * width);
  }
  return found;
}

/** Computes a part of a batch, and takes the step after the last one: whether it did. */
export function work() {
  if (!batch) beginBatch();
  const { places, count, from } = batch, { theta, data } = training;
  const place = (k) => (places ? places[k] : k);
  const to = Math.min(count, from + Math.max(16, Math.floor(MOST_AT_ONCE / theta.length)));
  const { mean, gradient, outputs } = lossProgram.valueAndGrad(rowsFrom(from, to), theta);
  const share = (to - from) / count;
  batch.loss += mean * share;
  batch.right += judge(outputs, (i) => place(from + i), data.targets) * (to - from);
  for (let k = 0; k < gradient.length; k++) batch.gradient[k] += gradient[k] * share;
  batch.from = to;
  if (to < count) return false;
  const scale = scaleOf(data.shares, count, place), { loss, gradient: sum } = batch;
  takeStep(loss * scale, scale === 1 ? sum : sum.map((x) => x * scale));
  return true;
}

/** Takes one step, if all numbers are finite. */
export function trainStep() {
  let isTaken = false;
  while (!isTaken) isTaken = work();
}

function takeStep(loss, gradient) {
  const { places, count, right } = batch;
  batch = undefined;
  const error = Number.isFinite(loss) ? refusal(gradient) : {};
  training.stopped = error ? { places, loss, gradient, error } : null;
  if (error) return;
  Object.assign(training, { gradient, isStepped: true });
  training.steps += 1;
  training.done += count;
  round.loss += loss * count;
  round.right += right;
  if (training.done >= training.data.size) endEpoch();
}

/** Changes the weights against a gradient; or gives the optimizer's reason not to. */
function refusal(gradient) {
  const { trained } = lesson, { theta } = training;
  const part = (x) => (trained ? Float64Array.from(trained, (place) => x[place]) : x);
  try {
    const rates = ratesOfGroups.map((rateAt) => rateAt(training.steps));
    const after = rule.update(part(theta), part(gradient), rates);
    const all = trained ? theta.slice() : after;
    trained?.forEach((place, k) => { all[place] = after[k]; });
    setWeights(all);
    return null;
  } catch (error) {
    if (error.place === undefined) throw error;
    return { what: error.what, place: trained ? trained[error.place] : error.place };
  }
}

function endEpoch() {
  const { data: { size, heldOut }, theta } = training;
  training.losses.push(round.loss / size);
  if (lesson.judged) training.accuracies.push(round.right / size);
  if (heldOut) {
    const found = lossProgram.run(heldOut.rows, theta), { outputs } = lossProgram;
    let total = 0;
    for (let i = 0; i < heldOut.size; i++) total += found[i * outputs];
    training.validationLosses.push(total / heldOut.size * scaleOf(heldOut.shares, heldOut.size, (k) => k));
    if (lesson.judged) training.validationAccuracies.push(judge(found, (i) => i, heldOut.targets));
  }
  const decisive = (heldOut ? training.validationLosses : training.losses).at(-1);
  for (const rate of ratesOfGroups) rate.see(decisive);
  round = undefined;
  training.done = 0;
}

/** Trains n epochs at once, or until a number is not finite. */
function epochs(n) {
  const until = training.losses.length + n;
  do trainStep(); while (training.losses.length < until && !training.stopped);
  touch();
}

// ---- What the reader sets ------------------------------------------------------------------------

function setWeights(theta) {
  training.theta = theta;
}

/** Chooses the sample that the page speaks of. */
export function chooseOne(place) {
  training.chosen = place;
  touch();
}

/** Changes settings; they hold from the next batch on. */
export function setUp(changes) {
  Object.assign(training.settings, changes);
  const { optimizer: name, groups } = training.settings;
  if (!rule) rule = optimizers[name](groups, sizeOfStep, kept);
  else if ("optimizer" in changes) rule = optimizers[name](groups, sizeOfStep);
  rule.settings.forEach((own, k) => Object.assign(own, groups[k]));
  if (!ratesOfGroups || "rates" in changes) ratesOfGroups = training.settings.rates.map(rateOf);
  training.stopped = null;
  touch();
}

/** Moves the inputs of all samples; `amount(k)` is by how much, asked for each input k in turn. */
export function moveInputs(amount) {
  const { data } = training;
  for (const [clean, samples] of [[lesson.train, data], [lesson.heldOut, data.heldOut]]) {
    if (!samples) continue;
    samples.X = clean.X.map((x, i) => x + amount(i % lesson.inputs));
    samples.rows = rowsOf(samples);
  }
  batch = undefined;
  touch();
}

/**
 * Begins again with these weights: without epochs, and with what the optimizer has kept in Python; or
 * with the figures of epochs that are past, and an optimizer that begins anew.
 */
export function restart(theta = lesson.theta, past = undefined) {
  setWeights(theta);
  training.gradient = new Float64Array(theta.length);
  for (const list of ["losses", "accuracies", "validationLosses", "validationAccuracies"]) {
    training[list] = past?.[list] ?? [];
  }
  kept = past ? {} : lesson.kept ?? {};
  Object.assign(training, { isStepped: false, steps: kept.steps ?? 0, done: 0 });
  rule = ratesOfGroups = round = batch = undefined;
  setUp({});
}

restart();
window.training = training;
