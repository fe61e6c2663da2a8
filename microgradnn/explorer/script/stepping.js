// Stepping: what is recomputed when a number changes, when a step is taken, when a block is folded.

import { arrowOf, findBoxes, groupOf, isAlone, isSeen } from "./boxes.js";
import { byId } from "./dom.js";
import { graph, leaves, nodes, recorded } from "./graph.js";
import { number } from "./numbers.js";
import { now } from "./now.js";
import { backward, byArrow, edgesBetween, forward, inGroups, nudged, recordedPass } from "./passes.js";
import { questionsOf } from "./questions.js";
import { lookAround, told, veiled } from "./told.js";

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
  if (askedOf.some((x, k) => x !== [now.values, now.carried][k])) now.answered.clear();
  askedOf = [now.values, now.carried];
  stand(now.wanted);
}

let askedOf = []; // the numbers that the answers belong to

/** Goes to a step. What was asked on the way, and is passed over, will have been shown. */
export function go(place) {
  const end = Math.min(place, now.steps.length) - 1; // what is asked there stays open
  const passed = now.steps.filter((_, k) => now.quiz && k >= now.position - 1 && k < end);
  for (const { key } of passed.flatMap(questionsOf)) now.answered.set(key, now.answered.get(key) ?? 2);
  stand(place);
}

/** Is at a step, as if no other had been on the way. */
export function stand(place) {
  now.position = Math.min(Math.max(0, place), now.steps.length);
  now.wanted = now.pass.failure ? place : now.position;
  show();
}

/** What there is to show at this moment; what may be told of it says told.js. */
function moment() {
  const step = now.steps[now.position - 1] ?? { kind: "start" };
  now.question = now.quiz ? questionsOf(step).find(({ key }) => !now.answered.has(key)) : undefined;
  const { computed, received } = lookAround();
  const gradientText = (k) => (received.has(k) ? veiled(told.soFar(k), number(received.get(k))) : "·");
  return { step, computed, received, gradientText };
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
  stand(now.steps.filter(isPast).length || now.wanted);
}

/** The values that were computed in the steps taken, and those whose boxes have passed gradients on. */
function past() {
  const passed = new Set();
  for (const { kind, node, head, tail } of now.steps.slice(0, now.position)) {
    if (kind === "forward" || kind === "failure") continue;
    now.boxes[now.places[head ?? node ?? tail]].members.forEach((k) => passed.add(k));
  }
  return { computed: lookAround().computed, passed };
}
