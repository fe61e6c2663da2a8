// The network: circles by layers with what they compute inside, and lines for the weights.

import { colours, cssOf, heatOf } from "./colours.js";
import { byId } from "./dom.js";
import { grid, whenGridded } from "./grid.js";
import { isLookedAt, looking, whenLooked } from "./looking.js";
import { number } from "./numbers.js";
import { columnsOf, isBlock, placesOf } from "./places.js";
import { groups, inputName, inputsOf, net } from "./reading.js";
import { addCircle, drawPath, sheetOf, putText } from "./sheets.js";
import { training, whenTrained } from "./training.js";

const MOST_LINES = 300; // between two layers; of more, the largest are drawn
const LEVELS = 8; // of width: lines of a level are one stroke
const WIDEST = 5; // pixels
const tiles = document.createElement("canvas"); // one below the other, what the units are on the grid

/** Where in theta the weight of a neuron for an input, or its bias (no input), stands. */
export function placeInTheta(layer, k, input) {
  const { weights, bias } = net.layers[layer];
  if (input === undefined) return bias ? bias[0] + k * bias[1] : undefined;
  return weights[0] + k * weights[1] + input;
}

/** The number of a neuron among all. */
export const indexOf = (layer, k) =>
  net.layers.slice(0, layer).reduce((before, { nout }) => before + nout, k);

function drawNetwork(context, width, height) {
  const places = placesOf(width, height);
  drawLines(context, places);
  places.forEach((units, column) => units.forEach((unit, k) => {
    if (isBlock(column)) drawCell(context, unit, k);
    else drawUnit(context, unit, column, k);
  }));
  columnsOf().forEach(({ title, count }, column) => {
    const units = places[column], x = (units[0].x + units.at(-1).x) / 2;
    putText(context, places.length > 6 ? title.replace("layer ", "") : title, x, 12, "center", colours.muted);
    if (count > units.length) putText(context, `⋮ ${count - units.length} more`, x, height - 8);
  });
}

// ---- Lines ---------------------------------------------------------------------------------------

function drawLines(context, places) {
  const numbers = looking.lines === "weights" ? training.theta : training.gradient;
  const layers = net.layers.map((_, layer) => linesInto(layer, numbers, places));
  const most = Math.max(...layers.map((layer) => layer.most));
  const strokes = [[], []]; // faint ones, and others: by width and sign, from where to where
  layers.forEach(({ lines }) => lines.forEach(([from, to, x, isNow]) => {
    const level = Math.round(LEVELS * Math.abs(x) / (most || 1)) - 1;
    if (level < 0 && !isNow) return;
    const group = strokes[Number(!looking.neuron || isNow)];
    (group[2 * Math.max(0, level) + (x < 0)] ??= []).push(from, to);
  }));
  strokes.forEach((group, isStrong) => group.forEach((ends, key) => drawPath(context, () => {
    for (let k = 0; k < ends.length; k += 2) {
      context.moveTo(ends[k].x + ends[k].radius, ends[k].y);
      context.lineTo(ends[k + 1].x - ends[k + 1].radius, ends[k + 1].y);
    }
  }, {
    line: key % 2 ? colours.minus : colours.plus,
    width: WIDEST * (Math.floor(key / 2) + 0.6) / LEVELS,
    dash: key % 2 ? [5, 3] : [],
    alpha: isStrong ? 0.75 : 0.12,
  })));
  const omission = layers.some(({ isPart }) => isPart) ? `, at most ${MOST_LINES} lines to a layer` : "";
  byId("largest-line").textContent = `largest ${number(most, 3)}${omission}`;
}

/** The lines into a layer; of very many the largest, and those of the neuron that is chosen. */
function linesInto(layer, numbers, places) {
  const [before, after] = [places[layer], places[layer + 1]], wide = before.length;
  const starts = after.map((_, k) => placeInTheta(layer, k, 0));
  const sizes = new Float64Array(wide * after.length);
  starts.forEach((start, k) => before.forEach((_, j) => {
    sizes[k * wide + j] = Math.abs(numbers[start + j]);
  }));
  const sorted = sizes.toSorted(), least = sorted.at(-MOST_LINES) ?? 0, lines = [];
  sizes.forEach((size_, place) => {
    const j = place % wide, k = (place - j) / wide, isNow = isLookedAt(layer, k);
    if (isNow || size_ >= least) lines.push([before[j], after[k], numbers[starts[k] + j], isNow]);
  });
  return { lines, most: sorted.at(-1), isPart: sizes.length > MOST_LINES };
}

