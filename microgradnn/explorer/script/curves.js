// Loss and accuracy over the epochs, of what trains and of what was held out.

import { colours } from "./colours.js";
import { byId } from "./dom.js";
import { rangeOf } from "./grid.js";
import { number } from "./numbers.js";
import { addSeries, seriesOf } from "./series.js";
import { drawAxes, drawPath, sheetOf } from "./sheets.js";
import { training, whenTrained } from "./training.js";

const curveOf = (list, title) => ({ title, series: seriesOf(() => training[list]) });
const CURVES = [ // side by side: of the samples that train, and of those held out
  [curveOf("losses", "━ loss"), curveOf("validationLosses", "╍ held out")],
  [curveOf("accuracies", "━ accuracy"), curveOf("validationAccuracies", "╍ held out")],
];

function drawCurves(context, width, height) {
  const kinds_ = CURVES.map((kind) => kind.filter(({ series }) => series.follow().count));
  const epochs_ = Math.max(2, ...kinds_.flat().map(({ series }) => series.count));
  const across = { low: 1, high: epochs_, name: "epoch", isWhole: true };
  const wide = kinds_[1].length ? width / 2 : width;
  kinds_.forEach((kind, k) => {
    if (k && !kind.length) return;
    const up = k ? rangeOfShares(kind) : rangeOfLosses(kind);
    const box = drawAxes(context, across, up, (k + 1) * wide, height, k * wide);
    for (const { series, title } of kind) {
      const look_ = title[0] === "━" ? { line: colours.plus } : { line: colours.minus, dash: [7, 4] };
      drawPath(context, () => addSeries(context, series, box), look_);
    }
  });
  byId("curves-said").textContent =
    kinds_.flat().map(({ title, series }) => `${title} ${number(series.last)}`).join("\u2002");
}

function rangeOfLosses(kind) {
  const isLog = byId("log-loss").checked, fits = (x) => Number.isFinite(x) && (!isLog || x > 0);
  const { low, high } = rangeOf(
    ...kind.flatMap(({ series }) => [series.low.filter(fits), series.high.filter(fits)]));
  if (low > high) return { low: isLog ? 0.1 : 0, high: 1, isLog, name: "loss" };
  return { low: isLog ? low / 1.1 : Math.min(0, low), high: high > 0 ? 1.1 * high : 1, isLog, name: "loss" };
}

function rangeOfShares(kind) {
  const { low } = rangeOf(...kind.map(({ series }) => series.low));
  return { low: Math.min(0.5, Math.floor(10 * low) / 10), high: 1, name: "accuracy" };
}

const curvesAgain = sheetOf("curves-drawing", drawCurves);
byId("log-loss").onchange = curvesAgain;
whenTrained(curvesAgain);
