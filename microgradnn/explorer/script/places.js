// Where the circles of the network stand: a column a layer; of many units several, or a block of cells.

import { net } from "./reading.js";

const LARGEST_CIRCLE = 60, SPACE = 6; // the diameter, and between two
const GOOD = 26; // from middle to middle: less only where several columns make it no better
const MOST_NAMED = 12; // inputs, of which each has a circle and a name
const MOST_UNITS = 256; // of a layer that are drawn
const TOP = 30, NAMED = 40; // pixels for the titles, for the names of inputs

/** Inputs and layers from left to right: how many units each has, and what it is called. */
export const columnsOf = () => [
  { count: net.inputs, title: "inputs" },
  ...net.layers.map(({ nout }, k) => ({
    count: nout, title: k + 1 < net.layers.length ? `layer ${k + 1}` : "output",
  })),
];

export const isBlock = (column) => column === 0 && net.inputs > MOST_NAMED;

/** The least size at which the drawing can be read. */
export function leastSize() {
  const most = Math.max(...columnsOf().map(({ count }) => Math.min(count, 16)));
  return { width: columnsOf().length * 40 + NAMED, height: Math.max(260, Math.min(520, TOP + 40 * most)) };
}

/** A list of units { x, y, radius } for each column; it is shorter than the column where not all fit. */
export function placesOf(width, height) {
  const columns = columnsOf(), room_ = (width - NAMED) / columns.length;
  return columns.map(({ count }, column) => {
    const middle = NAMED + room_ * (column + 0.4);
    if (isBlock(column)) return cellsIn(count, middle, room_, height);
    return circlesIn(Math.min(count, MOST_UNITS), middle, room_, height);
  });
}

/** Square cells, row by row, as of a picture. */
function cellsIn(count, middle, room_, height) {
  const wide = Math.ceil(Math.sqrt(count));
  const side = Math.max(2, Math.min(16, Math.floor(Math.min(0.9 * room_, height - TOP) / wide)));
  return inRows(count, wide, side, middle, (height + TOP) / 2, side / 2);
}

/** One column, unless several make the circles larger that would be too small. */
function circlesIn(count, middle, room_, height) {
  const inside = height - TOP - 8, high = (wide) => Math.ceil(count / wide);
  const steps_ = Array.from({ length: 16 }, (_, k) =>
    Math.min(LARGEST_CIRCLE + 16, inside / high(k + 1), 0.8 * room_ / (k + 1)));
  const good = steps_.findIndex((step) => step >= GOOD), most = steps_.indexOf(Math.max(...steps_));
  const step = steps_[good < 0 ? most : good];
  const radius = Math.max(3, Math.min(LARGEST_CIRCLE, step - Math.min(SPACE, step / 4)) / 2);
  return inRows(count, 1 + (good < 0 ? most : good), step, middle, TOP + inside / 2, radius);
}

function inRows(count, wide, step, x, y, radius) {
  const high = Math.ceil(count / wide);
  return Array.from({ length: count }, (_, k) => ({
    x: x + step * (k % wide - (wide - 1) / 2),
    y: y + step * (Math.floor(k / wide) - (high - 1) / 2),
    radius,
  }));
}
