// Sheets to draw on: canvases as sharp as the screen, lines and grounds of paths, and axes.

import { colours } from "./colours.js";
import { byId } from "./dom.js";
import { number } from "./numbers.js";
import { turnOf } from "./turns.js";

const FONT = "13px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const ROOM = { left: 46, top: 28, right: 16, bottom: 34 }; // for the words of the axes
const APART = 46; // pixels between two numbers of an axis

/** A canvas that `paint(context, width, height)` draws; returns what makes it due. */
export function sheetOf(id, paint) {
  const canvas = byId(id), context = canvas.getContext("2d");
  let width = 0, height = 0, ratio = 1;
  function draw() {
    if (!width || !height) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    Object.assign(context, { font: FONT, textBaseline: "middle", lineJoin: "round" });
    paint(context, width, height);
  }
  new ResizeObserver(([{ contentRect }]) => {
    ({ width, height } = contentRect);
    ratio = Math.max(1, devicePixelRatio);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    draw(); // now, for a canvas with a new size is empty
  }).observe(canvas);
  return turnOf(draw);
}

/** Draws the path that `add()` adds to: its ground, its line, or both. */
export function drawPath(context, add, { ground, line, width = 2, dash = [], alpha = 1 }) {
  context.globalAlpha = alpha;
  context.beginPath();
  add();
  if (ground) {
    context.fillStyle = ground;
    context.fill();
  }
  if (line) {
    Object.assign(context, { strokeStyle: line, lineWidth: width });
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  }
  context.globalAlpha = 1;
}

export const addCircle = (context, x, y, radius) => {
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, 2 * Math.PI);
};

export function putText(context, text, x, y, align = "center", colour = colours.word) {
  Object.assign(context, { textAlign: align, fillStyle: colour });
  context.fillText(text, x, y);
}

/** How numbers from low to high lie between two places; ticks are at round numbers. */
function axisOf({ low, high, isLog, isWhole }, from, to) {
  const [a, b] = isLog ? [Math.log10(low), Math.log10(high)] : [low, high];
  const unit = (to - from) / (b - a || 1);
  const rough = (b - a) / Math.max(2, Math.floor(Math.abs(to - from) / APART));
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = power * [1, 2, 5, 10].find((x) => x * power >= rough);
  const step = isLog ? Math.max(1, Math.ceil(rough)) : isWhole ? Math.max(1, round) : round;
  const ticks = [];
  for (let k = Math.ceil(a / step - 1e-9); k * step <= b + 1e-9 * step; k++) {
    ticks.push(isLog ? 10 ** (k * step) : k * step);
  }
  return { from, to, at: (x) => from + unit * ((isLog ? Math.log10(x) : x) - a), ticks };
}

/** Draws axes for two ranges { low, high, name, isLog, isWhole }; returns the box, with x.at and y.at. */
export function drawAxes(context, x, y, right, bottom, left = 0) {
  const { top } = ROOM;
  const box = { left: left + ROOM.left, top, right: right - ROOM.right, bottom: bottom - ROOM.bottom };
  Object.assign(box, { x: axisOf(x, box.left, box.right), y: axisOf(y, box.bottom, box.top) });
  const written = (tick) => number(Number(tick.toPrecision(6)), 3);
  const whole = (place) => Math.round(place) + 0.5; // a line as wide as a pixel lies on one
  drawPath(context, () => {
    for (const place of box.x.ticks.map((tick) => whole(box.x.at(tick)))) {
      context.moveTo(place, box.top);
      context.lineTo(place, box.bottom);
    }
    for (const place of box.y.ticks.map((tick) => whole(box.y.at(tick)))) {
      context.moveTo(box.left, place);
      context.lineTo(box.right, place);
    }
  }, { line: colours.line, width: 1 });
  for (const tick of box.x.ticks) {
    putText(context, written(tick), box.x.at(tick), box.bottom + 11, "center", colours.muted);
  }
  for (const tick of box.y.ticks) {
    putText(context, written(tick), box.left - 5, box.y.at(tick), "right", colours.muted);
  }
  putText(context, x.name, box.right, box.bottom + 26, "right");
  putText(context, y.name, left + 6, box.top - 15, "left");
  return box;
}

/** Draws what lies in the box, and nothing beside it. */
export function drawInBox(context, { left, top, right, bottom }, draw) {
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  draw();
  context.restore();
}
