// The plane of two inputs, or the one input: what the model says of its points, and the samples on it.

import { classColour, colours, cssOf, heatOf, tintOf } from "./colours.js";
import { addContour, roomiest } from "./contours.js";
import { byId } from "./dom.js";
import { grid, rangeOf, whenGridded } from "./grid.js";
import { looking, whenLooked } from "./looking.js";
import { addCross, addMark } from "./marks.js";
import {
  border, classCount, className, classOf, groups, inputName, isByLargest, isOfClasses, net, predicted,
  targetClass, whenPredicted,
} from "./reading.js";
import { axisOf, drawAxis, sheetOf } from "./sheets.js";
import { chooseOne, training, whenTrained } from "./training.js";

const PALE = 0.55; // how strong the colours of the plane are, so that samples stand out
const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3]];
const small = document.createElement("canvas"); // a pixel for each point of the grid
const targets = rangeOf(...groups.map((group) => group.targets));
let spots = []; // where samples are: { x, y, group, sample, kind }

function drawPlane({ context, width, height }) {
  if (!grid.columns) return;
  const box = { left: 46, top: 28, right: width - 10, bottom: height - 34 };
  const across = axisOf(grid.x.low, grid.x.high, box.left, box.right);
  const down = grid.y ? axisOf(grid.y.low, grid.y.high, box.bottom, box.top) : axisOfOutputs(box);
  if (grid.y) paintPlane(context, box);
  drawAxis(context, across, box, false, inputName(looking.across));
  drawAxis(context, down, box, true, grid.y ? inputName(looking.down) : "output");
  placeSpots(across, down, box);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  if (!grid.y) drawFit(context, across, down);
  if (grid.y && isOfClasses) drawBorders(context, box);
  drawSamples(context);
  if (grid.y && isOfClasses) nameRegions(context, box);
  context.restore();
}

// ---- What the model says ----

function paintPlane(context, box) {
  const { columns, rows } = grid;
  Object.assign(small, { width: columns, height: rows });
  const image = new ImageData(columns, rows), pixels = new Uint32Array(image.data.buffer);
  const colourOf = isByLargest ? (k) => tintOf(classOf(grid.outputs, k)) : heatOfOutput;
  for (let k = 0; k < pixels.length; k++) pixels[k] = colourOf(k);
  small.getContext("2d").putImageData(image, 0, 0);
  context.drawImage(small, box.left, box.top, box.right - box.left, box.bottom - box.top);
}

/** Of two classes, how far from the border; of numbers, where among the targets. */
function heatOfOutput(k) {
  const x = grid.outputs[k * net.outputs];
  const from0 = isOfClasses ? (x - border) / (1 - border) : shareOfTargets(x);
  return heatOf(PALE * Math.max(-1, Math.min(1, from0)));
}

const shareOfTargets = (x) => (2 * x - targets.low - targets.high) / (targets.high - targets.low || 1);

/** Where a point of the grid is drawn. */
const onPlane = (box) => (column, row) => [
  box.left + (box.right - box.left) * (column + 0.5) / grid.columns,
  box.top + (box.bottom - box.top) * (row + 0.5) / grid.rows,
];

/** By how much an output is above all others at a point. */
function lead(k, own) {
  let most = -Infinity;
  for (let other = 0; other < net.outputs; other++) {
    if (other !== own) most = Math.max(most, grid.outputs[k * net.outputs + other]);
  }
  return grid.outputs[k * net.outputs + own] - most;
}

function drawBorders(context, box) {
  context.strokeStyle = colours.word;
  context.lineWidth = 2;
  context.beginPath();
  const at_ = onPlane(box);
  if (!isByLargest) addContour(context, (k) => grid.outputs[k] - border, grid, at_);
  else for (let own = 0; own < classCount; own++) addContour(context, (k) => lead(k, own), grid, at_);
  context.stroke();
}

