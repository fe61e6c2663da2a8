// The scalar graph of one sample's loss: Python has recorded it once, and the numbers are filled in.

import { byId } from "./dom.js";
import { functions } from "./functions.js";
import { isNode, numbersInto, ownGraph, page, useGraph, views, withViews } from "./graph.js";
import { lesson } from "./lesson.js";
import { begin, now } from "./now.js";
import { inThousands, number } from "./numbers.js";
import { setView } from "./stepping.js";
import { chooseOne, training } from "./training.js";

const kinds = [ownGraph, ...await Promise.all((page.kinds ?? []).map(withViews))];
let kindShown; // which of the kinds is in the picture

const kindOfSample = (place) => lesson.graphs.kindOf[lesson.graphs.targets[place]] ?? -1;

/** Why there is no graph of a sample, if there is none. */
export function whyNoGraph(place) {
  if (lesson.graphs.whyNot) return lesson.graphs.whyNot;
  return kindOfSample(place) < 0 ? "Its loss is computed in another way than those with a picture." : "";
}

/** The nodes of a sample's loss, with the numbers and local derivatives of this moment's weights. */
export function nodesOf(place) {
  const kind = kindOfSample(place), { inputs, params, slots } = lesson.graphs.kinds[kind];
  const nodes = kinds[kind].nodes.map((node) => ({ ...node, operands: node.operands?.slice() }));
  const { X, inputs: count } = training.data, numbers = lesson.graphs.numbers[lesson.graphs.targets[place]];
  inputs.forEach((k, i) => { if (k >= 0) nodes[k].data = X[place * count + i]; });
  for (const [k, at] of params) nodes[k].data = training.theta[at];
  for (const [i, [k, at]] of slots.entries()) {
    if (at < 0) nodes[k].data = numbers[i];
    else nodes[k].operands[at] = { number: numbers[i] };
  }
  const data = [];
  for (const [k, node] of nodes.entries()) {
    if (node.operands) compute(node, data);
    data[k] = Number(node.data);
  }
  return nodes;
}

function compute(node, data) {
  const numbers = numbersInto(node, data).map(Number);
  [node.data, ...node.locals] = functions[node.row](...numbers);
  node.locals = node.locals.map((local, at) => (isNode(node.operands[at]) ? local : null));
}

// ---- In the canvas -------------------------------------------------------------------------------

const documentRoot = document.documentElement;
let opener; // had the focus before

/** Whether the network is shown; else it is the graph of a sample. */
export const isNetworkShown = () => documentRoot.classList.contains("network");

const openedParts = [];

/** From now on `part()` is called when the graph of a sample is opened. */
export const whenOpened = (part) => openedParts.push(part);

/** Shows the graph of a sample; of the same kind in the same view, and at the same step. */
export function openSample(place) {
  chooseOne(place);
  if (whyNoGraph(place)) return;
  openedParts.forEach((part) => part());
  if (isNetworkShown()) opener = document.activeElement;
  documentRoot.classList.remove("network");
  byId("return").hidden = false;
  const kind = kindOfSample(place), before = `${now.view.unfolded}`;
  useGraph({ ...kinds[kind], nodes: nodesOf(place), fixed: page.fixed || lesson.graphs.fixed });
  begin();
  if (kind !== kindShown) [now.steps, now.wanted] = [[], 0];
  setView((kind === kindShown && views.find(({ unfolded }) => `${unfolded}` === before)) || views[0]);
  kindShown = kind;
  byId("of-sample").textContent = titleOfSample(place);
}

/** What is said of a sample: its number, its target, and at which moment. */
function titleOfSample(place) {
  const { losses: { length }, data: { size } } = training;
  const when = length ? `after epoch ${inThousands(length)}` : "before the first epoch";
  const loss = number(now.pass.data.at(-1));
  return `Sample ${place} of ${inThousands(size)}, ${when}: the loss is ${loss}.`;
}

/** Goes back to the network. */
export function closeSample() {
  documentRoot.classList.add("network");
  byId("return").hidden = true;
  opener?.focus();
}

function neighbour(by) {
  const { size } = training.data;
  openSample((training.chosen + by + size) % size);
}

byId("to-network").onclick = closeSample;
byId("sample-back").onclick = () => neighbour(-1);
byId("sample-on").onclick = () => neighbour(1);

// What has the key Escape for itself comes first. The keys of the steps are for the graph alone.
addEventListener("keydown", (event) => {
  const isFree = !documentRoot.matches(":has(:is(#panel, #results):not([hidden]))");
  if (!isNetworkShown()) {
    if (event.key === "Escape" && isFree) closeSample();
  } else if (!byId("living").contains(event.target)) event.stopImmediatePropagation();
}, true);
byId("living").addEventListener("keydown", (event) => event.stopPropagation());

documentRoot.classList.add("network");
