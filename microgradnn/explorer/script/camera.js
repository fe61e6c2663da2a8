// The window on the picture: zooming, panning, fitting, and following the steps.

import { inAddress } from "./address.js";
import { byId } from "./dom.js";
import { now } from "./now.js";
import { whenShown, whenViewed } from "./stepping.js";

const LEAST_TEXT = 12; // pixels on the screen with which the picture opens
const PRESENTED_TEXT = 24; // on a screen of 1920 × 1080, in a presentation
const LARGEST_OPENING = 2.2; // to which a small picture is enlarged, and
const LARGEST = 5; // to which it can be
const EDGE = 16; // pixels that are kept clear around what a step is about
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

const picture = byId("picture");
const isPresented = () => document.documentElement.classList.contains("presenting");
const whole = { x: 0, y: 0, width: 1, height: 1 }; // of the picture, in its own units
let scale = 1, readable = 1, isChosen = false; // by the reader, who has zoomed
// To ask the browser costs a layout of the page, so it is asked only when this may have changed.
const room = { width: 0, height: 0 }; // of the window, in pixels
const opened = { left: 0, top: 0 }; // how far the picture was scrolled at the start, and
const at = { left: 0, top: 0 }; // how far the picture is scrolled
let aim; // where a pan is leading that is under way
const moved = []; // what is done when the window moves over the picture

/** From now on `part(seen)` is told which part of the whole picture is seen. */
export const whenMoved = (part) => moved.push(part);

const behavior = () => (STILL.matches ? "instant" : "smooth");
const fitting = () => Math.min(room.width / whole.width, room.height / whole.height);

function measure() {
  Object.assign(room, { width: picture.clientWidth, height: picture.clientHeight });
  Object.assign(at, { left: picture.scrollLeft, top: picture.scrollTop });
}

function open() {
  measure();
  const svg = picture.firstElementChild, { x, y, width, height } = svg.viewBox.baseVal;
  Object.assign(whole, { x, y, width, height });
  const texts = [...svg.querySelectorAll("[data-shows]")].slice(0, 100);
  const sizes = texts.map((text) => parseFloat(getComputedStyle(text).fontSize));
  const share = isPresented() ? Math.min(innerWidth / 1920, innerHeight / 1080) : 0;
  const least = Math.max(LEAST_TEXT, PRESENTED_TEXT * share);
  readable = least / Math.min(...sizes, share ? Infinity : LEAST_TEXT);
  const largest = share ? LARGEST : LARGEST_OPENING;
  setScale(isChosen ? scale : Math.max(readable, Math.min(fitting(), largest)));
}

function setScale(wanted) {
  const least = Math.min(fitting(), readable);
  scale = Math.min(Math.max(wanted, least), Math.max(LARGEST, fitting()));
  const svg = picture.firstElementChild;
  svg.setAttribute("width", whole.width * scale);
  svg.setAttribute("height", whole.height * scale);
  byId("scale").value = `${Math.round(100 * scale)} %`;
  byId("smaller").disabled = scale <= least;
  byId("larger").disabled = scale >= LARGEST;
  measure();
  tellWhereWeAre();
}

/** Zooms so that the point of the picture at these coordinates of the window stays where it is. */
function zoomTo(wanted, x, y) {
  const svg = picture.firstElementChild, was = scale, before = svg.getBoundingClientRect();
  const across = (x - before.left) / before.width, down = (y - before.top) / before.height;
  setScale(wanted);
  if (scale === was) return false;
  isChosen = true;
  aim = undefined;
  const after = svg.getBoundingClientRect();
  picture.scrollLeft += after.left + across * after.width - x;
  picture.scrollTop += after.top + down * after.height - y;
  measure();
  return true;
}

function zoomBy(factor) {
  const { left, top, width, height } = picture.getBoundingClientRect();
  zoomTo(scale * factor, left + width / 2, top + height / 2);
}

function fit() {
  isChosen = true;
  setScale(fitting());
}

/** Which part of the picture the window shows, in the picture's units. */
function seen() {
  const { left, top } = position(), [width, height] = [room.width / scale, room.height / scale];
  return {
    x: whole.x + left / scale - Math.max(0, width - whole.width) / 2, // what is smaller is in the middle
    y: whole.y + top / scale - Math.max(0, height - whole.height) / 2,
    width,
    height,
    unit: 1 / scale, // a pixel
  };
}

/** Where the window is, or will be when it has come where it is going. */
function position() {
  if (aim && performance.now() < aim.until) return aim;
  aim = undefined;
  return at;
}

function panTo(left, top, how = behavior()) {
  const inside = (x, most) => Math.min(Math.max(0, x), Math.max(0, most));
  const goal = {
    left: inside(left, whole.width * scale - room.width),
    top: inside(top, whole.height * scale - room.height),
  };
  aim = { ...goal, until: performance.now() + (how === "smooth" ? 700 : 0) };
  if (how === "instant") Object.assign(at, goal);
  picture.scrollTo({ ...goal, behavior: how });
}

/** Brings a point of the picture to the middle of the window. */
export function centre(x, y, how) {
  panTo((x - whole.x) * scale - room.width / 2, (y - whole.y) * scale - room.height / 2, how);
}

