// Gradient descent on the leaves.

import { inAddress, pairsOf, withPairs } from "./address.js";
import { name } from "./boxes.js";
import { byId } from "./dom.js";
import { graph, recorded, root } from "./graph.js";
import { number } from "./numbers.js";
import { now } from "./now.js";
import { atLeaves, noGradients } from "./passes.js";
import { recompute, whenShown } from "./stepping.js";
import { told } from "./told.js";

let losses = []; // of the steps so far

function descend() {
  const by = rate.valueAsNumber, before = now.pass.data[root];
  const bad = [...now.trained].find((k) => !Number.isFinite(now.gradients[k]));
  const reason = !now.trained.size ? "No leaf is ticked in the column “train”"
    : !Number.isFinite(by) ? "The learning rate is not a number"
    : bad !== undefined && `No step was taken: the gradient of ${name(bad)} is ${number(now.gradients[bad])}`;
  if (reason) {
    byId("loss").textContent = `${reason}.`;
    return;
  }
  now.values = now.values.map((x, k) => (now.trained.has(k) ? x - by * now.gradients[k] : x));
  if (!byId("zero").checked) now.carried = atLeaves(now.gradients);
  recompute();
  if (!losses.length) losses.push(before);
  if (!now.pass.failure) losses.push(now.pass.data[root]);
  const after = now.pass.failure ? "no value" : number(now.pass.data[root], 6);
  byId("loss").textContent =
    `Step ${losses.length - 1}: ${name(root)} went from ${number(before, 6)} to ${after}.`;
  showTraining();
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

const rate = byId("rate");
const firstRate = rate.value;
inAddress("rate", () => (rate.value === firstRate ? "" : rate.value), (text) => {
  rate.value = Number.isFinite(parseFloat(text)) ? parseFloat(text) : firstRate;
});
const writtenCarried = () => pairsOf(now.carried, noGradients()) || "none";
inAddress("zero", () => (byId("zero").checked ? "" : writtenCarried()), (text) => {
  byId("zero").checked = !/^(none|\d+:.*)$/.test(text);
  now.carried = withPairs(text, noGradients());
  recompute();
});
byId("descend").onclick = descend;
byId("reset").onclick = reset;
byId("zero").onchange = setCarried;
whenShown(showTraining);
