// The neuron that is chosen: its weights and bias with their gradients, and what it is for the samples.

import { classColour, colours } from "./colours.js";
import { byId, element } from "./dom.js";
import { grid, whenGridded } from "./grid.js";
import { look, looking, whenLooked } from "./looking.js";
import { drawInside, indexOf, placeInTheta } from "./network.js";
import { columnsOf } from "./places.js";
import { number } from "./numbers.js";
import { classCount, groups, inputName, isOfClasses, net, targetClass } from "./reading.js";
import { drawAxis, axisOf, sheetOf } from "./sheets.js";
import { activationsOf, training, whenTrained } from "./training.js";
import { turnOf } from "./turns.js";

const MOST_WEIGHTS = 24; // that are listed: the largest
const BINS = 24;
let bins; // { low, high, counts by class, most, mean }

function showNeuron() {
  byId("about-neuron").hidden = !looking.neuron;
  if (!looking.neuron) return;
  const { layer, k } = looking.neuron, { nin, activation } = net.layers[layer];
  const { title, count } = columnsOf()[layer + 1];
  byId("neuron-name").textContent = `${title}, neuron ${k + 1} of ${count} (${activation})`;
  const rows = Array.from({ length: nin }, (_, j) => ({ name: sourceName(layer, j), place: placeInTheta(layer, k, j) }))
    .sort(nin > MOST_WEIGHTS ? (a, b) => sizeAt(b.place) - sizeAt(a.place) : () => 0);
  const shown = rows.slice(0, MOST_WEIGHTS), bias = placeInTheta(layer, k);
  if (bias !== undefined) shown.push({ name: "bias", place: bias });
  const most = Math.max(...shown.map(({ place }) => sizeAt(place))) || 1;
  byId("neuron-weights").tBodies[0].replaceChildren(...shown.map((row) => weightRow(row, most)));
  byId("neuron-more").textContent = nin > MOST_WEIGHTS ? `the ${MOST_WEIGHTS} largest of ${nin} weights` : "";
  countActivations(layer, k);
  spreadAgain();
}

const sizeAt = (place) => Math.abs(training.theta[place]);
const sourceName = (layer, j) => (layer ? `layer ${layer}, ${j + 1}` : inputName(j));

function weightRow({ name: of, place }, most) {
  const w = training.theta[place], bar = element("i", { className: w < 0 ? "negative" : "" });
  bar.style.width = `${50 * Math.abs(w) / most}%`;
  return element("tr", {}, element("th", { scope: "row" }, of), element("td", {}, number(w)),
    element("td", {}, training.gradient ? number(training.gradient[place], 3) : "·"),
    element("td", {}, element("span", { className: "track" }, bar)));
}

/** How often the neuron is what, by class. */
function countActivations(layer, k) {
  const group = groups[0], all = activationsOf(group.X), count = group.size;
  const neurons = all.length / count, own = Float64Array.from({ length: count }, (_, sample) =>
    all[sample * neurons + indexOf(layer, k)]);
  const low = own.reduce((a, b) => Math.min(a, b)), high = own.reduce((a, b) => Math.max(a, b));
  const kinds = isOfClasses ? classCount : 1;
  bins = { low, high: high > low ? high : low + 1, counts: Array.from({ length: kinds }, () => new Array(BINS).fill(0)) };
  own.forEach((x, sample) => {
    const bin = Math.min(BINS - 1, Math.floor(BINS * (x - low) / (bins.high - low)));
    bins.counts[kinds > 1 ? targetClass(group, sample) : 0][bin]++;
  });
  const mean = own.reduce((a, b) => a + b, 0) / count, zeros = own.filter((x) => x === 0).length;
  byId("neuron-said").textContent = `Over ${count.toLocaleString("en")} samples: from ${number(low, 3)} to `
    + `${number(high, 3)}, mean ${number(mean, 3)}${zeros ? `; 0 for ${zeros.toLocaleString("en")} of them` : ""}.`;
}

/** What stands in its circle, large. */
function drawLarge({ context, width }) {
  if (!looking.neuron || !grid.columns) return;
  const { layer, k } = looking.neuron;
  drawInside(context, { x: width / 2, y: width / 2, radius: width / 2 }, layer + 1, k);
}

/** Bars, those of the classes on each other. */
function drawSpread({ context, width, height }) {
  if (!looking.neuron || !bins) return;
  const box = { left: 40, right: width - 10, top: 28, bottom: height - 34 };
  const sums = bins.counts[0].map((_, bin) => bins.counts.reduce((sum_, counts) => sum_ + counts[bin], 0));
  const across = axisOf(bins.low, bins.high, box.left, box.right), down = axisOf(0, Math.max(...sums), box.bottom, box.top);
  drawAxis(context, across, box, false, "activation");
  drawAxis(context, down, box, true, "samples");
  const wide = (box.right - box.left) / BINS, base = new Array(BINS).fill(0);
  bins.counts.forEach((counts, kind) => {
    context.fillStyle = isOfClasses ? classColour(kind) : colours.accent;
    counts.forEach((count, bin) => {
      if (!count) return;
      const top = down.at(base[bin] + count), bottom = down.at(base[bin]);
      context.fillRect(box.left + wide * bin + 1, top, wide - 2, bottom - top);
      base[bin] += count;
    });
  });
}

const neuronAgain = turnOf(showNeuron), spreadAgain = sheetOf("neuron-spread", drawSpread);
whenGridded(sheetOf("neuron-large", drawLarge));
[whenTrained, whenLooked].forEach((when) => when(neuronAgain));
byId("neuron-close").onclick = () => look({ neuron: undefined });
