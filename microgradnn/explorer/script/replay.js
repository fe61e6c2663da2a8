// A training that was recorded: its weights, epoch by epoch.

import { byId } from "./dom.js";
import { lesson } from "./lesson.js";
import { restart } from "./training.js";
import { setTraining } from "./training_controls.js";

const recordedTraining = lesson.history;
const EPOCHS_A_SECOND = 10;
let replaying = 0;

/** Shows the weights and the figures after some epochs, the first being 1. */
export function showEpoch(count) {
  const { losses, metrics, weights } = recordedTraining, size = lesson.theta.length;
  setTraining(false);
  restart(weights.slice((count - 1) * size, count * size), {
    losses: losses.slice(0, count),
    accuracies: (metrics.accuracy ?? []).slice(0, count),
    validationLosses: (metrics.validation_loss ?? []).slice(0, count),
    validationAccuracies: (metrics.validation_accuracy ?? []).slice(0, count),
  });
  byId("past-epoch").value = count;
  byId("past-shown").value = `${count} of ${losses.length}`;
}

function replayOn(isOn) {
  clearInterval(replaying);
  replaying = isOn ? setInterval(() => {
    const count = byId("past-epoch").valueAsNumber;
    if (count < recordedTraining.losses.length) showEpoch(count + 1);
    else replayOn(false);
  }, 1000 / EPOCHS_A_SECOND) : 0;
  byId("past-play").textContent = isOn ? "Pause" : "Replay";
}

byId("replay").hidden = false;
byId("past-epoch").max = recordedTraining.losses.length;
byId("past-epoch").oninput = ({ target }) => {
  replayOn(false);
  showEpoch(target.valueAsNumber);
};
byId("past-play").onclick = () => {
  if (!replaying && byId("past-epoch").valueAsNumber === recordedTraining.losses.length) showEpoch(1);
  replayOn(!replaying);
};
byId("train").addEventListener("click", () => replayOn(false), true);
showEpoch(recordedTraining.losses.length);
