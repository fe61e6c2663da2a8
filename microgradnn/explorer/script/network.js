// The network: circles by layers with what they compute inside, and lines for the weights.

import { colours, heatOf } from "./colours.js";
import { byId } from "./dom.js";
import { grid, whenGridded } from "./grid.js";
import { looking, whenLooked } from "./looking.js";
import { number } from "./numbers.js";
import { columnsOf, isBlock, placesOf } from "./places.js";
import { groups, inputName, inputsOf } from "./reading.js";
import { sheetOf } from "./sheets.js";
import { training, whenTrained } from "./training.js";

const MOST_LINES = 800; // between two layers; of more, the largest are drawn
const LEVELS = 8; // of width: lines of a level are one stroke
const WIDEST = 5; // pixels
const DASH = [5, 3];
const tiles = document.createElement("canvas"); // one below the other, what the neurons are on the grid
export let places = []; // of the units that are drawn, column by column

/** Where in theta the weight of a neuron for an input, or its bias (no input), stands. */
export function placeInTheta(layer, neuron, input) {
  const { weights, bias } = training.network.layers[layer];
  if (input === undefined) return bias ? bias[0] + neuron * bias[1] : undefined;
  return weights[0] + neuron * weights[1] + input;
}

/** The number of an activation among all neurons. */
export const activationIndex = (layer, neuron) =>
  training.network.layers.slice(0, layer).reduce((sum_, { nout }) => sum_ + nout, neuron);

function drawNetwork({ context, width, height }) {
  places = placesOf(width, height);
  drawLines(context);
  paintTiles();
  drawUnits(context);
  drawTitles(context);
}

// ---- Lines ----

function drawLines(context) {
  const numbers = looking.lines === "weights" ? training.theta : training.gradient;
  if (!numbers) {
    byId("largest-line").textContent = "no gradients before the first step";
    return;
  }
  const layers = training.network.layers.map((_, layer) => linesOf(layer, numbers));
  const largest = Math.max(1e-300, ...layers.map(({ most }) => most));
  const strokes = Array.from({ length: 2 * LEVELS }, () => []);
  const faint = Array.from({ length: 2 * LEVELS }, () => []);
  let left = 0;
  for (const { lines, omitted } of layers) {
    left += omitted;
    for (const { from, to, x, isChosen } of lines) {
      const level = Math.ceil(LEVELS * Math.abs(x) / largest - 0.3) - 1;
      if (level < 0 && !isChosen) continue;
      const at = 2 * Math.max(0, level) + (x < 0);
      (looking.neuron && !isChosen ? faint : strokes)[at].push(from, to);
    }
  }
  strokeAll(context, faint, 0.12);
  strokeAll(context, strokes, 0.8);
  const omission = left ? `; of ${(left + drawn(layers)).toLocaleString("en")} the largest are drawn` : "";
  byId("largest-line").textContent = `largest: ${number(largest, 3)}${omission}`;
}

const drawn = (layers) => layers.reduce((count, { lines }) => count + lines.length, 0);

/** The lines into a layer; of very many those that are largest. */
function linesOf(layer, numbers) {
  const [before, after] = [places[layer], places[layer + 1]];
  let lines = [], most = 0;
  for (let k = 0; k < after.length; k++) {
    const isChosen = looking.neuron?.layer === layer && looking.neuron.k === k;
    for (let j = 0; j < before.length; j++) {
      const x = numbers[placeInTheta(layer, k, j)];
      most = Math.max(most, Math.abs(x));
      lines.push({ from: before[j], to: after[k], x, isChosen });
    }
  }
  const all = lines.length;
  if (all > MOST_LINES) {
    const least = Float64Array.from(lines, ({ x }) => Math.abs(x)).sort()[all - MOST_LINES];
    lines = lines.filter(({ x, isChosen }) => isChosen || Math.abs(x) >= least);
  }
  return { lines, most, omitted: all - lines.length };
}

function strokeAll(context, strokes, alpha) {
  context.globalAlpha = alpha;
  strokes.forEach((ends, at) => {
    if (!ends.length) return;
    context.beginPath();
    for (let k = 0; k < ends.length; k += 2) {
      context.moveTo(ends[k].x + ends[k].radius, ends[k].y);
      context.lineTo(ends[k + 1].x - ends[k + 1].radius, ends[k + 1].y);
    }
    context.lineWidth = Math.max(0.6, WIDEST * (Math.floor(at / 2) + 0.6) / LEVELS);
    context.strokeStyle = at % 2 ? colours.minus : colours.plus;
    context.setLineDash(at % 2 ? DASH : []);
    context.stroke();
  });
  context.globalAlpha = 1;
  context.setLineDash([]);
}

// ---- Circles ----

