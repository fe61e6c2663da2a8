// Finding a value or a block by its name or operation, also one that is folded.

import { bringIntoView } from "./camera.js";
import { byId, element } from "./dom.js";
import { isNode, nodes, page, views } from "./graph.js";
import { now } from "./now.js";
import { setView } from "./stepping.js";

const MOST_FOUND = 8;
const input = byId("search"), list = byId("found");

/** Everything that can be found: values by name and operation, blocks by their titles. */
const entries = [
  ...page.blocks.map(([block, title]) => ({ block, name: title, says: "block" })),
  ...nodes.map((node, k) => ({ k, name: node.name, says: operationOf(node) })),
].map((entry) => ({ ...entry, key: entry.name.toLowerCase(), text: `${entry.name} ${entry.says}`.toLowerCase() }));

function operationOf({ row, words }) {
  if (row === undefined) return "leaf";
  const written = words.map((part) => (isNode(part) ? "□" : part)).join(""), { name } = page.rows[row];
  return `${written} (${name})`;
}

/** Those whose name is the text first, then those whose name begins with it, then the others. */
function matches(text) {
  const rank = ({ key }) => (key === text ? 0 : key.startsWith(text) ? 1 : key.includes(text) ? 2 : 3);
  const found = [[], [], [], []];
  for (const entry of entries) if (entry.text.includes(text)) found[rank(entry)].push(entry);
  return found.flat();
}

function search() {
  const text = input.value.trim().toLowerCase(), all = text ? matches(text) : [];
  const shown = all.slice(0, MOST_FOUND).map((entry) => element("li", {},
    element("button", { type: "button", onclick: () => find(entry) },
      element("b", {}, entry.name), ` ${entry.says}`)));
  const more = all.length - shown.length;
  byId("matched").value = !text ? "" : !all.length ? "nothing found"
    : more > 0 ? `${all.length.toLocaleString("en")} found, ${shown.length} shown` : `${all.length} found`;
  list.replaceChildren(...shown);
  byId("results").hidden = !text;
}

function clear() {
  input.value = "";
  search();
}

/** The view in which a value stands alone that differs least from this one, if there is any. */
function viewOf(k) {
  const around = [];
  for (let block = page.home[k]; block >= 0; block = page.parents[block]) around.push(block);
  const isOpen = (view) => around.every((block) => view.unfolded.includes(block));
  const distance = (view) => new Set([...view.unfolded, ...now.view.unfolded]).size * 2
    - view.unfolded.length - now.view.unfolded.length;
  if (isOpen(now.view)) return now.view;
  return views.filter(isOpen).sort((a, b) => distance(a) - distance(b))[0];
}

/** Shows the box of a value, or that of the block around it where it cannot be unfolded. */
function find({ k, block }) {
  clear();
  if (k !== undefined) {
    const view = viewOf(k);
    if (view && view !== now.view) setView(view);
  }
  const box = k === undefined ? boxOfBlock(block) : now.boxes[now.places[k]];
  bringIntoView([box], "instant");
  box.group.focus({ preventScroll: true });
}

/** The box that a block is, or one inside it; or the one around it. */
function boxOfBlock(block) {
  const isInside = (home) => {
    for (let at = home; at >= 0; at = page.parents[at]) if (at === block) return true;
    return false;
  };
  return now.boxes.find(({ key }) => key === -1 - block)
    ?? now.boxes[now.places[page.home.findIndex(isInside)]];
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
