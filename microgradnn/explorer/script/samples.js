// The samples of a batch: which of them is shown, and how the gradients of all add up.

import { byId, element, said } from "./dom.js";
import { functions } from "./functions.js";
import { isNode, nodes, ownGraph, page, unpacked, useGraph, views, withViews } from "./graph.js";
import { number } from "./numbers.js";
import { begin, now } from "./now.js";
import { setView, whenViewed } from "./stepping.js";

const { samples } = page;
const { list: pickable = [], contributions: received = [] } = samples ? await unpacked(samples.packed) : {};
const kinds = await Promise.all((samples?.graphs ?? []).map((given) => (given ? withViews(given) : ownGraph)));
const shownAs = new Map(); // the graphs of the samples that were shown, as they stand in the page's JSON
let sampled = samples?.shown ?? null; // the place of a sample in the list; null for the whole batch
const inOrder = [...(samples?.rows ?? []).keys()] // by the labels of the parameters, 2 before 10
  .sort((a, b) => samples.rows[a].name.localeCompare(samples.rows[b].name, "en", { numeric: true }));
let parameter = inOrder[0]; // the row of contributions that is shown sample by sample

// ---- A sample's graph ----

/** The graph of a sample: that of its kind, with the sample's numbers in it. */
function graphOf(place) {
  const { graph: kind, data, numbers } = pickable[place], { own, columns } = samples.slots[kind];
  const { nodes: written, elsewhere, ...rest } = kinds[kind];
  const nodes = written.map((node) => ({ ...node, operands: node.operands?.slice() }));
  own.forEach((k, i) => { nodes[k].data = data[i]; });
  columns.forEach((column, i) => column.forEach(([k, at]) => { nodes[k].operands[at] = { number: numbers[i] }; }));
  for (const node of nodes) if (node.operands) node.locals = localsOf(node, nodes);
  return { ...rest, nodes, elsewhere: elsewhereFor(place, kind, elsewhere), fixed: true };
}

function localsOf(node, nodes) {
  const numbers = node.operands.map((x) => Number(isNode(x) ? nodes[x].data : x.number));
  const [, ...locals] = functions[node.row](...numbers);
  return locals.map((local, at) => (isNode(node.operands[at]) ? local : null));
}

/** What parameters receive from the other samples: of all but this one. */
function elsewhereFor(place, kind, written) {
  const first = pickable.findIndex((sample) => sample.graph === kind); // with which the graph was written
  const found = { ...written };
  for (const [at, { nodes }] of samples.rows.entries()) {
    const k = nodes[kind], { direct } = received[at];
    if (k === null || !found[k]) continue;
    const [sum, uses] = found[k];
    found[k] = [Number(sum) + Number(direct[first]) - Number(direct[place]), uses];
  }
  return found;
}

/** Why a sample cannot be shown in the picture, if it cannot. */
function obstacle({ graph: kind }) {
  if (kind === null) return "it is computed in another way than those that have a picture";
  if (!samples.slots[kind]) return "its graph is folded for good";
  const { nodes } = kinds[kind];
  return nodes.some(({ row }) => row !== undefined && !functions[row]) ? "an operation of your own is in it" : "";
}

function chooseSample(place) {
  const isFirst = place === null || place === samples.shown;
  const kind = place === null ? "batch" : pickable[place].graph;
  const key = place === null ? "batch" : `${kind} ${place}`;
  if (!shownAs.has(key)) shownAs.set(key, isFirst ? ownGraph : graphOf(place));
  const isOtherGraph = kind !== (sampled === null ? "batch" : pickable[sampled].graph);
  const unfolded = now.view.unfolded;
  sampled = place;
  useGraph(shownAs.get(key));
  begin();
  if (isOtherGraph) [now.steps, now.wanted] = [[], 0];
  const same = views.find((view) => `${view.unfolded}` === `${unfolded}`);
  setView((!isOtherGraph && same) || views[0]);
}

// ---- The card ----

const numbersIn = (x) => (Array.isArray(x) ? `(${x.map((y) => number(Number(y))).join(", ")})` : number(Number(x)));

function titleOf({ index, inputs, target, loss }) {
  const given = inputs.length ? `, inputs ${numbersIn(inputs.slice(0, 4).map(([, x]) => x)).slice(0, -1)}${inputs.length > 4 ? ", …" : ""})` : "";
  return `sample ${index}${given}${target === null ? "" : `, target ${numbersIn(target)}`}, loss ${number(Number(loss))}`;
}