/** The name of each class where its region has most room, on a ground of its own. */
function nameRegions(context, box) {
  const said_ = Array.from({ length: grid.columns * grid.rows }, (_, k) => classOf(grid.outputs, k));
  context.textAlign = "center";
  context.font = context.font.replace(/^\d+px/, "bold 15px");
  roomiest(said_, grid, classCount).forEach(({ far, column, row }, k) => {
    if (far < 3) return;
    const [x, y] = onPlane(box)(column, row), wide = context.measureText(className(k)).width + 10;
    context.globalAlpha = 0.85;
    context.fillStyle = colours.card;
    context.fillRect(x - wide / 2, y - 10, wide, 20);
    context.globalAlpha = 1;
    context.fillStyle = colours.word;
    context.fillText(className(k), x, y);
  });
}

// ---- One input ----

function axisOfOutputs(box) {
  const { low, high } = isByLargest ? rangeOf(grid.outputs) : targets, margin = 0.15 * (high - low) || 1;
  return axisOf(low - margin, high + margin, box.bottom, box.top);
}

function drawFit(context, across, down) {
  context.lineWidth = 3;
  for (let output = 0; output < net.outputs; output++) {
    context.strokeStyle = net.outputs > 1 ? classColour(output) : colours.accent;
    context.setLineDash(DASHES[output % DASHES.length]);
    context.beginPath();
    for (let k = 0; k < grid.columns; k++) {
      context.lineTo(across.at(grid.points[k]), down.at(grid.outputs[k * net.outputs + output]));
    }
    context.stroke();
  }
  context.setLineDash([]);
}

// ---- The samples ----

function placeSpots(across, down, box) {
  spots = groups.flatMap((of, group) => Array.from({ length: of.size }, (_, sample) => {
    const x = across.at(of.X[sample * net.inputs + looking.across]), target = of.targets[sample * net.outputs];
    const y = grid.y ? down.at(of.X[sample * net.inputs + looking.down])
      : isByLargest ? box.bottom - 8 : down.at(target);
    return { x, y, group, sample, target, kind: isOfClasses ? targetClass(of, sample) : 1 };
  }));
}

function drawSamples(context) {
  const radius = spots.length > 600 ? 3 : 4.5;
  groups.forEach((_, group) => drawMarks(context, spots.filter((spot) => spot.group === group), radius, group > 0));
  context.strokeStyle = colours.word;
  context.lineWidth = 2;
  context.beginPath();
  if (isOfClasses) spots.filter(isWrong).forEach(({ x, y }) => addCross(context, x, y, radius + 1.5));
  context.stroke();
  const { x, y } = spots[training.chosen];
  context.lineWidth = 3;
  context.strokeStyle = colours.now;
  context.beginPath();
  context.arc(x, y, radius + 6, 0, 2 * Math.PI);
  context.stroke();
}

const isWrong = ({ group, sample, kind }) => predicted[group] && classOf(predicted[group], sample) !== kind;

/** Those of a class are one path; held out ones are hollow. Targets that are numbers are colours. */
function drawMarks(context, shown, radius, isHollow) {
  for (const kind of new Set(shown.map((spot) => spot.kind))) {
    const own = isOfClasses ? classColour(kind) : colours.word;
    context.beginPath();
    shown.forEach((spot) => { if (spot.kind === kind) addMark(context, kind, spot.x, spot.y, radius); });
    context.fillStyle = isHollow ? colours.card : own;
    context.strokeStyle = isHollow ? own : colours.card;
    context.lineWidth = isHollow ? 4 : 2;
    context.stroke();
    context.fill();
  }
  if (isOfClasses || !grid.y || isHollow) return;
  for (const { x, y, target } of shown) {
    context.fillStyle = cssOf(heatOf(shareOfTargets(target)));
    context.beginPath();
    context.arc(x, y, radius - 1, 0, 2 * Math.PI);
    context.fill();
  }
}

/** A click chooses the nearest of the samples that train. */
function chooseSpot({ offsetX, offsetY }) {
  const away = ({ x, y }) => Math.hypot(x - offsetX, y - offsetY);
  const nearest = spots.slice(0, groups[0].size).reduce((a, b) => (away(b) < away(a) ? b : a));
  if (away(nearest) < 16) chooseOne(nearest.sample);
}

const planeAgain = sheetOf("plane-drawing", drawPlane);
byId("plane-drawing").onclick = chooseSpot;
[whenGridded, whenPredicted, whenLooked, whenTrained].forEach((when) => when(planeAgain));
