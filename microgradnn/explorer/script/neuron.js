// The neuron that is chosen: its weights and bias with their gradients, and what it is for the samples.

import { classColour, colours } from "./colours.js";
import { byId, element } from "./dom.js";
import { grid, rangeOf, whenGridded } from "./grid.js";
import { look, looking, whenLooked } from "./looking.js";
import { drawInside, indexOf, placeInTheta } from "./network.js";
import { inThousands, number } from "./numbers.js";
import { columnsOf } from "./places.js";
import { classCount, groups, inputName, isOfClasses, net, targetClass } from "./reading.js";
import { drawAxes, drawPath, sheetOf } from "./sheets.js";
import { activationsOf, training, whenTrained } from "./training.js";
import { turnOf } from "./turns.js";

const MOST_WEIGHTS = 24; // that are listed
const BINS = 24;
let bins; // { low, high, counts }: how often the neuron is what, by class

function showNeuron() {
  byId("about-neuron").hidden = !looking.neuron;
  if (!looking.neuron) return;
  const { layer, k } = looking.neuron, { title, count } = columnsOf()[layer + 1];
  byId("neuron-name").textContent = `${title}, neuron ${k + 1} of ${count} (${net.layers[layer].activation})`;
  listWeights(layer, k);
  countActivations(layer, k);
  spreadAgain();
}

const sizeAt = (place) => Math.abs(training.theta[place]);

/** All weights in order; of many the largest, first the largest of all. */
function listWeights(layer, k) {
  const { nin } = net.layers[layer], bias = placeInTheta(layer, k);
  const all = Array.from({ length: nin }, (_, j) =>
    ({ from: layer ? `layer ${layer}, ${j + 1}` : inputName(j), place: placeInTheta(layer, k, j) }));
  if (nin > MOST_WEIGHTS) all.sort((a, b) => sizeAt(b.place) - sizeAt(a.place)).splice(MOST_WEIGHTS);
  if (bias !== undefined) all.push({ from: "bias", place: bias });
  const most = Math.max(...all.map(({ place }) => sizeAt(place))) || 1;
  byId("neuron-weights").tBodies[0].replaceChildren(...all.map((weight) => weightRow(weight, most)));
  byId("neuron-more").textContent = nin > MOST_WEIGHTS ? `the ${MOST_WEIGHTS} largest of ${nin} weights` : "";
}

function weightRow({ from, place }, most) {
  const bar = element("i", { className: training.theta[place] < 0 ? "negative" : "" });
  bar.style.width = `${50 * sizeAt(place) / most}%`;
  const cells = [number(training.theta[place]), number(training.gradient[place], 3),
    element("span", { className: "track" }, bar)];
  return element("tr", {}, element("th", { scope: "row" }, from), ...cells.map((x) => element("td", {}, x)));
}

function countActivations(layer, k) {
  const group = groups[0], all = activationsOf(group.X), step = all.length / group.size;
  const own = all.filter((_, place) => place % step === indexOf(layer, k)), { low, high } = rangeOf(own);
  const kinds = isOfClasses ? classCount : 1, wide = high - low || 1;
  bins = { low, high: low + wide, counts: Array.from({ length: kinds }, () => new Array(BINS).fill(0)) };
  own.forEach((x, sample) => {
    const kind = isOfClasses ? targetClass(group, sample) : 0;
    bins.counts[kind][Math.min(BINS - 1, Math.floor(BINS * (x - low) / wide))]++;
  });
  const mean = own.reduce((a, b) => a + b, 0) / group.size, zeros = own.filter((x) => x === 0).length;
  byId("neuron-said").textContent = `Over ${inThousands(group.size)} samples: `
    + `from ${number(low, 3)} to ${number(high, 3)}, mean ${number(mean, 3)}`
    + `${zeros ? `; 0 for ${inThousands(zeros)}` : ""}.`;
}

/** What stands in its circle, large. */
function drawLarge(context, width) {
  if (!looking.neuron || !grid.columns) return;
  const { layer, k } = looking.neuron, half = width / 2;
  drawInside(context, { x: half, y: half, radius: half }, layer + 1, k);
}

/** Bars, those of the classes on each other. */
function drawSpread(context, width, height) {
  if (!looking.neuron || !bins) return;
  const base = new Array(BINS).fill(0);
  const { low, high, counts } = bins;
  const most = Math.max(...base.map((_, bin) => counts.reduce((total, own) => total + own[bin], 0)));
  const up = { low: 0, high: most, name: "samples", isWhole: true };
  const box = drawAxes(context, { low, high, name: "activation" }, up, width, height);
  const wide = (box.right - box.left) / BINS;
  counts.forEach((own, kind) => drawPath(context, () => own.forEach((count, bin) => {
    const top = box.y.at(base[bin] + count);
    context.rect(box.left + wide * bin + 1, top, wide - 2, box.y.at(base[bin]) - top);
    base[bin] += count;
  }), { ground: isOfClasses ? classColour(kind) : colours.accent }));
}

const neuronAgain = turnOf(showNeuron), spreadAgain = sheetOf("neuron-spread", drawSpread);
[whenTrained, whenLooked].forEach((when) => when(neuronAgain));
whenGridded(sheetOf("neuron-large", drawLarge));
byId("neuron-close").onclick = () => look({ neuron: undefined });