function options() {
  const whole = samples.shown === null
    ? [element("option", { value: "" }, `the whole batch of ${samples.count.toLocaleString("en")}`)] : [];
  return [...whole, ...pickable.map((sample, place) => {
    const reason = place === samples.shown ? "" : obstacle(sample);
    return element("option", { value: place, disabled: Boolean(reason) },
      reason ? `${titleOf(sample)} (${reason})` : titleOf(sample));
  })];
}

function showCard() {
  byId("sample").value = sampled ?? "";
  byId("facts").replaceChildren(...(sampled === null ? [] : factsOf(pickable[sampled])));
  showSums();
}

function factsOf({ inputs, target, loss }) {
  const given = inputs.map(([called, x]) => `${called} = ${number(Number(x))}`).join(", ");
  return [said([given, target === null ? "" : `target ${numbersIn(target)}`, `loss ${number(Number(loss))}`]
    .filter(Boolean).join("; "))];
}

// ---- How the gradients add up ----

const MOST_ROWS = 60;
const shareOf = ({ direct, whole }, place) => Number((whole ?? direct)[place]);
const allOthers = (row, place) => Number(samples.rows[row].total) - shareOf(received[row], place);

function showSums() {
  const shown = inOrder.slice(0, MOST_ROWS), one = sampled !== null;
  byId("sums").tHead.replaceChildren(element("tr", {}, ...["parameter", ...(one ? ["this sample", "all others"] : []),
    "gradient"].map((text) => element("th", { scope: "col" }, text))));
  byId("sums").tBodies[0].replaceChildren(...shown.map((at) => {
    const row = samples.rows[at];
    const button = element("button", { ariaPressed: at === parameter, onclick: () => showBars(at) }, calledHere(row, at));
    const cells = one ? [shareOf(received[at], sampled), allOthers(at, sampled)] : [];
    return element("tr", {}, element("th", { scope: "row" }, button),
      ...[...cells, Number(row.total)].map((x) => element("td", {}, number(x))));
  }));
  const more = inOrder.length - shown.length;
  byId("unsummed").textContent = more > 0 ? `and ${more.toLocaleString("en")} more` : "";
  showBars(parameter);
}

/** What the picture calls a value that samples share; in the whole batch it is found by its label. */
function calledHere(row, at) {
  const k = sampled === null ? nodes.findIndex((node) => (node.label ?? node.name) === row.name)
    : row.nodes[pickable[sampled].graph] ?? -1;
  return k < 0 ? row.name || `value ${at + 1}` : nodes[k].name;
}

/** One parameter, sample by sample: a bar to the right of the middle adds, one to the left takes away. */
function showBars(row) {
  parameter = row;
  [...byId("sums").tBodies[0].rows].forEach((line, k) => {
    line.querySelector("button").ariaPressed = inOrder[k] === row;
  });
  const shares = pickable.map((_, place) => shareOf(received[row], place)), rest = Number(received[row].rest);
  const entries = [...pickable.map(({ index }, place) => [`sample ${index}`, shares[place], place]),
    ...(rest || pickable.length < samples.count ? [["all else", rest]] : [])];
  const largest = Math.max(...entries.map(([, x]) => Math.abs(x)));
  byId("bars").replaceChildren(...entries.map(([text, x, place]) => {
    const bar = element("i", { className: x < 0 ? "negative" : "" });
    bar.style.width = `${largest ? 50 * Math.abs(x) / largest : 0}%`;
    return element("li", { className: place === sampled && sampled !== null ? "now" : "" },
      element("span", {}, text), element("span", { className: "track" }, bar), element("b", {}, number(x)));
  }), element("li", {}, element("span", {}, "in all"), element("span", {}),
    element("b", {}, number(Number(samples.rows[row].total)))));
}

if (samples) {
  byId("samples").hidden = false;
  byId("samples-are").textContent = samples.text;
  byId("sample").replaceChildren(...options());
  byId("sample").onchange = ({ target: { value } }) => chooseSample(value === "" ? null : Number(value));
  for (const [id, by] of [["sample-before", -1], ["sample-after", 1]]) {
    byId(id).onclick = () => {
      const all = [...byId("sample").options].filter((x) => !x.disabled);
      const at = all.findIndex((x) => x.value === String(sampled ?? ""));
      const { value } = all[(at + by + all.length) % all.length];
      chooseSample(value === "" ? null : Number(value));
    };
  }
  whenViewed(showCard);
}
