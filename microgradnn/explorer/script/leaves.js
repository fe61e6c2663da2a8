// The table of the leaves, with sliders.

import { inAddress, pairsOf, withPairs } from "./address.js";
import { isSeen, name } from "./boxes.js";
import { startAgain } from "./descent.js";
import { byId, element } from "./dom.js";
import { graph, leaves, recorded } from "./graph.js";
import { number, parsed } from "./numbers.js";
import { now } from "./now.js";
import { recompute, show, whenShown, whenViewed } from "./stepping.js";
import { told, veiled } from "./told.js";

/** One row of the table, with a slider that moves in round steps around the recorded number. */
function leafRow(k) {
  const reach = Math.max(2, 2 * Math.abs(recorded[k]));
  const grain = 10 ** Math.floor(Math.log10(reach / 100));
  const round = (x) => Number((Math.round(x / grain) * grain).toPrecision(12));
  const [min, max] = [round(recorded[k] - reach), round(recorded[k] + reach)];
  const disabled = graph.fixed || !Number.isFinite(3 * reach);
  const input = (type, what, more) =>
    element("input", { type, disabled, ariaLabel: `${name(k)}: ${what}`, ...more });
  const field = input("number", "value", { step: "any" });
  const slider = input("range", "slider", { min, max, step: grain });
  const train = input("checkbox", "changed by gradient descent", { checked: now.trained.has(k) });
  for (const control of [field, slider]) {
    control.oninput = () => {
      if (Number.isFinite(control.valueAsNumber)) setLeaf(k, control.valueAsNumber);
    };
  }
  train.onchange = () => now.trained[train.checked ? "add" : "delete"](k);
  const grad = element("td"), check = element("td");
  const row = element("tr", {}, element("th", { scope: "row" }, name(k).replaceAll(".", ".\u200b"), slider),
    element("td", {}, field), grad, check, element("td", {}, train));
  byId("leaves").tBodies[0].append(row);
  return { k, row, field, slider, grad, check, train };
}

let leafRows = [];

/** All leaves; where there are many, those in the picture. */
function prepareLeaves() {
  byId("leaves").tBodies[0].replaceChildren();
  leafRows = now.listed.map(leafRow);
  byId("unlisted").textContent = now.listed.length < leaves.length
    ? `${now.listed.length} of ${leaves.length} leaves are listed: those that the picture shows.` : "";
}

export function setLeaf(k, value) {
  setLeaves(now.values.with(k, value));
}

function setLeaves(values) {
  now.values = graph.fixed ? recorded : values;
  startAgain();
  recompute();
}

/** The value in the field and on the slider, but for the one that is being moved. */
function showValue(leaf) {
  const value = now.values[leaf.k];
  if (Object.is(leaf.shown, value)) return;
  leaf.shown = value;
  for (const control of [leaf.field, leaf.slider].filter((x) => x !== document.activeElement)) {
    control.value = Number.isFinite(value) ? parsed(number(value, 5)) : "";
  }
}

function showLeaves({ step, gradientText }) {
  for (const [place, leaf] of leafRows.entries()) {
    const { k, row, grad, check, train } = leaf;
    showValue(leaf);
    train.checked = now.trained.has(k);
    row.classList.toggle("now", (step.steps ?? [step]).some(({ tail }) => tail === k));
    const inside = now.run && !isSeen(k) && now.position === now.steps.length; // a block that is folded
    writeIn(grad, inside ? veiled(told.gradient(k), number(now.gradients[k])) : gradientText(k));
    const by = now.differences[place];
    const far = now.run && now.position === now.steps.length
      && Math.abs(by - (now.mistake ? now.run.gradients : now.gradients)[k]) > 1e-8 + 1e-4 * Math.abs(by);
    const nudgedText = `${far ? "≠ " : ""}${number(by)}`;
    writeIn(check, Number.isNaN(by) ? "·" : veiled(told.gradient(k), nudgedText));
  }
}

function writeIn(cell, text) {
  if (cell.textContent !== text) cell.textContent = text;
}

inAddress("leaves", () => pairsOf(now.values, recorded), (text) => setLeaves(withPairs(text, recorded)));
/** Those whose tick is another than at the start. */
const ticked = () => leaves.filter((k) => now.trained.has(k) !== now.learning.has(k));
inAddress("train", () => ticked().join(), (text) => {
  const changed = new Set(text.split(","));
  now.trained = new Set(leaves.filter((k) => now.learning.has(k) !== changed.has(String(k))));
  show();
});
whenViewed(prepareLeaves);
whenShown(showLeaves);
