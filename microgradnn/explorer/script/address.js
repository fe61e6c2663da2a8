// The address holds the whole state of the page, so that it can be given to others.

import { byId, element } from "./dom.js";
import { isHidden } from "./graph.js";
import { whenShown } from "./stepping.js";

// In this order the parts are read, for what is read first decides what the others mean; beside each
// the part of it that it belongs to, which the page's author may have hidden.
const ORDER = {
  sample: "samples", open: "blocks", mistake: "", train: "descent", rate: "descent", leaves: "",
  zero: "descent", losses: "descent", quiz: "quiz", bars: "samples", speed: "play", step: "", panels: "",
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

/** Numbers by their places, with all their digits: 3:0.5,7:-2. */
export const pairsOf = (places, numbers) => places.map((k) =>
  `${k}:${Object.is(numbers[k], -0) ? "-0" : String(numbers[k]).replace("+", "")}`).join();

/** The numbers, those changed that a text of pairs has another for. */
export function withPairs(text, places, numbers) {
  const known = new Set(places), changed = [...numbers];
  for (const [, place, written] of text.matchAll(/(\d+):([-.\w]+)/g)) {
    const x = Number(written);
    if (known.has(Number(place)) && (x === x || written === "NaN")) changed[Number(place)] = x;
  }
  return changed;
}

function fragment() {
  const written = Object.keys(ORDER).map((key) => [key, parts[key]?.write()]).filter(([, text]) => text);
  return written.map(([key, text]) => (text === YES ? key
    : `${key}=${encodeURIComponent(text).replace(/%(2C|3A)/g, decodeURIComponent)}`)).join("&");
}

/** Makes the page what the address says. */
export function readAddress() {
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
  remembering = setTimeout(remember, 250);
}

/** Copies the address; where this is not allowed, it can be copied by hand. */
async function copy() {
  const text = remember();
  try {
    await navigator.clipboard.writeText(text);
    byId("copied").replaceChildren("Copied");
  } catch {
    const field = element("input", { readOnly: true, value: text, ariaLabel: "State of the page" });
    byId("copied").replaceChildren(field);
    field.select();
  }
}

if (isWithin) {
  const state = { textContent: "Copy state", title: "Put it after the name of the saved page" };
  Object.assign(byId("copy"), state);
}
byId("copy").onclick = copy;
byId("copied").onfocusout = () => byId("copied").replaceChildren();
whenShown(rememberSoon);
for (const kind of ["click", "change", "input", "keydown", "wheel", "scroll", "touchend"]) {
  addEventListener(kind, rememberSoon, { capture: true, passive: true });
}
addEventListener("hashchange", readAddress);