/** All neurons on the grid, each by its own largest number, but at least 1: so small numbers are pale. */
function paintTiles() {
  const { columns, rows, activations, neurons } = grid;
  if (!grid.y || looking.inside !== "plane") return;
  tiles.width = columns;
  tiles.height = rows * neurons;
  const all = new ImageData(columns, rows * neurons), pixels = new Uint32Array(all.data.buffer);
  const points = columns * rows;
  for (let neuron = 0; neuron < neurons; neuron++) {
    let reach = 1;
    for (let k = neuron; k < activations.length; k += neurons) reach = Math.max(reach, Math.abs(activations[k]));
    for (let k = 0; k < points; k++) {
      pixels[neuron * points + k] = heatOf(activations[k * neurons + neuron] / reach);
    }
  }
  tiles.getContext("2d").putImageData(all, 0, 0);
}

function drawUnits(context) {
  places.forEach((units, column) => units.forEach((unit, k) => {
    if (column === 0) drawInput(context, unit, k);
    else drawNeuron(context, unit, column - 1, k);
  }));
}

function circle(context, { x, y, radius }) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function drawNeuron(context, unit, layer, k) {
  context.save();
  circle(context, unit);
  context.fillStyle = colours.card;
  context.fill();
  context.clip();
  drawInside(context, unit, layer, k);
  context.restore();
  const isChosen = looking.neuron?.layer === layer && looking.neuron.k === k;
  circle(context, isChosen ? { ...unit, radius: unit.radius + 1 } : unit);
  context.lineWidth = isChosen ? 4 : 1.5;
  context.strokeStyle = isChosen ? colours.now : colours.muted;
  context.stroke();
}

function drawInside(context, unit, layer, k) {
  const { x, y, radius } = unit, neuron = activationIndex(layer, k);
  if (looking.inside === "weights") drawWeights(context, unit, layer, k);
  else if (grid.y && grid.neurons) {
    const top = neuron * grid.rows;
    context.drawImage(tiles, 0, top, grid.columns, grid.rows, x - radius, y - radius, 2 * radius, 2 * radius);
  } else if (grid.neurons) drawCurve(context, unit, neuron);
}

/** The curve over the one input, by its own largest number, but at least 1. */
function drawCurve(context, { x, y, radius }, neuron) {
  const { columns, activations, neurons } = grid;
  let reach = 1;
  for (let k = neuron; k < activations.length; k += neurons) reach = Math.max(reach, Math.abs(activations[k]));
  context.lineWidth = 1;
  context.strokeStyle = colours.line;
  context.beginPath();
  context.moveTo(x - radius, y);
  context.lineTo(x + radius, y);
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = colours.accent;
  context.beginPath();
  for (let k = 0; k < columns; k++) {
    const height = 0.8 * radius * activations[k * neurons + neuron] / reach;
    context.lineTo(x + radius * (2 * (k + 0.5) / columns - 1), y - height);
  }
  context.stroke();
}

/** The weights of a neuron, as cells in the order of the units before it. */
function drawWeights(context, { x, y, radius }, layer, k) {
  const { nin } = training.network.layers[layer], wide = Math.ceil(Math.sqrt(nin));
  const side = 2 * radius / wide, weights = Array.from({ length: nin }, (_, j) => training.theta[placeInTheta(layer, k, j)]);
  const reach = Math.max(...weights.map(Math.abs)) || 1;
  weights.forEach((w, j) => {
    context.fillStyle = cssOf(heatOf(w / reach));
    context.fillRect(x - radius + side * (j % wide), y - radius + side * Math.floor(j / wide), side + 0.5, side + 0.5);
  });
}

export const cssOf = (colour) => `rgb(${colour & 255} ${colour >> 8 & 255} ${colour >> 16 & 255})`;

/** An input has its name; a block of them shows the numbers of the sample. */
function drawInput(context, unit, k) {
  const { x, y, radius } = unit;
  if (isBlock(0)) {
    const values = inputsOf(groups()[looking.group], looking.sample), most = Math.max(...values.map(Math.abs)) || 1;
    context.fillStyle = cssOf(heatOf(values[k] / most));
    context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
    return;
  }
  circle(context, unit);
  context.fillStyle = colours.card;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = colours.muted;
  context.stroke();
  context.fillStyle = colours.word;
  context.textAlign = "right";
  context.fillText(shortened(context, inputName(k)), x - radius - 6, y);
}

function shortened(context, name_) {
  let short = name_;
  while (short.length > 1 && context.measureText(short).width > 84) short = short.slice(0, -1);
  return short === name_ ? name_ : `${short}…`;
}

function drawTitles(context) {
  context.fillStyle = colours.muted;
  context.textAlign = "center";
  const columns = columnsOf(), apart = columns.length > 1 ? places[1][0].x - places[0][0].x : Infinity;
  columns.forEach(({ title, count }, column) => {
    const xs = places[column].map(({ x }) => x), middle = (Math.min(...xs) + Math.max(...xs)) / 2;
    context.fillText(apart < 74 ? title.replace("layer ", "") : title, middle, 12);
    const hidden = count - places[column].length;
    if (hidden) context.fillText(`⋮ ${hidden} more`, middle, places[column].at(-1).y + 22);
  });
}

const networkAgain = sheetOf("network-drawing", drawNetwork);
[whenTrained, whenGridded, whenLooked].forEach((when) => when(networkAgain));
