// What is predicted, against what is: a table of classes, or points beside the line where both are equal.

import { colours } from "./colours.js";
import { byId, element } from "./dom.js";
import { number } from "./numbers.js";
import { rangeOf } from "./grid.js";
import {
  classCount, className, classOf, groups, isOfClasses, net, predicted, targetClass, whenPredicted,
} from "./reading.js";
import { drawAxis, axisOf, sheetOf } from "./sheets.js";
import { turnOf } from "./turns.js";

const shownGroup = () => Number(byId("confusion-group").value);

/** How many samples of each class (rows) are predicted as each (columns). */
export function confusionOf(number_) {
  const group = groups[number_], size_ = classCount;
  const counts = Array.from({ length: size_ }, () => new Array(size_).fill(0));
  for (let k = 0; k < group.size; k++) counts[targetClass(group, k)][classOf(predicted[number_], k)]++;
  return counts;
}

function showConfusion() {
  const group = shownGroup();
  if (!isOfClasses || !predicted[group]) return;
  const counts = confusionOf(group), table = byId("confusion-table"), all = groups[group].size;
  if (!table.rows.length) buildTable(table, counts.length);
  let right = 0;
  counts.forEach((row, is) => {
    const most = row.reduce((a, b) => a + b, 0) || 1;
    right += row[is];
    row.forEach((count, said_) => {
      const cell_ = table.tBodies[0].rows[is].cells[said_ + 1];
      if (cell_.textContent === String(count)) return;
      cell_.textContent = count;
      cell_.style.setProperty("--share", count / most);
      cell_.className = said_ === is ? "right" : count ? "wrong" : "";
    });
  });
  byId("confusion-said").textContent =
    `${right.toLocaleString("en")} of ${all.toLocaleString("en")} are right (${number(100 * right / all, 3)} %).`;
}

function buildTable(table, size_) {
  const names_ = Array.from({ length: size_ }, (_, k) => className(k));
  const head = (text, scope) => element("th", { scope }, text);
  table.createTHead().append(element("tr", {}, element("td", {}, "is ╲ predicted"), ...names_.map((x) => head(x, "col"))));
  table.createTBody().append(...names_.map((x) =>
    element("tr", {}, head(x, "row"), ...names_.map(() => element("td")))));
}

/** R² is the share of the targets' variance that the predictions leave no rest of. */
function drawAgainst({ context, width, height }) {
  const group = groups[shownGroup()], outputs = predicted[shownGroup()];
  if (isOfClasses || !outputs) return;
  const { low, high } = rangeOf(group.targets, outputs);
  const box = { left: 52, right: width - 10, top: 28, bottom: height - 36 };
  const across = axisOf(low, high, box.left, box.right), down = axisOf(low, high, box.bottom, box.top);
  drawAxis(context, across, box, false, "target");
  drawAxis(context, down, box, true, "predicted");
  context.strokeStyle = colours.word;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(across.at(low), down.at(low));
  context.lineTo(across.at(high), down.at(high));
  context.stroke();
  context.fillStyle = colours.accent;
  context.globalAlpha = 0.7;
  group.targets.forEach((x, k) => {
    context.beginPath();
    context.arc(across.at(x), down.at(outputs[k]), 3.5, 0, 2 * Math.PI);
    context.fill();
  });
  context.globalAlpha = 1;
  byId("confusion-said").textContent =
    `R² is ${number(determination(group.targets, outputs), 4)} for ${group.size.toLocaleString("en")} samples.`;
}

export function determination(y, outputs) {
  const width = net.outputs, means = new Float64Array(width), count = y.length / width;
  y.forEach((x, k) => { means[k % width] += x / count; });
  const rest = y.reduce((sum_, x, k) => sum_ + (x - outputs[k]) ** 2, 0);
  return 1 - rest / y.reduce((sum_, x, k) => sum_ + (x - means[k % width]) ** 2, 0);
}

const tableAgain = turnOf(showConfusion), againstAgain = sheetOf("against-drawing", drawAgainst);
[tableAgain, againstAgain].forEach((again) => whenPredicted(again));
byId("confusion-group").onchange = () => {
  tableAgain();
  againstAgain();
};
