// Finding a value or a block by its name or operation, also one that is folded.

import { bringIntoView } from "./camera.js";
import { byId, element } from "./dom.js";
import { graph, isHidden, isNode, nodes, page, views } from "./graph.js";
import { now } from "./now.js";
import { inThousands } from "./numbers.js";
import { setView } from "./stepping.js";

const MOST_FOUND = 8;
const input = byId("search"), list = byId("found");

let entries = [], ofNodes; // everything that can be found, and in which graph

/** Values are found by name and operation, blocks by their titles. */
function listEntries() {
  if (ofNodes === nodes) return;
  ofNodes = nodes;
  entries = [
    ...graph.blocks.map(([block, title]) => ({ block, name: title, says: "block" })),
    ...nodes.map((node, k) => ({ k, name: node.name, label: node.label, says: operationOf(node) })),
  ].map((entry) => ({ ...entry, ...lowered(entry) }));
}

function lowered({ name, label = name, says }) {
  return { key: label.toLowerCase(), text: `${name} ${label} ${says}`.toLowerCase() };
}

function operationOf({ row, words }) {
  if (row === undefined) return "leaf";
  const written = words.map((part) => (isNode(part) ? "□" : part)).join(""), { name } = page.rows[row];
  return `${written} (${name})`;
}

/** Those whose name is the text first, then those whose name begins with it, then the others. */
function matches(text) {
  listEntries();
  const rank = ({ key }) => (key === text ? 0 : key.startsWith(text) ? 1 : key.includes(text) ? 2 : 3);
  const found = [[], [], [], []];
  for (const entry of entries) if (entry.text.includes(text)) found[rank(entry)].push(entry);
  return found.flat();
}

function search() {
  const text = input.value.trim().toLowerCase(), all = text ? matches(text) : [];
  const shown = all.slice(0, MOST_FOUND).map((entry) => element("li", {},
    element("button", { type: "button", onclick: () => find(entry) },
      element("b", {}, entry.name), ` ${entry.label ?? ""} ${entry.says}`)));
  const more = all.length - shown.length;
  byId("matched").value = !text ? "" : !all.length ? "nothing found"
    : more > 0 ? `${inThousands(all.length)} found, ${shown.length} shown` : `${all.length} found`;
  list.replaceChildren(...shown);
  byId("results").hidden = !text;
}

function clear() {
  input.value = "";
  search();
}

/** The blocks around a block and itself, the outermost first. */
function blocksDownTo(block) {
  return block < 0 ? [] : [...blocksDownTo(graph.parents[block]), block];
}

/** The view that unfolds most of these blocks, from the first on; of several the most like this one. */
function viewOf(blocks) {
  const depth = ({ unfolded }) => {
    const folded = blocks.findIndex((block) => !unfolded.includes(block));
    return folded < 0 ? blocks.length : folded;
  };
  const distance = ({ unfolded }) => {
    const shared = unfolded.filter((block) => now.view.unfolded.includes(block)).length;
    return unfolded.length + now.view.unfolded.length - 2 * shared;
  };
  return [now.view, ...views].reduce((best, view) => {
    const gain = depth(view) - depth(best);
    return gain > 0 || (gain === 0 && distance(view) < distance(best)) ? view : best;
  });
}

/** Shows the box of a value or block, or that of the block around it where this cannot be unfolded. */
function find({ k, block }) {
  clear();
  const around = blocksDownTo(k === undefined ? graph.parents[block] : graph.home[k]);
  const view = isHidden("blocks") ? now.view : viewOf(around);
  if (view !== now.view) setView(view);
  const inside = k ?? graph.home.findIndex((home) => blocksDownTo(home).includes(block));
  const box = now.boxes.find((x) => x.block === block && x.key < 0) ?? now.boxes[now.places[inside]];
  bringIntoView([box], "instant");
  box.group.focus({ preventScroll: true });
}

input.oninput = search;
byId("finding").onsubmit = (event) => {
  event.preventDefault();
  list.querySelector("button")?.click();
};
byId("finding").onkeydown = (event) => {
  const buttons = [...list.querySelectorAll("button")], at = buttons.indexOf(document.activeElement);
  if (event.key === "Escape") {
    clear();
    input.focus();
    event.stopPropagation();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    event.stopPropagation();
    (buttons[at + (event.key === "ArrowDown" ? 1 : -1)] ?? input).focus();
  }
};
