// The plane of two inputs: what the model says of its points, and the samples on it.

import { classColour, colours, heatOf, tintOf } from "./colours.js";
import { addContour, roomiest } from "./contours.js";
import { byId } from "./dom.js";
import { grid, whenGridded } from "./grid.js";
import { look, looking, whenLooked } from "./looking.js";
import { addCross, addMark } from "./marks.js";
import {
  border, classCount, className, classOf, countOf, groups, inputName, isOfClasses, judged, outputCount,
  predicted, targetClass, whenPredicted,
} from "./reading.js";
import { drawAxis, scaleOf, sheetOf } from "./sheets.js";
import { training } from "./training.js";

const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3]];
const small = document.createElement("canvas"); // a pixel for each point of the grid
let spots = []; // where samples are drawn: { x, y, group, sample }

function drawPlane({ context, width, height }) {
  if (!grid.columns) return;
  const box = { left: 46, top: grid.y ? 18 : 22, right: width - 10, bottom: height - 36 };
  const across = scaleOf(grid.x.low, grid.x.high, box.left, box.right);
  const down = grid.y ? scaleOf(grid.y.low, grid.y.high, box.bottom, box.top) : heights(box);
  if (grid.y) paintPlane(context, box);
  drawAxis(context, across, box, false, inputName(looking.across));
  drawAxis(context, down, box, true, grid.y ? inputName(looking.down) : "output");
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  if (grid.y) drawBorders(context, box);
  else drawFit(context, across, down);
  drawSamples(context, across, down, box);
  context.restore();
}

// ---- What the model says ----

/** Pixels of the grid: the class of a point, or its number. */
function paintPlane(context, box) {
  const { columns, rows, outputs } = grid;
  small.width = columns;
  small.height = rows;
  const picture_ = new ImageData(columns, rows), pixels = new Uint32Array(picture_.data.buffer);
  const colourOf = judged() === "classes" ? (k) => tintOf(classOf(outputs, k)) : heatOfOutput();
  for (let k = 0; k < pixels.length; k++) pixels[k] = colourOf(k);
  small.getContext("2d").putImageData(picture_, 0, 0);
  context.imageSmoothingEnabled = judged() !== "classes";
  context.drawImage(small, box.left, box.top, box.right - box.left, box.bottom - box.top);
}

function heatOfOutput() {
  const { outputs } = grid, count = outputCount();
  if (judged() === "sign") return (k) => heatOf(outputs[k]);
  if (judged() === "share") return (k) => heatOf(2 * outputs[k] - 1);
  const { middle, reach } = targetRange();
  return (k) => heatOf((outputs[k * count] - middle) / reach);
}

function targetRange() {
  let low = Infinity, high = -Infinity;
  for (const { y } of groups()) {
    y.forEach((x) => {
      low = Math.min(low, x);
      high = Math.max(high, x);
    });
  }
  return { low, high, middle: (low + high) / 2, reach: (high - low) / 2 || 1 };
}

const aboveOthers = (k, own) => {
  let most = -Infinity;
  for (let other = 0; other < outputCount(); other++) {
    if (other !== own) most = Math.max(most, grid.outputs[k * outputCount() + other]);
  }
  return grid.outputs[k * outputCount() + own] - most;
};

/** Lines between the classes, and the name of each in the middle of its region. */
function drawBorders(context, box) {
  if (!isOfClasses()) return;
  const at = (column, row) => [
    box.left + (box.right - box.left) * (column + 0.5) / grid.columns,
    box.top + (box.bottom - box.top) * (row + 0.5) / grid.rows,
  ];
  context.strokeStyle = colours.word;
  context.lineWidth = 2;
  context.beginPath();
  if (judged() !== "classes") addContour(context, (k) => grid.outputs[k] - border(), grid, at);
  else {
    for (let own = 0; own < classCount(); own++) addContour(context, (k) => aboveOthers(k, own), grid, at);
  }
  context.stroke();
  const classes = Array.from({ length: grid.columns * grid.rows }, (_, k) => classOf(grid.outputs, k));
  context.textAlign = "center";
  context.font = context.font.replace(/^\d+px/, "bold 15px");
  roomiest(classes, grid, classCount()).forEach(({ far, column, row }, k) => {
    if (far >= 3) wordOn(context, className(k), ...at(column, row));
  });
}

