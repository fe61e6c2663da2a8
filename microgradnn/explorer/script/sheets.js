// Sheets to draw on: canvases as sharp as the screen, and axes on them.

import { colours } from "./colours.js";
import { byId } from "./dom.js";
import { number } from "./numbers.js";
import { turnOf } from "./turns.js";

const TEXT = 13; // pixels
const family = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/** A canvas that `paint(sheet)` draws; returns what makes it due. It has its own pixels, not the page's. */
export function sheetOf(id, paint) {
  const canvas = byId(id), context = canvas.getContext("2d");
  const sheet = { canvas, context, width: 0, height: 0, ratio: 1 };
  function draw() {
    if (!sheet.width || !sheet.height) return;
    context.setTransform(sheet.ratio, 0, 0, sheet.ratio, 0, 0);
    context.clearRect(0, 0, sheet.width, sheet.height);
    context.font = `${TEXT}px ${family}`;
    context.textBaseline = "middle";
    paint(sheet);
  }
  new ResizeObserver(([{ contentRect: { width, height } }]) => {
    Object.assign(sheet, { width, height, ratio: Math.max(1, devicePixelRatio) });
    canvas.width = Math.round(width * sheet.ratio);
    canvas.height = Math.round(height * sheet.ratio);
    draw(); // now, for a canvas with a new size is empty
  }).observe(canvas);
  return turnOf(draw);
}

/** How numbers from low to high lie between two places; ticks are at round numbers. */
export function axisOf(low, high, from, to, isLog = false) {
  const [a, b] = isLog ? [Math.log10(low), Math.log10(high)] : [low, high];
  const unit = (to - from) / (b - a || 1);
  const at = isLog ? (x) => from + unit * (Math.log10(x) - a) : (x) => from + unit * (x - a);
  const count = Math.max(2, Math.floor(Math.abs(to - from) / 46));
  const rough = (b - a) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = isLog ? Math.max(1, Math.ceil(rough)) : power * [1, 2, 5, 10].find((x) => x * power >= rough);
  const ticks = [];
  for (let k = Math.ceil(a / step - 1e-9); k * step <= b + step * 1e-9; k++) {
    ticks.push(isLog ? 10 ** (k * step) : k * step);
  }
  return { low, high, from, to, at, ticks };
}

/** Numbers and lines of an axis, below the box or left of it. */
export function drawAxis(context, scale, box, isDown, name = "", start = 2) {
  context.fillStyle = colours.muted;
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.textAlign = isDown ? "right" : "center";
  context.beginPath();
  for (const tick of scale.ticks) {
    const place = Math.round(scale.at(tick)) + 0.5, written = number(Number(tick.toPrecision(6)), 3);
    context.moveTo(isDown ? box.left : place, isDown ? place : box.top);
    context.lineTo(isDown ? box.right : place, isDown ? place : box.bottom);
    if (isDown) context.fillText(written, box.left - 5, place);
    else context.fillText(written, place, box.bottom + 11);
  }
  context.stroke();
  context.fillStyle = colours.word;
  context.textAlign = isDown ? "left" : "right";
  if (isDown) context.fillText(name, start, box.top - 15);
  else context.fillText(name, box.right, box.bottom + 27);
}