function around(boxes) {
  const [left, top] = ["x", "y"].map((side) => Math.min(...boxes.map((box) => box[side])));
  const right = Math.max(...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Pans to boxes unless they are seen; where not all fit, to the first. */
export function bringIntoView(boxes, how) {
  const window_ = seen(), edge = EDGE / scale;
  let { x, y, width, height } = around(boxes);
  if (width > window_.width - 2 * edge || height > window_.height - 2 * edge) {
    ({ x, y, width, height } = boxes[0]);
  }
  const isOutside = (start, size, from, length) =>
    start < from + edge - 1 || start + size > from + length - edge + 1;
  const across = isOutside(x, width, window_.x, window_.width);
  const down = isOutside(y, height, window_.y, window_.height);
  if (across || down) {
    centre(across ? x + width / 2 : window_.x + window_.width / 2,
      down ? y + height / 2 : window_.y + window_.height / 2, how);
  }
}

let followed = { kind: "start" }; // the last step that was shown

/** What a step is about comes into view: the box that changes, and where an arrow comes from. */
function follow({ step }) {
  followed = step;
  const about = step.kind === "start" ? now.steps[0] : step;
  const of = [about?.tail ?? about?.node, about?.head].filter((k) => k !== undefined);
  if (of.length) {
    const how = step.kind === "start" ? "instant" : behavior();
    bringIntoView(of.map((k) => now.boxes[now.places[k]]), how);
  }
  if (step.kind === "start") Object.assign(opened, position());
}

/** The scale and the point in the middle of the window, unless these are as when the page opened. */
export function writtenWindow() {
  const { left, top } = position(), { x, y, width, height } = seen();
  if (!isChosen && Math.abs(left - opened.left) < 1 && Math.abs(top - opened.top) < 1) return "";
  return [scale, x + width / 2, y + height / 2].map((k) => Number(k.toFixed(4))).join();
}

export function setWindow(text) {
  const [wanted, x, y] = text.split(",").map(Number);
  isChosen = wanted > 0 && Number.isFinite(x + y);
  panTo(at.left, at.top, "instant"); // ends what is under way
  open();
  if (!isChosen) return follow({ step: followed });
  setScale(wanted);
  return centre(x, y, "instant");
}

function tellWhereWeAre() {
  moved.forEach((part) => part(seen(), whole));
}

// ---- What the reader does ----

/** A wheel zooms where it points; on a touchpad, two fingers pan and a pinch zooms. */
function onWheel(event) {
  if (event.shiftKey || (event.deltaX && !event.ctrlKey)) return;
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
  const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015));
  // Where it can be zoomed no further the page scrolls.
  if (zoomTo(scale * factor, event.clientX, event.clientY) || event.ctrlKey) event.preventDefault();
}

/** The mouse drags the picture; a finger does so by itself, for the picture scrolls. */
function onPointerDown(event) {
  if (event.button !== 0 || event.pointerType === "touch") return;
  const from = { x: event.clientX, y: event.clientY, ...position() };
  let isDrag = false;
  picture.onpointermove = ({ clientX, clientY }) => {
    const [dx, dy] = [clientX - from.x, clientY - from.y];
    if (!isDrag && Math.hypot(dx, dy) < 5) return;
    if (!isDrag) picture.setPointerCapture(event.pointerId);
    isDrag = true;
    picture.classList.add("dragged");
    panTo(from.left - dx, from.top - dy, "instant");
  };
  picture.onpointerup = picture.onpointercancel = () => {
    picture.onpointermove = picture.onpointerup = picture.onpointercancel = null;
    picture.classList.remove("dragged");
    if (!isDrag) return;
    const swallow = (click) => click.stopPropagation(); // the end of a drag is no click
    picture.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => picture.removeEventListener("click", swallow, { capture: true }));
  };
}

let pinch; // the distance between two fingers, and the scale, when they came down

function onTouch(event) {
  if (event.touches.length !== 2) {
    pinch = undefined;
    return;
  }
  const [a, b] = event.touches, apart = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  pinch ??= { apart, scale };
  event.preventDefault();
  zoomTo(pinch.scale * apart / pinch.apart, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
}

const PANS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ZOOMS = { "+": () => zoomBy(1.25), "=": () => zoomBy(1.25), "-": () => zoomBy(0.8), 0: fit };

/** Does what a key stands for; whether it stands for anything here. */
export function zoomByKey({ key, shiftKey }) {
  if (shiftKey && key in PANS) {
    const { left, top } = position(), [across, down] = PANS[key];
    panTo(left + across * room.width / 4, top + down * room.height / 4);
    return true;
  }
  ZOOMS[key]?.();
  return key in ZOOMS;
}

picture.addEventListener("wheel", onWheel, { passive: false });
picture.addEventListener("pointerdown", onPointerDown);
for (const kind of ["touchstart", "touchmove", "touchend"]) {
  picture.addEventListener(kind, onTouch, { passive: false });
}
picture.addEventListener("scroll", () => {
  measure();
  tellWhereWeAre();
}, { passive: true });
new ResizeObserver(() => {
  const { clientWidth: width, clientHeight: height } = picture;
  if (!now.view || (width === room.width && height === room.height)) return;
  setWindow(isChosen ? writtenWindow() : ""); // what was in the middle stays there
}).observe(picture);
byId("smaller").onclick = () => zoomBy(0.8);
byId("larger").onclick = () => zoomBy(1.25);
byId("fit").onclick = fit;
inAddress("zoom", writtenWindow, setWindow);
whenViewed(open);
whenShown(follow);