/** A word on a ground of its own, so that it can be read on any colour. */
function wordOn(context, word, x, y) {
  const wide = context.measureText(word).width + 10;
  context.globalAlpha = 0.8;
  context.fillStyle = colours.card;
  context.fillRect(x - wide / 2, y - 10, wide, 20);
  context.globalAlpha = 1;
  context.fillStyle = colours.word;
  context.fillText(word, x, y);
}

// ---- One input ----

/** Up and down: what the targets and the outputs are. */
function heights(box) {
  let { low, high } = judged() === "classes" ? { low: 0, high: 0 } : targetRange();
  if (judged() === "classes") [low, high] = [Math.min(...grid.outputs), Math.max(...grid.outputs)];
  const margin = 0.15 * (high - low) || 1;
  return scaleOf(low - margin, high + margin, box.bottom, box.top);
}

function drawFit(context, across, down) {
  context.lineWidth = 2.5;
  for (let output = 0; output < outputCount(); output++) {
    context.strokeStyle = outputCount() > 1 ? classColour(output) : colours.accent;
    context.setLineDash(DASHES[output % DASHES.length]);
    context.beginPath();
    for (let k = 0; k < grid.columns; k++) {
      const x = across.from + (across.to - across.from) * (k + 0.5) / grid.columns;
      context[k ? "lineTo" : "moveTo"](x, down.at(grid.outputs[k * outputCount() + output]));
    }
    context.stroke();
  }
  context.setLineDash([]);
}

// ---- The samples ----

function drawSamples(context, across, down, box) {
  const { inputs } = training.network, width = groups()[0].y.length / countOf(groups()[0]);
  spots = [];
  groups().forEach((group, number_) => {
    for (let sample = 0; sample < countOf(group); sample++) {
      const x = across.at(group.X[sample * inputs + looking.across]);
      const y = grid.y ? down.at(group.X[sample * inputs + looking.down])
        : judged() === "classes" ? box.bottom - 8 : down.at(group.y[sample * width]);
      spots.push({ x, y, group: number_, sample, kind: isOfClasses() ? targetClass(group, sample) : 1 });
    }
  });
  const radius = spots.length > 600 ? 3 : 4.5, held = spots.filter(({ group }) => group === 1);
  drawMarks(context, spots.filter(({ group }) => group === 0), radius, false);
  drawMarks(context, held, radius, true);
  context.strokeStyle = colours.word;
  context.lineWidth = 2;
  context.beginPath();
  if (isOfClasses()) spots.filter(isWrong).forEach(({ x, y }) => addCross(context, x, y, radius + 1));
  context.stroke();
  const { x, y } = spots.find((spot) => spot.group === looking.group && spot.sample === looking.sample) ?? {};
  if (x === undefined) return;
  context.lineWidth = 3;
  context.strokeStyle = colours.now;
  context.beginPath();
  context.arc(x, y, radius + 6, 0, 2 * Math.PI);
  context.stroke();
}

const isWrong = ({ group, sample, kind }) =>
  predicted[group] && classOf(predicted[group], sample) !== kind;

/** Those of a class are one path. Held out ones are hollow. */
function drawMarks(context, shown, radius, isHollow) {
  const { middle, reach } = isOfClasses() ? {} : targetRange();
  for (const kind of new Set(shown.map((spot) => spot.kind))) {
    context.beginPath();
    shown.filter((spot) => spot.kind === kind).forEach(({ x, y }) => addMark(context, kind, x, y, radius));
    const own = isOfClasses() ? classColour(kind) : colours.muted;
    context.fillStyle = isHollow ? colours.card : own;
    context.strokeStyle = isHollow ? own : colours.card;
    context.lineWidth = isHollow ? 3.5 : 2;
    context.stroke();
    context.fill();
  }
  if (isOfClasses() || !grid.y || isHollow) return;
  for (const { x, y, group, sample } of shown) { // their targets as colours
    const colour = heatOf((groups()[group].y[sample] - middle) / reach);
    context.fillStyle = `rgb(${colour & 255} ${colour >> 8 & 255} ${colour >> 16 & 255})`;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }
}

/** The sample nearest to a click. */
function chooseSpot({ offsetX, offsetY }) {
  const away = ({ x, y }) => Math.hypot(x - offsetX, y - offsetY);
  const nearest = spots.reduce((a, b) => (away(b) < away(a) ? b : a), spots[0]);
  if (nearest && away(nearest) < 16) look({ group: nearest.group, sample: nearest.sample });
}

const planeAgain = sheetOf("plane-drawing", drawPlane);
byId("plane-drawing").onclick = chooseSpot;
whenGridded(planeAgain);
whenPredicted(planeAgain);
whenLooked(planeAgain);
