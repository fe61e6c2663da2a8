// Stepping: what is recomputed when a number changes, when a step is taken, when a block is folded.

import { arrowOf, findBoxes, groupOf, isAlone, isSeen } from "./boxes.js";
import { byId } from "./dom.js";
import { graph, leaves, nodes, recorded } from "./graph.js";
import { number } from "./numbers.js";
import { now } from "./now.js";
import { backward, byArrow, edgesBetween, forward, inGroups, nudged, recordedPass } from "./passes.js";

const MOST_LEAVES = 100; // in the table, for each is nudged

export function recompute() {
  const isRecorded = leaves.every((k) => Object.is(now.values[k], recorded[k]));
  now.pass = isRecorded ? recordedPass() : forward(now.values);
  const failed = now.pass.failure?.node ?? nodes.length;
  now.right = undefined;
  if (!now.pass.failure) {
    const edges = edgesBetween(now.pass.locals, isSeen, isAlone);
    now.pass.edges = byArrow(edges, (k) => now.places[k], arrowOf);
    now.right = backward(now.pass, { carried: now.carried });
    const all = { edges: edgesBetween(now.pass.locals, () => true, isAlone) };
    now.gradients = backward(all, { carried: now.carried }).gradients;
  }
  now.run = now.right && now.mistake ? backward(now.pass, now.mistake.options()) : now.right;
  now.steps = now.boxes.filter((box) => box.members.some((k) => nodes[k].operands) && box.last < failed)
    .map((box) => ({ kind: "forward", node: box.last }));
  const failure = { kind: "failure", ...now.pass.failure };
  now.steps.push(...(now.run ? inGroups(now.run.steps, groupOf) : [failure]));
  const cannot = now.pass.failure || graph.fixed;
  now.differences = now.listed.map((k) => (cannot ? NaN : nudged(now.values, k)));
  now.answered.clear();
  go(now.wanted);
}

export function go(place) {
  now.position = Math.min(Math.max(0, place), now.steps.length);
  now.wanted = now.pass.failure ? place : now.position;
  show();
}

/** What is known after the steps taken: which nodes have a value, and the gradients so far. */
function snapshot() {
  const computed = new Set(leaves), received = new Map();
  leaves.filter((k) => now.run?.carried[k]).forEach((k) => received.set(k, now.run.carried[k]));
  for (const step of now.steps.slice(0, now.position)) {
    const { kind, node, steps = [step] } = step;
    if (kind === "forward") now.boxes[now.places[node]].members.forEach((k) => computed.add(k));
    else if (kind !== "failure") steps.forEach(({ tail, after }) => received.set(tail ?? node, after));
  }
  return { computed, received };
}

/** What is known at this moment, for all that is shown of it. */
function moment() {
  const step = now.steps[now.position - 1] ?? { kind: "start" };
  const hidden = step.kind === "edge" && byId("predict").checked && !now.answered.has(now.position);
  const { computed, received } = snapshot();
  const gradientText = (k, write = number) => {
    if (hidden && step.tail === k) return "?";
    return received.has(k) ? write(received.get(k)) : "·";
  };
  return { step, hidden, computed, received, gradientText };
}

const shown = []; // what the page does at each step
const viewed = []; // and for each new picture

/** From now on `part(moment)` shows what it has to at each step. */
export const whenShown = (part) => shown.push(part);

/** From now on `part()` makes ready what depends on the picture, whenever there is a new one. */
export const whenViewed = (part) => viewed.push(part);

export function show() {
  const at = moment();
  shown.forEach((part) => part(at));
}

/** Shows a view, at the moment of the passes where the one before was. */
export function setView(chosen) {
  const { computed, passed } = past();
  if (now.view) byId("picture").innerHTML = chosen.picture;
  now.view = chosen;
  findBoxes();
  now.listed = leaves.length > MOST_LEAVES ? leaves.filter(isSeen).slice(0, MOST_LEAVES) : leaves;
  viewed.forEach((part) => part());
  recompute();
  const isPast = ({ kind, node, head, tail }) =>
    (kind === "forward" ? computed.has(node) : passed.has(head ?? node ?? tail));
  go(now.steps.filter(isPast).length || now.wanted);
}

/** The values that were computed in the steps taken, and those whose boxes have passed gradients on. */
function past() {
  const passed = new Set();
  for (const { kind, node, head, tail } of now.steps.slice(0, now.position)) {
    if (kind === "forward" || kind === "failure") continue;
    now.boxes[now.places[head ?? node ?? tail]].members.forEach((k) => passed.add(k));
  }
  return { computed: snapshot().computed, passed };
}
