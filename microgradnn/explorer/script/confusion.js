// What is predicted, against what is: a table of classes, or points beside the line where both are equal.

import { colours } from "./colours.js";
import { byId, element } from "./dom.js";
import { rangeOf } from "./grid.js";
import { rightBy } from "./judging.js";
import { inThousands, number, percent } from "./numbers.js";
import {
  classCount, className, classOf, groups, isOfClasses, net, predicted, targetClass, whenPredicted,
} from "./reading.js";
import { addCircle, drawAxes, drawPath, sheetOf } from "./sheets.js";
import { turnOf } from "./turns.js";

const groupShown = () => Number(byId("confusion-group").value);
const everyClass = [...Array(classCount).keys()];

/** How many samples of each class (rows) are predicted as each (columns), and as neither. */
function countClasses(group, found) {
  const counts = everyClass.map(() => new Array(classCount + 1).fill(0));
  for (let k = 0; k < group.size; k++) counts[targetClass(group, k)][classOf(found, k)]++;
  return counts;
}

function showConfusion() {
  const group = groups[groupShown()], found = predicted[groupShown()];
  if (!found) return;
  const counts = countClasses(group, found), all = group.size;
  const right = counts.reduce((total, row, k) => total + row[k], 0);
  const neither = counts.reduce((total, row) => total + row[classCount], 0);
  counts.forEach((row, is) => everyClass.forEach((k) => {
    const count = row[k], cell = byId("confusion-table").tBodies[0].rows[is].cells[k + 1];
    if (cell.textContent === String(count)) return;
    cell.textContent = count;
    cell.style.setProperty("--share", count / row.reduce((a, b) => a + b, 0) || 0);
    cell.className = k === is ? "right" : count ? "wrong" : "";
  }));
  byId("confusion-said").textContent =
    `${inThousands(right)} of ${inThousands(all)} are right (${percent(right / all)})${
      neither ? `, ${inThousands(neither)} neither` : ""}.`;
}

function prepareTable() {
  const head = (scope) => (k) => element("th", { scope }, className(k)), table = byId("confusion-table");
  table.createTHead().append(
    element("tr", {}, element("td", {}, "is ╲ predicted"), ...everyClass.map(head("col"))));
  table.createTBody().append(...everyClass.map((k) =>
    element("tr", {}, head("row")(k), ...everyClass.map(() => element("td")))));
}

function drawAgainst(context, width, height) {
  const { targets: is, size } = groups[groupShown()], found = predicted[groupShown()];
  if (!found) return;
  const range = rangeOf(is, found);
  const box = drawAxes(context, { ...range, name: "target" }, { ...range, name: "predicted" }, width, height);
  drawPath(context, () => {
    context.moveTo(box.left, box.bottom);
    context.lineTo(box.right, box.top);
  }, { line: colours.word, width: 1.5 });
  drawPath(context, () => is.forEach((x, k) => addCircle(context, box.x.at(x), box.y.at(found[k]), 3.5)),
    { ground: colours.accent, alpha: 0.7 });
  byId("confusion-said").textContent = net.judged ? labelsInWords(is, found)
    : `R² is ${determination(is, found)} for ${inThousands(size)} samples.`;
}

/** Where each output is a label of its own, and says yes or no. */
function labelsInWords(is, found) {
  const right = is.filter((x, k) => rightBy[net.judged](found[k], x)).length;
  return `${inThousands(right)} of ${inThousands(is.length)} labels are right.`;
}

/** R²: the share of the targets' variance that is no error of the predictions. */
function determination(is, found) {
  const means = new Float64Array(net.outputs), count = is.length / net.outputs;
  is.forEach((x, k) => { means[k % net.outputs] += x / count; });
  const squares = (of) => is.reduce((total, x, k) => total + (x - of(k)) ** 2, 0);
  const variance_ = squares((k) => means[k % net.outputs]);
  if (variance_ <= 1e-20 * squares(() => 0)) return "not known, as all targets are equal,";
  return number(1 - squares((k) => found[k]) / variance_);
}

byId("confusion-table").parentElement.hidden = !isOfClasses;
byId("against-drawing").hidden = isOfClasses;
if (isOfClasses) prepareTable();
const predictionsAgain = isOfClasses ? turnOf(showConfusion) : sheetOf("against-drawing", drawAgainst);
whenPredicted(predictionsAgain);
byId("confusion-group").onchange = predictionsAgain;
