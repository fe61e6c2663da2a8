// The picture: the numbers in its boxes and at its arrows, and what of it a step is about.

import { arrowOf } from "./boxes.js";
import { byId, shape, withAttributes } from "./dom.js";
import { inThousands, number, several } from "./numbers.js";
import { now } from "./now.js";
import { whenShown, whenViewed } from "./stepping.js";
import { told, veiled } from "./told.js";

// They move to the box and to the arrow that a step is about.
const ring = shape("rect", { id: "ring" });
const back = shape("path", { id: "back", d: "M-2,0 L9,-5.5 V5.5 Z" }); // points to where it came from
const RING = 6; // pixels around a box
let along = []; // for each arrow the edges that run along it, in this pass
let ofPass, ofView;

function preparePicture() {
  const picture = byId("picture").firstElementChild;
  picture.querySelector(".surface").after(ring); // below boxes and arrowheads
  picture.querySelector("desc").textContent = "The words below it say what each step does.";
  picture.setAttribute("role", "group");
  for (const box of now.boxes) box.written = {};
  for (const arrow of now.arrows) arrow.written = {};
}

/** Writes a text unless it stands there already; whether it had to. */
function write(part, what, text) {
  if (part.written[what] === text) return false;
  part.written[what] = text;
  part[what].textContent = text;
  return true;
}

/** Gives a class or takes it, and touches the element only if that is new. */
function mark(part, element, what, has) {
  const key = `${element} ${what}`;
  if (part.written[key] === has) return;
  part.written[key] = has;
  part[element].classList.toggle(what, has);
}

function edgesAlong() {
  if (ofPass === now.pass && ofView === now.view) return;
  [ofPass, ofView] = [now.pass, now.view];
  along = now.arrows.map(() => []);
  for (const edge of now.pass.edges ?? []) if (!edge.elsewhere) along[arrowOf(edge)]?.push(edge);
}

function showPicture({ step, computed, received }) {
  const changed = now.places[step.tail ?? step.node];
  edgesAlong();
  for (const [place, box] of now.boxes.entries()) {
    showBox(box, place === changed, { step, computed, received });
  }
  const stale = now.arrows.filter((arrow, k) => showArrow(arrow, along[k], step, computed, changed));
  const widths = stale.map(({ text }) => Math.max(30, text.getComputedTextLength() + 3));
  for (const [k, { surface, middle }] of stale.entries()) { // all are measured before any is moved
    withAttributes(surface, { width: widths[k], x: middle - widths[k] / 2 });
  }
  ring.style.display = changed === undefined ? "none" : "";
  if (changed !== undefined) showRing(now.boxes[changed]);
  const current = along.findIndex((edges) => edges.includes(step.edge));
  if (current < 0) back.remove();
  else showBack(now.arrows[current]);
}

function showBox(box, isChanged, { step, computed, received }) {
  const { label, last, outputs } = box;
  const known = outputs.filter((k) => received.has(k)).map((k) => received.get(k));
  const dataText = (to) => (computed.has(last)
    ? veiled(told.data(last), several(outputs.map((k) => now.pass.data[k]), to)) : "·");
  const gradText = (to) => (known.length ? veiled(outputs.every(told.soFar), several(known, to)) : "·");
  write(box, "data", dataText(number));
  write(box, "grad", gradText(number));
  write(box, "title", `${label}\ndata ${dataText(String)}\ngrad ${gradText(String)}`);
  mark(box, "data", "fresh", isChanged && step.kind === "forward");
  mark(box, "grad", "fresh", isChanged && step.after !== undefined);
}

/** The size of the matrix of derivatives along an arrow. */
function sizeOf(edges) {
  const [heads, tails] = ["head", "tail"].map((end) => new Set(edges.map((edge) => edge[end])).size);
  return `${inThousands(heads)}×${inThousands(tails)}`;
}

/** Whether the text of the arrow is a new one, so that it has to be measured. */
function showArrow(arrow, edges, step, computed, changed) {
  const isKnown = edges.length && computed.has(now.boxes[arrow.head].last);
  const written = (to) => veiled(edges.every(told.slope), edges.map(({ local }) => to(local)).join(", "));
  const locals = (to) => `∂ ${isKnown ? written(to) : "·"}`;
  const text = isKnown && edges.length > 3 ? `∂ ${sizeOf(edges)}` : locals(number);
  write(arrow, "title", locals(String));
  mark(arrow, "group", "now", edges.includes(step.edge));
  mark(arrow, "group", "computing", step.kind === "forward" && changed === arrow.head);
  return write(arrow, "text", text);
}

function showRing({ x, y, width, height }) {
  const [wide, high] = [width, height].map((side) => side + 2 * RING);
  withAttributes(ring, { x: x - RING, y: y - RING, width: wide, height: high, rx: 12 });
}

/** A gradient goes from the end of an arrow to its start, so the arrowhead is there meanwhile. */
function showBack({ group, start: { x, y } }) {
  group.append(withAttributes(back, { transform: `translate(${x} ${y})` }));
}

whenViewed(preparePicture);
whenShown(showPicture);
