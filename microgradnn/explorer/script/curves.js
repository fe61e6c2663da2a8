// Loss and accuracy over the epochs, of what trains and of what was held out.

import { colours } from "./colours.js";
import { byId } from "./dom.js";
import { number } from "./numbers.js";
import { addSeries, seriesOf } from "./series.js";
import { drawAxis, scaleOf, sheetOf } from "./sheets.js";
import { training, whenTrained } from "./training.js";

const KINDS = [
  { name: "loss", colour: "plus", dash: [], series: seriesOf(() => training.losses) },
  { name: "held-out loss", colour: "minus", dash: [7, 4], series: seriesOf(() => training.validationLosses) },
];
const SHARES = [
  { name: "accuracy", colour: "plus", dash: [], series: seriesOf(() => training.accuracies) },
  { name: "held-out accuracy", colour: "minus", dash: [7, 4], series: seriesOf(() => training.validationAccuracies) },
];

function drawCurves({ context, width, height }) {
  const known_ = [KINDS, SHARES].map((kinds) => kinds.filter(({ series }) => series.follow().count));
  const epochs = Math.max(1, ...known_.flat().map(({ series }) => series.count));
  const isLog = byId("log-loss").checked, split = known_[1].length ? 0.56 * height : height;
  const left = 52, right = width - 12;
  const across = scaleOf(Math.min(1, epochs - 1), epochs, left, right);
  drawPanel(context, known_[0], across, { left, right, top: 22, bottom: split - 34 }, isLog, "loss");
  if (known_[1].length) {
    drawPanel(context, known_[1], across, { left, right, top: split + 14, bottom: height - 34 }, false, "accuracy");
  }
  sayLast([...KINDS, ...SHARES], epochs);
}

function drawPanel(context, kinds, across, box, isLog, title) {
  const down = title === "loss" ? lossScale(kinds, box, isLog) : accuracyScale(kinds, box);
  drawAxis(context, across, box, false, "epoch");
  drawAxis(context, down, box, true, title);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top - 3, box.right - box.left + 3, box.bottom - box.top + 6);
  context.clip();
  context.lineWidth = 2;
  context.lineJoin = "round";
  for (const { series, colour, dash } of kinds) {
    context.strokeStyle = colours[colour];
    context.setLineDash(dash);
    context.beginPath();
    addSeries(context, series, across, down);
    context.stroke();
  }
  context.restore();
}

function lossScale(kinds, { bottom, top }, isLog) {
  const finite = (xs) => xs.filter((x) => Number.isFinite(x) && (!isLog || x > 0));
  const lows = kinds.flatMap(({ series }) => finite(series.low)), highs = kinds.flatMap(({ series }) => finite(series.high));
  if (!highs.length) return scaleOf(isLog ? 0.1 : 0, 1, bottom, top, isLog);
  const low = lows.reduce((a, b) => Math.min(a, b)), high = highs.reduce((a, b) => Math.max(a, b));
  if (isLog) return scaleOf(low / 1.1, 1.1 * high, bottom, top, true);
  return scaleOf(Math.min(0, low), high > 0 ? 1.05 * high : 1, bottom, top);
}

function accuracyScale(kinds, { bottom, top }) {
  const low = kinds.flatMap(({ series }) => series.low).reduce((a, b) => Math.min(a, b), 0.5);
  return scaleOf(Math.floor(10 * low) / 10, 1, bottom, top);
}

/** The last numbers, in words. */
function sayLast(kinds, epochs) {
  const said_ = kinds.filter(({ series }) => series.count).map(({ name: kind, series }) =>
    `${kind} ${number(series.last, 4)}`);
  byId("curves-said").textContent = said_.length ? `Epoch ${epochs.toLocaleString("en")}: ${said_.join(", ")}.` : "No epoch yet.";
}

const curvesAgain = sheetOf("curves-drawing", drawCurves);
byId("log-loss").onchange = curvesAgain;
whenTrained(curvesAgain);
