// The samples of a batch: which of them is shown, and its graph. sums.js adds up their gradients.

import { inAddress } from "./address.js";
import { byId, element, said } from "./dom.js";
import { functions } from "./functions.js";
import { isNode, ownGraph, page, root, unpacked, useGraph, views, withViews } from "./graph.js";
import "./main.js";
import { inThousands, number, several } from "./numbers.js";
import { begin, now } from "./now.js";
import { heading, line, whenChosen } from "./panel.js";
import { setView, whenShown, whenViewed } from "./stepping.js";
import { told, veiled } from "./told.js";

export const samples = page.samples;
const packed = await unpacked(samples.packed);
export const pickable = packed.list; // the samples that can be named, which may be fewer than there are
export const shares = packed.contributions; // what each shared value receives from each of them
const graphs = await Promise.all(samples.graphs.map((x) => (x ? withViews(x) : ownGraph)));
const graphsShown = new Map(); // graphs of samples that were chosen before
let sampled = samples.shown;

/** The place in the list of the sample that is shown; null for the whole batch. */
export const placeShown = () => sampled;

// ---- A sample's graph ----

/** The graph of a sample: that of its kind, with the sample's numbers in it. */
function graphOf(place) {
  const { graph: kind, data, numbers } = pickable[place], { own, columns } = samples.slots[kind];
  const { nodes: written, elsewhere, ...rest } = graphs[kind];
  const made = written.map((node) => ({ ...node, operands: node.operands?.slice() }));
  own.forEach((k, i) => { made[k].data = data[i]; });
  for (const [i, column] of columns.entries()) {
    for (const [k, at] of column) made[k].operands[at] = { number: numbers[i] };
  }
  for (const node of made) if (node.operands) node.locals = localsOf(node, made);
  return { ...rest, nodes: made, elsewhere: elsewhereFor(place, kind, elsewhere), fixed: true };
}

function localsOf(node, made) {
  const numbers = node.operands.map((x) => Number(isNode(x) ? made[x].data : x.number));
  const [, ...locals] = functions[node.row](...numbers);
  return locals.map((local, at) => (isNode(node.operands[at]) ? local : null));
}

/** What shared values receive from all samples but this one. */
function elsewhereFor(place, kind, written) {
  const first = pickable.findIndex((sample) => sample.graph === kind); // with which it was written
  const found = { ...written };
  for (const [at, { nodes: numbers }] of samples.rows.entries()) {
    const k = numbers[kind], { direct } = shares[at];
    if (k === null || !found[k]) continue;
    const [sum, uses] = found[k];
    found[k] = [Number(sum) + Number(direct[first]) - Number(direct[place]), uses];
  }
  return found;
}

/** Why a sample cannot be shown in the picture, if it cannot. */
function obstacle({ graph: kind }) {
  if (kind === null) return "computed in another way than those with a picture";
  if (!samples.slots[kind]) return "its graph is folded for good";
  const isOwn = ({ row }) => row !== undefined && !functions[row];
  return graphs[kind].nodes.some(isOwn) ? "it holds an operation of your own" : "";
}

const kindOf = (place) => (place === null ? "batch" : pickable[place].graph);

/** Shows a sample; of the same kind of graph in the same view, and at the same step. */
function chooseSample(place) {
  const isWritten = place === null || place === samples.shown;
  if (!graphsShown.has(place)) graphsShown.set(place, isWritten ? ownGraph : graphOf(place));
  const isOfOtherKind = kindOf(place) !== kindOf(sampled), before = `${now.view.unfolded}`;
  sampled = place;
  useGraph(graphsShown.get(place));
  begin();
  if (isOfOtherKind) [now.steps, now.wanted] = [[], 0];
  const same = views.find(({ unfolded }) => `${unfolded}` === before);
  setView((!isOfOtherKind && same) || views[0]);
}

// ---- The card ----

const MOST_INPUTS = 4; // in the title of a sample

let isLossTold = true;

const figure = (x) => number(Number(x));
const severalWritten = (x) => (Array.isArray(x) ? `(${x.map(figure).join(", ")})` : figure(x));

/** What is graphsShown of a sample, its inputs as `write` has them. */
function about({ inputs, target, loss }, write) {
  return [inputs.length ? write(inputs) : "", target === null ? "" : `target ${severalWritten(target)}`,
    `loss ${veiled(isLossTold, figure(loss))}`].filter(Boolean).join(", ");
}

function titleOf(sample) {
  const values = (inputs) => {
    const shown = inputs.slice(0, MOST_INPUTS).map(([, x]) => figure(x));
    return `inputs (${[...shown, ...(inputs.length > MOST_INPUTS ? ["…"] : [])].join(", ")})`;
  };
  return `sample ${sample.index}, ${about(sample, values)}`;
}

function options() {
  const batch = element("option", { value: "" }, `the whole batch of ${inThousands(samples.count)}`);
  return [...(samples.shown === null ? [batch] : []), ...pickable.map((sample, place) => {
    const reason = place === samples.shown ? "" : obstacle(sample);
    const text = `${titleOf(sample)}${reason && ` (${reason})`}`;
    return element("option", { value: place, disabled: Boolean(reason) }, text);
  })];
}

/** The losses are among the values that the quiz asks for. */
function showLosses() {
  if (isLossTold === told.data(root)) return;
  isLossTold = !isLossTold;
  byId("sample").replaceChildren(...options());
  showCard();
}

function showCard() {
  const inputsOf = (inputs) => inputs.map(([called, x]) => `${called} = ${figure(x)}`).join(", ");
  byId("sample").value = sampled ?? "";
  byId("facts").replaceChildren(...(sampled === null ? [] : [said(about(pickable[sampled], inputsOf))]));
}

// ---- A value in all samples ----

const MOST_VALUES = 16; // in the panel

/** What a value is in each sample that is computed alike, for the panel. */
function inAllSamples(k) {
  if (sampled === null) return [];
  const kind = kindOf(sampled), at = samples.slots[kind]?.own.indexOf(k) ?? -1;
  if (at < 0 || !told.data(k)) return [];
  const alike = pickable.filter((sample) => sample.graph === kind);
  const values = alike.map(({ data }) => Number(data[at])), more = alike.length - MOST_VALUES;
  return [heading("In all samples"), line(several(values, number)),
    ...alike.slice(0, MOST_VALUES).map(({ index }, i) => line(`sample ${index}: ${number(values[i])}`)),
    ...(more > 0 ? [line(`and ${more} more`)] : [])];
}

const placeOf = (value) => (value === "" ? null : Number(value));

/** Chooses the next sample, or the one before. */
function goOn(by) {
  const all = [...byId("sample").options].filter(({ disabled }) => !disabled).map(({ value }) => value);
  const at = all.indexOf(String(sampled ?? ""));
  chooseSample(placeOf(all[(at + by + all.length) % all.length]));
}

byId("samples-are").textContent = samples.text;
byId("sample").replaceChildren(...options());
byId("sample").onchange = ({ target: { value } }) => chooseSample(placeOf(value));
byId("sample-before").onclick = () => goOn(-1);
byId("sample-after").onclick = () => goOn(1);
inAddress("sample", () => (sampled === samples.shown ? "" : String(sampled)), (text) => {
  const [option] = [...byId("sample").options].filter(({ value, disabled }) => value === text && !disabled);
  chooseSample(option ? placeOf(option.value) : samples.shown);
});
whenViewed(showCard);
whenShown(showLosses);
whenChosen(inAllSamples);
showCard();
