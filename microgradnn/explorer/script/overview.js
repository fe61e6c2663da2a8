// A small map of the whole picture, while only a part of it is seen.

import { centre, whenMoved } from "./camera.js";
import { byId, shape, withAttributes } from "./dom.js";
import { now } from "./now.js";
import { whenShown, whenViewed } from "./stepping.js";

const MOST = { width: 190, height: 120 }; // pixels
const SHARE = 0.3; // of the window's width and height, at most
const CORNER = 12; // pixels from the corner of the window

const map = byId("overview");
const dots = shape("path", { class: "places" }), current = shape("path", { class: "current" });
const frame = shape("rect", { class: "seen" });
map.append(dots, current, frame);

const outline = ({ x, y, width, height }) => `M${x},${y}h${width}v${height}h${-width}z`;
const windowOn = { x: 0, y: 0, width: 0, height: 0 };
const size = { width: 0, height: 0, unit: 1 }; // of the map in pixels, and a pixel in the picture's units

function drawMap() {
  dots.setAttribute("d", now.boxes.map(outline).join(""));
  current.setAttribute("d", "");
}

function showWindow(seen, whole) {
  Object.assign(windowOn, seen);
  const isWhole = seen.width >= whole.width - 1 && seen.height >= whole.height - 1;
  map.toggleAttribute("hidden", isWhole);
  if (isWhole) return;
  const scale = Math.min(...["width", "height"].map((side) =>
    Math.min(MOST[side], SHARE * seen[side] / seen.unit) / whole[side]));
  Object.assign(size, { width: whole.width * scale, height: whole.height * scale, unit: seen.unit });
  withAttributes(map, {
    viewBox: `${whole.x} ${whole.y} ${whole.width} ${whole.height}`,
    width: size.width,
    height: size.height,
  });
  const { x, y, width, height } = seen;
  withAttributes(frame, { x, y, width, height });
}

/** The box of a step is marked; where it would lie below the map, the map goes to the other side. */
function showCurrent({ step }) {
  const box = now.boxes[now.places[step.tail ?? step.node]];
  current.setAttribute("d", box ? outline(box) : "");
  if (!box || map.hasAttribute("hidden")) return;
  const [width, height] = [size.width, size.height].map((x) => (x + 2 * CORNER) * size.unit);
  const isLow = box.y + box.height > windowOn.y + windowOn.height - height;
  const isRight = box.x + box.width > windowOn.x + windowOn.width - width;
  map.classList.toggle("left", isLow && isRight);
}

function goThere({ clientX, clientY }) {
  const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(map.getScreenCTM().inverse());
  centre(x, y, "instant");
}

map.onpointerdown = (event) => {
  map.setPointerCapture(event.pointerId);
  goThere(event);
  map.onpointermove = goThere;
};
map.onpointerup = map.onpointercancel = () => { map.onpointermove = null; };
whenViewed(drawMap);
whenMoved(showWindow);
whenShown(showCurrent);
