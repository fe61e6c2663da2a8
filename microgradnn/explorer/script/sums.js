// How the gradients of samples add up to those of what they share: a table, and bars for a row of it.

import { inAddress } from "./address.js";
import { byId, element } from "./dom.js";
import { nodes } from "./graph.js";
import { inThousands, number } from "./numbers.js";
import { pickable, placeShown, samples, shares } from "./samples.js";
import { whenShown, whenViewed } from "./stepping.js";
import { told, veiled } from "./told.js";

const MOST_ROWS = 60;
const inOrder = [...samples.rows.keys()] // by the labels of the parameters, 2 before 10
  .sort((a, b) => samples.rows[a].name.localeCompare(samples.rows[b].name, "en", { numeric: true }));
let areTold = true; // all gradients
let barred = inOrder[0]; // the row whose gradient is shown sample by sample

/** What a sample adds to the gradient of a row. */
const shareOf = (row, place) => Number((shares[row].whole ?? shares[row].direct)[place]);
const totalOf = (row) => Number(samples.rows[row].total);

/** What the picture calls a value that samples share; in the whole batch it is found by its label. */
function calledHere(row) {
  const { name: label, nodes: numbers } = samples.rows[row], place = placeShown();
  const k = place === null ? nodes.findIndex((node) => (node.label ?? node.name) === label)
    : numbers[pickable[place].graph] ?? -1;
  return k < 0 ? label || `value ${row + 1}` : nodes[k].name;
}

function showSums() {
  const shown = inOrder.slice(0, MOST_ROWS), more = inOrder.length - shown.length, place = placeShown();
  const heads = ["parameter", ...(place === null ? [] : ["this sample", "all others"]), "gradient"];
  byId("sums").tHead.replaceChildren(
    element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text))));
  byId("sums").tBodies[0].replaceChildren(...shown.map((row) => {
    const share = place === null ? [] : [shareOf(row, place), totalOf(row) - shareOf(row, place)];
    const button = element("button", { onclick: () => showBars(row) }, calledHere(row));
    return element("tr", {}, element("th", { scope: "row" }, button),
      ...[...share, totalOf(row)].map((x) => element("td", {}, veiled(areTold, number(x)))));
  }));
  byId("unsummed").textContent = more > 0 ? `and ${inThousands(more)} more` : "";
  showBars(barred);
}

/** One gradient, sample by sample: a bar to the right of the middle adds, one to the left takes away. */
function showBars(chosenRow) {
  barred = chosenRow;
  [...byId("sums").tBodies[0].rows].forEach((line, k) => {
    line.querySelector("button").ariaPressed = inOrder[k] === barred;
  });
  const rest = Number(shares[barred].rest);
  const bars = pickable.map(({ index }, place) => ({
    text: `sample ${index}`, share: areTold ? shareOf(barred, place) : 0, isShown: place === placeShown(),
  }));
  if (rest || pickable.length < samples.count) bars.push({ text: "all else", share: areTold ? rest : 0 });
  const largest = Math.max(...bars.map(({ share }) => Math.abs(share)));
  byId("bars").replaceChildren(...bars.map((x) => lineOf(x, largest)),
    element("li", {}, element("span", {}, "in all"), element("span", {}),
      element("b", {}, veiled(areTold, number(totalOf(barred))))));
}

function lineOf({ text, share, isShown }, largest) {
  const bar = element("i", { className: share < 0 ? "negative" : "" });
  bar.style.width = `${largest ? 50 * Math.abs(share) / largest : 0}%`;
  return element("li", { className: isShown ? "now" : "" }, element("span", {}, text),
    element("span", { className: "track" }, bar), element("b", {}, veiled(areTold, number(share))));
}

if (inOrder.length) {
  byId("adding").hidden = false;
  inAddress("bars", () => (barred === inOrder[0] ? "" : String(barred)), (text) => {
    showBars(inOrder.find((row) => String(row) === text) ?? inOrder[0]);
  });
  whenViewed(showSums);
  whenShown(() => {
    if (areTold === told.all()) return;
    areTold = !areTold;
    showSums();
  });
  showSums();
}
