// Where values are in the picture: which box a value is in, and what it is called there.

import { byId } from "./dom.js";
import { graph, nodes } from "./graph.js";
import { now } from "./now.js";

let arrowAt = new Map(); // by its boxes and the place of the operand

/** Finds the boxes and arrows of a picture that has just been put into the page. */
export function findBoxes() {
  const picture = byId("picture");
  now.boxes = now.view.boxes.map((box, place) => {
    const group = picture.querySelector(`[data-node="${place}"]`);
    const [data, grad] = ["data", "grad"].map((what) => group.querySelector(`[data-shows="${what}"]`));
    const title = group.querySelector("title");
    const { e: x, f: y } = group.transform.baseVal[0].matrix;
    const { width, height } = group.querySelector(".frame").getBBox();
    const shown = { group, title, data, grad, label: title.textContent };
    return { ...box, ...shown, x, y, width, height, members: [] };
  });
  const placeOf = new Map(now.boxes.map(({ key }, place) => [key, place]));
  now.places = nodes.map((_, k) => placeOf.get(boxOf(k)));
  now.places.forEach((place, k) => now.boxes[place].members.push(k));
  now.boxes.forEach((box) => { box.last = box.members.at(-1); });
  now.arrows = now.view.arrows.map(([tail, head, place], k) => {
    const group = picture.querySelector(`[data-edge="${k}"]`);
    const [title, wire, surface, text] = ["title", ".wire", ".surface", "[data-shows=local]"]
      .map((selector) => group.querySelector(selector));
    const [x, y] = /^M([-.\d]+),([-.\d]+)/.exec(wire.getAttribute("d")).slice(1).map(Number);
    const middle = text.x.baseVal[0].value;
    return { tail, head, place, group, title, wire, surface, text, start: { x, y }, middle };
  });
  arrowAt = new Map(now.arrows.map(({ tail, head, place }, k) => [`${tail} ${head} ${place}`, k]));
}

/** The number of the arrow that an edge runs along; between blocks one arrow has all edges. */
export function arrowOf({ tail, head, place }) {
  const ends = `${now.places[tail]} ${now.places[head]}`;
  return arrowAt.get(`${ends} ${place}`) ?? arrowAt.get(`${ends} -1`);
}

/** What edges have in common that are one step: the arrow between blocks, or the block they are in. */
export function groupOf(edge) {
  const arrow = arrowOf(edge);
  if (arrow === undefined) return now.boxes[now.places[edge.head]];
  return now.arrows[arrow].place < 0 ? now.arrows[arrow] : undefined;
}

/** The box of a value: its own number, or −1 − that of the outermost block that is folded. */
function boxOf(k) {
  const isOpen = (block) => block < 0 || now.view.unfolded.includes(block);
  let block = graph.home[k];
  if (isOpen(block)) return k;
  while (!isOpen(graph.parents[block])) block = graph.parents[block];
  return -1 - block;
}

/** Whether a value has its box to itself. */
export const isAlone = (k) => now.boxes[now.places[k]].members.length === 1;

/** Whether a value has a number in the picture: it is alone, or an output of its block. */
export const isSeen = (k) => isAlone(k) || now.boxes[now.places[k]].outputs.includes(k);

/** What a value is called in this picture. */
export function name(k) {
  const { names, outputs } = now.boxes[now.places[k]];
  return names[outputs.indexOf(k)] ?? nodes[k].name;
}
