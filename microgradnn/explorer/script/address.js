// The address holds the whole state of the page, so that it can be given to others.

import { byId, element } from "./dom.js";
import { isHidden, leaves, nodes } from "./graph.js";
import { whenShown } from "./stepping.js";

// In this order the parts are read, for what is read first decides what the others mean; beside each
// the part of it that it belongs to, which the page's author may have hidden.
const ORDER = {
  sample: "samples", open: "blocks", mistake: "", train: "descent", rate: "descent", leaves: "",
  zero: "descent", quiz: "quiz", bars: "samples", speed: "play", step: "", panels: "",
  box: "panel", present: "presentation", zoom: "",
};
const parts = {};
const YES = "yes"; // the text of a part that only is there, or not

/**
 * From now on the address has a part of this name: `write()` gives it as a text, "" if all is as at
 * the start, and `read(text)` makes the page so. A text may be of any kind, for anyone writes links.
 */
export function inAddress(key, write, read) {
  parts[key] = { write, read };
}

/** A choice in the page, as a part of the address. */
export function fieldInAddress(key, field, change = () => {}) {
  const { value: before } = field;
  inAddress(key, () => (field.value === before ? "" : field.value), (text) => {
    field.value = text || before;
    if (!field.value) field.value = before;
    change();
  });
}

/** The leaves that have other numbers than before, with all digits: 3:0.5,7:-2. */
export const pairsOf = (numbers, before) => leaves.filter((k) => !Object.is(numbers[k], before[k]))
  .map((k) => `${k}:${Object.is(numbers[k], -0) ? "-0" : numbers[k]}`.replace("+", "")).join();

/** The numbers before, but for the leaves that a text of pairs has others for. */
export function withPairs(text, before) {
  const numbers = [...before];
  for (const pair of text.split(",")) {
    const [, place, written] = /^(\d+):([-.\w]+)$/.exec(pair) ?? [], x = Number(written);
    if (place in nodes && !nodes[place].operands && (x === x || written === "NaN")) numbers[place] = x;
  }
  return numbers;
}

function fragment() {
  const written = Object.keys(ORDER).map((key) => [key, parts[key]?.write()]).filter(([, text]) => text);
  const plain = (text) => encodeURIComponent(text).replace(/%(2C|3A)/g, decodeURIComponent);
  return written.map(([key, text]) => (text === YES ? key : `${key}=${plain(text)}`)).join("&");
}

let isRead = false; // so it may be written

/** Makes the page what the address says. */
export function readAddress() {
  isRead = true;
  const given = new URLSearchParams(location.hash.slice(1));
  for (const [key, part] of Object.entries(ORDER)) {
    const text = given.has(key) ? given.get(key) || YES : "";
    if (parts[key] && !isHidden(part) && text !== parts[key].write()) parts[key].read(text);
  }
}

// A page within another has no address of its own; what stands behind # is given away alone.
const isWithin = !/^(file|https?):$/.test(location.protocol);

function remember() {
  const [page] = location.href.split("#"), state = fragment();
  const address = state ? `${page}#${state}` : page;
  if (!isWithin && address !== location.href) history.replaceState(null, "", address);
  return isWithin ? `#${state}` : address;
}

/** Browsers refuse to do this often. */
let remembering;
function rememberSoon() {
  clearTimeout(remembering);
  remembering = isRead && setTimeout(remember, 250);
}

/** Copies the address as if by hand, for which a frame needs no permission; else it stays selected. */
function copy() {
  const field = element("input", { readOnly: true, value: remember(), ariaLabel: "State of the page" });
  field.onblur = () => field.remove();
  byId("copied").replaceChildren(field);
  field.select();
  if (document.execCommand("copy")) byId("copied").replaceChildren("Copied");
}

if (isWithin) byId("copy").textContent = "Copy state";
byId("copy").onclick = copy;
whenShown(rememberSoon);
for (const kind of ["click", "input", "keydown", "wheel", "scroll"]) {
  addEventListener(kind, rememberSoon, true);
}
addEventListener("hashchange", readAddress);
