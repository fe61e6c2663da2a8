// The controls of the training: play and pause, one step, one epoch, how fast, from the beginning.

import { byId } from "./dom.js";
import { inThousands, number, percent } from "./numbers.js";
import { whenOpened } from "./sample_graph.js";
import { weightsToBegin } from "./training_settings.js";
import { restart, showTrained, touch, trainStep, training, whenTrained, work } from "./training.js";
import { sentenceOf } from "./trouble.js";

const STEPPING = 7; // milliseconds of steps in a frame, less what is shown at once takes
const LEAST_STEPPING = 3; // however long that takes

let isTraining = false;
let due = 0; // steps that the chosen speed allows by now
let shownAt = 0; // the moment of the frame before
let explained = null; // what was said of last, of all that stopped the training
let drawTime = 0; // milliseconds that showing takes

/** Says something that is read out, too. */
export function announce(text) {
  byId("said").textContent = text;
}

function progress() {
  const { losses, accuracies, validationLosses, validationAccuracies, done, data } = training;
  const figures = [`epoch ${inThousands(losses.length)}`];
  if (done) figures.push(`${inThousands(done)} of ${inThousands(data.size)} samples of the next`);
  if (losses.length) figures.push(`loss ${number(losses.at(-1))}`);
  if (accuracies.length) figures.push(`accuracy ${percent(accuracies.at(-1))}`);
  if (validationLosses.length) figures.push(`held out: loss ${number(validationLosses.at(-1))}`);
  if (validationAccuracies.length) figures.push(`accuracy ${percent(validationAccuracies.at(-1))}`);
  return figures.join(" · ");
}

// ---- Playing -------------------------------------------------------------------------------------

function playFrame(moment) {
  if (!isTraining) return;
  requestAnimationFrame(playFrame);
  const { data: { size }, settings: { batchSize } } = training;
  const pace = Number(byId("pace").value) * Math.ceil(size / batchSize); // steps a second
  due = pace === Infinity ? pace : Math.min(due + pace * (moment - shownAt) / 1000, Math.max(1, pace / 5));
  shownAt = moment;
  const start = performance.now(), most = Math.max(LEAST_STEPPING, STEPPING - drawTime);
  let isNew = false;
  while (due >= 1 && !training.stopped && performance.now() - start < most) {
    if (!work()) continue;
    isNew = true;
    due -= 1;
  }
  if (isNew) {
    const before = performance.now();
    showTrained();
    drawTime += (performance.now() - before - drawTime) / 4;
  }
  if (training.stopped) setTraining(false);
}

/** Plays, or pauses. */
export function setTraining(isOn) {
  if (isTraining === isOn) return;
  isTraining = isOn;
  byId("train").textContent = isOn ? "Pause" : "Play";
  if (isOn) {
    training.stopped = null;
    due = 1;
    shownAt = performance.now();
    announce("");
    requestAnimationFrame(playFrame);
  } else reportProgress();
}

/** Says where the training is; why it has stopped is said by `showProgress`. */
function reportProgress() {
  if (!training.stopped) announce(`${progress()}.`);
  touch();
}

function showProgress() {
  byId("progress").value = progress();
  if (training.stopped && training.stopped !== explained) announce(sentenceOf(training.stopped));
  explained = training.stopped;
}

byId("train").onclick = () => setTraining(!isTraining);
byId("train-batch").onclick = () => {
  setTraining(false);
  trainStep();
  reportProgress();
};
byId("train-epoch").onclick = () => {
  setTraining(false);
  training.epochs(1);
  reportProgress();
};
byId("restart").onclick = () => {
  setTraining(false);
  restart(weightsToBegin());
  announce("At the beginning again.");
};
whenTrained(showProgress);
whenOpened(() => setTraining(false)); // its numbers are those of this moment
