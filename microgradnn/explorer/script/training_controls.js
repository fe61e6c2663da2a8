// The controls of the training: play, one trainStep, one epoch, and its settings.

import { byId } from "./dom.js";
import { number } from "./numbers.js";
import { restart, showTrained, trainStep, touch, training, whenTrained } from "./training.js";

let isPlaying = false;

const MOST_A_FRAME = 10; // milliseconds of steps

function playOn() {
  if (!isPlaying) return;
  const until = performance.now() + MOST_A_FRAME;
  while (performance.now() < until) if (!trainStep()) isPlaying = false;
  showTrained();
  requestAnimationFrame(playOn);
}

byId("train").onclick = () => {
  isPlaying = !isPlaying;
  playOn();
};
byId("train-batch").onclick = () => { trainStep(); touch(); };
byId("train-epoch").onclick = () => training.epochs(1);
byId("restart").onclick = () => restart();

whenTrained(() => {
  byId("epoch").value = `epoch ${training.losses.length}`;
  byId("loss-now").value = training.losses.length ? `loss ${number(training.losses.at(-1))}` : "";
});
