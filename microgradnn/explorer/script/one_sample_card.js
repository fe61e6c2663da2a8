// The card of one sample: which one, what it is, and the way to the graph of its loss.

import { byId } from "./dom.js";
import { number } from "./numbers.js";
import { openSample, whyNoGraph } from "./sample_graph.js";
import { chooseOne, training, whenTrained } from "./training.js";

const MOST_LISTED_INPUTS = 8;

/** The inputs, target and prediction of a sample, in words. */
function sampleInWords(place) {
  const { data: { X, targets, inputs }, network: { outputs, classes } } = training;
  const row = (numbers, width) => [...numbers.subarray(place * width, (place + 1) * width)];
  const list = (numbers) => {
    const shown = numbers.slice(0, MOST_LISTED_INPUTS).map((x) => number(x));
    const more = numbers.length > shown.length ? ", …" : "";
    return numbers.length > 1 ? `(${shown.join(", ")}${more})` : shown[0];
  };
  const target = row(targets, outputs);
  return `inputs ${list(row(X, inputs))}, target ${classes ? `class ${target.indexOf(1)}` : list(target)}`;
}

function showSampleCard() {
  const { chosen } = training, why = whyNoGraph(chosen);
  if (document.activeElement !== byId("which")) byId("which").value = chosen;
  byId("about-sample").textContent = sampleInWords(chosen);
  byId("open-sample").disabled = Boolean(why);
  byId("no-graph").textContent = why && `There is no graph of this sample: ${why}`;
}

byId("which").max = training.data.size - 1;
byId("which").oninput = ({ target: { valueAsNumber: place } }) => {
  if (Number.isInteger(place) && place >= 0 && place < training.data.size) chooseOne(place);
};
byId("plane").addEventListener("dblclick", ({ target }) => {
  if (target.tagName === "CANVAS") openSample(training.chosen); // which the first click has chosen
});
byId("open-sample").onclick = () => openSample(training.chosen);
whenTrained(showSampleCard);
