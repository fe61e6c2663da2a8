// Gradient descent on the leaves.

import { fieldInAddress, inAddress, pairsOf, withPairs } from "./address.js";
import { name } from "./boxes.js";
import { byId } from "./dom.js";
import { graph, leaves, recorded, root } from "./graph.js";
import { number } from "./numbers.js";
import { now } from "./now.js";
import { atLeaves, noGradients } from "./passes.js";
import { recompute, whenShown } from "./stepping.js";
import { told } from "./told.js";

const MOST_LOSSES = 200; // in the address
let losses = []; // of the steps so far

function descend() {
  const rate = byId("rate").valueAsNumber, before = now.pass.data[root];
  const bad = [...now.trained].find((k) => !Number.isFinite(now.gradients[k]));
  const reason = !now.trained.size ? "No leaf is ticked in the column “train”"
    : !Number.isFinite(rate) ? "The learning rate is not a number"
    : bad !== undefined && `No step was taken: the gradient of ${name(bad)} is ${number(now.gradients[bad])}`;
  if (reason) {
    byId("loss").textContent = `${reason}.`;
    return;
  }
  now.values = now.values.map((x, k) => (now.trained.has(k) ? x - rate * now.gradients[k] : x));
  if (!byId("zero").checked) now.carried = atLeaves(now.gradients);
  recompute();
  if (!losses.length) losses.push(before);
  if (!now.pass.failure) losses.push(now.pass.data[root]);
  tell(before, now.pass.failure ? "no value" : number(now.pass.data[root], 6));
  showTraining();
}

function tell(before, after) {
  byId("loss").textContent =
    `Step ${losses.length - 1}: ${name(root)} went from ${number(before, 6)} to ${after}.`;
}

export function startAgain() {
  losses = [];
  byId("loss").textContent = "";
}

function reset() {
  now.values = recorded;
  startAgain();
  setCarried();
}

/** Without zero_grad() this pass starts from the gradients that the last one left. */
function setCarried() {
  now.carried = noGradients();
  recompute();
  if (!byId("zero").checked && now.right) {
    now.carried = atLeaves(now.gradients);
    recompute();
  }
}

function showTraining() {
  byId("descend").disabled = !now.right || graph.fixed || !told.all(); // it takes all gradients
  byId("outcome").style.visibility = told.data(root) ? "" : "hidden";
  byId("kept").hidden = byId("zero").checked;
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const points = losses.map((loss, k) =>
    [100 * k / (losses.length - 1), high > low ? 28 - 26 * (loss - low) / (high - low) : 28]);
  byId("curve").style.display = points.length > 1 ? "" : "none";
  if (points.length > 1) byId("curve").firstElementChild.setAttribute("points", points);
}

const carrying = () => leaves.filter((k) => now.carried[k]);
inAddress("zero", () => (byId("zero").checked ? "" : pairsOf(carrying(), now.carried) || "none"), (text) => {
  byId("zero").checked = !text;
  now.carried = withPairs(text, leaves, noGradients());
  recompute();
});
inAddress("losses", () => losses.slice(-MOST_LOSSES).join(), (text) => {
  losses = text.split(",").filter(Boolean).map(Number).filter(Number.isFinite);
  if (losses.length > 1) tell(losses.at(-2), number(losses.at(-1), 6));
  else startAgain();
  showTraining();
});
fieldInAddress("rate", byId("rate"));
byId("descend").onclick = descend;
byId("reset").onclick = reset;
byId("zero").onchange = setCarried;
whenShown(showTraining);