// ---- Circles -------------------------------------------------------------------------------------

/** What a unit is at the points of the grid: every so many-th number of a list. */
function onGrid(column, k) {
  const [list, step, start] = column ? [grid.activations, grid.neurons, indexOf(column - 1, k)]
    : [grid.points, net.inputs, k];
  let reach = 1; // each by its own largest number, but at least 1: so small numbers are pale
  for (let place = start; place < list.length; place += step) reach = Math.max(reach, Math.abs(list[place]));
  return (point) => list[point * step + start] / reach;
}

const tileOf = (column, k) => (column ? net.inputs + indexOf(column - 1, k) : k);

function paintTiles() {
  const { columns, rows, neurons } = grid, area = columns * rows;
  if (!grid.y || looking.inside !== "plane") return;
  Object.assign(tiles, { width: columns, height: rows * (net.inputs + neurons) });
  const image = new ImageData(columns, tiles.height), pixels = new Uint32Array(image.data.buffer);
  columnsOf().forEach(({ count }, column) => {
    for (let k = 0; k < count; k++) {
      const value = onGrid(column, k), start = tileOf(column, k) * area;
      for (let point = 0; point < area; point++) pixels[start + point] = heatOf(value(point));
    }
  });
  tiles.getContext("2d").putImageData(image, 0, 0);
}

function drawUnit(context, unit, column, k) {
  const { x, y, radius } = unit, isNow = column > 0 && isLookedAt(column - 1, k);
  context.save();
  drawPath(context, () => addCircle(context, x, y, radius), { ground: colours.card });
  context.clip();
  drawInside(context, unit, column, k);
  context.restore();
  drawPath(context, () => addCircle(context, x, y, isNow ? radius + 2 : radius),
    isNow ? { line: colours.now, width: 4 } : { line: colours.muted, width: 1.5 });
  if (!column) putText(context, inputName(k), x - radius - 6, y, "right");
}

/** What a unit computes, in the square around its circle: its weights, a heat map, or a curve. */
export function drawInside(context, unit, column, k) {
  const { x, y, radius } = unit, side = 2 * radius;
  if (column && looking.inside === "weights") drawWeights(context, unit, column - 1, k);
  else if (grid.y) {
    const top = tileOf(column, k) * grid.rows;
    context.drawImage(tiles, 0, top, grid.columns, grid.rows, x - radius, y - radius, side, side);
  } else if (grid.columns) drawCurve(context, unit, onGrid(column, k));
}

/** The curve over the one input, with the line of 0. */
function drawCurve(context, { x, y, radius }, value) {
  drawPath(context, () => context.rect(x - radius, y, 2 * radius, 0), { line: colours.line, width: 1 });
  drawPath(context, () => {
    for (let k = 0; k < grid.columns; k++) {
      context.lineTo(x + radius * (2 * (k + 0.5) / grid.columns - 1), y - 0.8 * radius * value(k));
    }
  }, { line: colours.accent });
}

const largestOf = (numbers) => numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-300);

/** The weights of a neuron, as cells in the order of the units before it. */
function drawWeights(context, { x, y, radius }, layer, k) {
  const { nin } = net.layers[layer], wide = Math.ceil(Math.sqrt(nin)), side = 2 * radius / wide;
  const start = placeInTheta(layer, k, 0), weights = training.theta.subarray(start, start + nin);
  const reach = largestOf(weights);
  weights.forEach((w, j) => {
    context.fillStyle = cssOf(heatOf(w / reach));
    const left = x - radius + side * (j % wide), top = y - radius + side * Math.floor(j / wide);
    context.fillRect(left, top, side + 0.5, side + 0.5);
  });
}

/** One of very many inputs: the number of the sample. */
function drawCell(context, { x, y, radius }, k) {
  const given = inputsOf(groups[0], training.chosen);
  context.fillStyle = cssOf(heatOf(given[k] / largestOf(given)));
  context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
}

if (net.layers) {
  const networkAgain = sheetOf("network-drawing", drawNetwork);
  whenGridded(paintTiles);
  [whenTrained, whenGridded, whenLooked].forEach((when) => when(networkAgain));
} else byId("network").hidden = true;
