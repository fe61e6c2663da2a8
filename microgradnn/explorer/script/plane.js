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
import { addCircle, drawAxes, drawInBox, drawPath, sheetOf, putText } from "./sheets.js";
import { chooseOne, training, whenTrained } from "./training.js";

const PALE = 0.55; // how strong the colours of the plane are, so that samples stand out
const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3]];
const NEAR = 16; // pixels from a click
const small = document.createElement("canvas"); // a pixel for each point of the grid
const targets = rangeOf(...groups.map((group) => group.targets));
let spots = []; // where samples are: { x, y, group, sample, target, kind }

function drawPlane(context, width, height) {
  if (!grid.columns) return;
  const across = { ...grid.x, name: inputName(looking.across) };
  const up = grid.y ? { ...grid.y, name: inputName(looking.down) } : { ...rangeOfOutputs(), name: "output" };
  const box = drawAxes(context, across, up, width, height);
  placeSpots(box);
  drawInBox(context, box, () => {
    if (grid.y) paintPlane(context, box);
    else drawFit(context, box);
    if (grid.y && isOfClasses) drawBorders(context, box);
    drawSamples(context);
    if (grid.y && isOfClasses) nameRegions(context, box);
  });
}

// ---- What the model says -------------------------------------------------------------------------

function paintPlane(context, { left, top, right, bottom }) {
  const { columns, rows } = grid, image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let k = 0; k < pixels.length; k++) {
    pixels[k] = isByLargest ? tintOf(classOf(grid.outputs, k)) : heatOfOutput(k);
  }
  Object.assign(small, { width: columns, height: rows });
  small.getContext("2d").putImageData(image, 0, 0);
  context.drawImage(small, left, top, right - left, bottom - top);
}

/** Of two classes, how far from the border; of numbers, where among the targets. */
function heatOfOutput(k) {
  const x = grid.outputs[k * net.outputs];
  const share = isOfClasses ? (x - border) / (1 - border) : shareOfTargets(x);
  return heatOf(PALE * Math.max(-1, Math.min(1, share)));
}

const shareOfTargets = (x) => (2 * x - targets.low - targets.high) / (targets.high - targets.low || 1);

/** Where a point of the grid is drawn. */
const onPlane = ({ left, top, right, bottom }) => (column, row) => [
  left + (right - left) * (column + 0.5) / grid.columns, top + (bottom - top) * (row + 0.5) / grid.rows,
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
  drawPath(context, () => {
    for (let own = 0; own < (isByLargest ? classCount : 1); own++) {
      const field = isByLargest ? (k) => lead(k, own) : (k) => grid.outputs[k] - border;
      addContour(context, field, grid, onPlane(box));
    }
  }, { line: colours.word });
}

/** The name of each class where its region has most room, on a ground of its own. */
function nameRegions(context, box) {
  const found = Array.from({ length: grid.columns * grid.rows }, (_, k) => classOf(grid.outputs, k));
  context.font = context.font.replace(/^\d+px/, "bold 15px");
  roomiest(found, grid, classCount + 1).forEach(({ far, column, row }, k) => {
    if (far < 3) return;
    const [x, y] = onPlane(box)(column, row), wide = context.measureText(className(k)).width + 10;
    const around_ = () => context.rect(x - wide / 2, y - 10, wide, 20);
    drawPath(context, around_, { ground: colours.card, alpha: 0.85 });
    putText(context, className(k), x, y);
  });
}

// ---- One input -----------------------------------------------------------------------------------

function rangeOfOutputs() {
  const { low, high } = isByLargest ? rangeOf(grid.outputs) : targets, margin = 0.15 * (high - low) || 1;
  return { low: low - margin, high: high + margin };
}

function drawFit(context, { x, y }) {
  for (let output = 0; output < net.outputs; output++) {
    drawPath(context, () => grid.points.forEach((point, k) =>
      context.lineTo(x.at(point), y.at(grid.outputs[k * net.outputs + output]))),
    { line: net.outputs > 1 ? classColour(output) : colours.accent, width: 3, dash: DASHES[output % 4] });
  }
}

// ---- The samples ---------------------------------------------------------------------------------

function placeSpots({ x, y, bottom }) {
  spots = groups.flatMap((of, group) => Array.from({ length: of.size }, (_, sample) => {
    const at = sample * net.inputs, target = of.targets[sample * net.outputs];
    const up = grid.y ? y.at(of.X[at + looking.down]) : isByLargest ? bottom - 8 : y.at(target);
    const kind = isOfClasses ? targetClass(of, sample) : 1;
    return { x: x.at(of.X[at + looking.across]), y: up, group, sample, target, kind };
  }));
}

function drawSamples(context) {
  const radius = spots.length > 600 ? 4 : spots.length > 50 ? 4.5 : 6;
  groups.forEach((_, group) => drawMarks(context, spots.filter((spot) => spot.group === group), radius));
  const cross = ({ x: x_, y: y_ }) => addCross(context, x_, y_, radius + 1.5);
  drawPath(context, () => spots.filter(isWrong).forEach(cross), { line: colours.word });
  const { x, y } = spots[training.chosen];
  drawPath(context, () => addCircle(context, x, y, radius + 6), { line: colours.now, width: 3 });
}

const isWrong = ({ group, sample, kind }) =>
  isOfClasses && predicted[group] && classOf(predicted[group], sample) !== kind;

/** Those of a class are one path; held out ones are hollow. Targets that are numbers are colours. */
function drawMarks(context, shown, radius) {
  for (const own of new Set(shown.map(({ kind }) => kind))) {
    const colour = isOfClasses ? classColour(own) : colours.word;
    drawPath(context, () => {
      for (const { kind, x, y } of shown) if (kind === own) addMark(context, kind, x, y, radius);
    }, shown[0].group ? { ground: colours.card, line: colour }
      : { ground: colour, line: colours.card, width: 1 });
  }
  if (isOfClasses || !grid.y || shown[0].group) return;
  for (const { x, y, target } of shown) {
    const ground = cssOf(heatOf(shareOfTargets(target)));
    drawPath(context, () => addCircle(context, x, y, radius - 1), { ground });
  }
}

/** A click chooses the nearest of the samples that train. */
function chooseSpot({ offsetX, offsetY }) {
  const away = ({ x, y }) => Math.hypot(x - offsetX, y - offsetY);
  const nearest = spots.slice(0, groups[0].size).reduce((a, b) => (away(b) < away(a) ? b : a));
  if (away(nearest) < NEAR) chooseOne(nearest.sample);
}

const planeAgain = sheetOf("plane-drawing", drawPlane);
byId("plane-drawing").onclick = chooseSpot;
[whenGridded, whenPredicted, whenLooked, whenTrained].forEach((when) => when(planeAgain));
