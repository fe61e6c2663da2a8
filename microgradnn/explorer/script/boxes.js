// Where values are in the picture: which box a value is in, and what it is called there.

import { byId } from "./dom.js";
import { nodes, page } from "./graph.js";
import { now } from "./now.js";

/** Finds the boxes and arrows of a picture that has just been put into the page. */
export function findBoxes() {
  const picture = byId("picture");
  now.boxes = now.view.boxes.map((box, place) => {
    const group = picture.querySelector(`[data-node="${place}"]`);
    const [data, grad] = ["data", "grad"].map((what) => group.querySelector(`[data-shows="${what}"]`));
    const title = group.querySelector("title");
    return { ...box, group, title, data, grad, label: title.textContent, members: [] };
  });
  now.places = nodes.map((_, k) => now.boxes.findIndex(({ key }) => key === boxOf(k)));
  now.places.forEach((place, k) => now.boxes[place].members.push(k));
  now.boxes.forEach((box) => { box.last = box.members.at(-1); });
  now.arrows = now.view.arrows.map(([tail, head, place], k) => {
    const group = picture.querySelector(`[data-edge="${k}"]`);
    const [title, wire, surface, text] = ["title", ".wire", ".surface", "[data-shows=local]"]
      .map((selector) => group.querySelector(selector));
    return { tail, head, place, group, title, wire, surface, text };
  });
}

/** The box of a value: its own number, or −1 − that of the outermost block that is folded. */
function boxOf(k) {
  const isOpen = (block) => block < 0 || now.view.unfolded.includes(block);
  let block = page.home[k];
  if (isOpen(block)) return k;
  while (!isOpen(page.parents[block])) block = page.parents[block];
  return -1 - block;
}

/** Whether a value has its box to itself. */
export const isAlone = (k) => now.boxes[now.places[k]].members.length === 1;

/** Whether a value has a number in the picture: it is alone, or an output of its block. */
export const isSeen = (k) => isAlone(k) || now.boxes[now.places[k]].outputs.includes(k);

/** Whether an edge runs along an arrow. */
export const isOn = ({ tail, head, place }, edge) => tail === now.places[edge.tail]
  && head === now.places[edge.head] && (place < 0 || place === edge.place);

/** What a value is called in this picture. */
export function name(k) {
  const { names, outputs } = now.boxes[now.places[k]];
  return names[outputs.indexOf(k)] ?? nodes[k].name;
}
