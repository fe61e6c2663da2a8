// Loss and accuracy over the epochs, of what trains and of what was held out.

import { colours } from "./colours.js";
import { byId } from "./dom.js";
import { number } from "./numbers.js";
import { addSeries, seriesOf } from "./series.js";
import { axisOf, drawAxis, sheetOf } from "./sheets.js";
import { rangeOf } from "./grid.js";
import { training, whenTrained } from "./training.js";

const kindOfCurve = (name, list, colour, dash = []) => ({ name, colour, dash, curve: seriesOf(() => training[list]) });
const LOSSES = [
  kindOfCurve("loss", "losses", "plus"), kindOfCurve("held out", "validationLosses", "minus", [7, 4]),
];
const ACCURACIES = [
  kindOfCurve("accuracy", "accuracies", "plus"), kindOfCurve("held out", "validationAccuracies", "minus", [7, 4]),
];

function drawCurves({ context, width, height }) {
  const panels_ = [LOSSES, ACCURACIES].map((kinds) => kinds.filter(({ curve }) => curve.follow().count));
  const epochs_ = Math.max(2, ...panels_.flat().map(({ curve }) => curve.count));
  const wide = panels_[1].length ? width / 2 : width;
  panels_.forEach((kinds, k) => {
    if (k && !kinds.length) return;
    const box = { left: k * wide + 44, right: (k + 1) * wide - 12, top: 28, bottom: height - 34 };
    const down = k ? axisOfShares(kinds, box) : axisOfLosses(kinds, box);
    drawPanel(context, kinds, axisOf(1, epochs_, box.left, box.right), down, box, k ? "accuracy" : "loss");
  });
  byId("curves-said").textContent = panels_.flat().map(({ name, curve, dash }) => `${dash.length ? "╍" : "━"} ${name} ${number(curve.last)}`).join("  ");
}

function drawPanel(context, kinds, across, down, box, title) {
  drawAxis(context, across, box, false, "epoch");
  drawAxis(context, down, box, true, title, box.left - 38);
  context.lineWidth = 2;
  context.lineJoin = "round";
  for (const { curve, colour, dash } of kinds) {
    context.strokeStyle = colours[colour];
    context.setLineDash(dash);
    context.beginPath();
    addSeries(context, curve, across, down);
    context.stroke();
  }
  context.setLineDash([]);
}

function axisOfLosses(kinds, { bottom, top }) {
  const isLog = byId("log-loss").checked, fits = (x) => Number.isFinite(x) && (!isLog || x > 0);
  const { low, high } = rangeOf(...kinds.flatMap(({ curve }) => [curve.low.filter(fits), curve.high.filter(fits)]));
  if (low > high) return axisOf(isLog ? 0.1 : 0, 1, bottom, top, isLog);
  return isLog ? axisOf(low / 1.1, 1.1 * high, bottom, top, true)
    : axisOf(Math.min(0, low), high > 0 ? 1.05 * high : 1, bottom, top);
}

function axisOfShares(kinds, { bottom, top }) {
  const { low } = rangeOf(...kinds.map(({ curve }) => curve.low));
  return axisOf(Math.min(0.5, Math.floor(10 * low) / 10), 1, bottom, top);
}

const curvesAgain = sheetOf("curves-drawing", drawCurves);
byId("log-loss").onchange = curvesAgain;
whenTrained(curvesAgain);
