// Where the circles of the network stand: a column a layer; of many units, several columns, or a block.

import { training } from "./training.js";

const LARGEST_CIRCLE = 40, LEAST_CIRCLE = 15, GAP = 6; // diameters and distances
const MOST_NAMED = 12; // inputs, of which each has a circle and a name; more are a block of cells
const MOST_UNITS = 256; // of a layer that are drawn
const ABOVE = 30, NAMED = 66, EDGE_OF = 26; // pixels for the titles, the names of inputs, and the right side

/** Inputs and layers from left to right: how many units each has, and what it is called. */
export function columnsOf() {
  const { inputs, layers } = training.network;
  return [
    { count: inputs, title: "inputs" },
    ...layers.map(({ nout, activation }, k) => ({
      count: nout, title: k + 1 < layers.length ? `layer ${k + 1}` : "output", activation,
    })),
  ];
}

/** How high a drawing is good for this network. */
export function goodHeight() {
  const most = Math.max(...columnsOf().map(({ count }) => Math.min(count, 16)));
  return Math.max(280, Math.min(560, ABOVE + most * (LARGEST_CIRCLE + GAP) + 14));
}

export const isBlock = (column) => column === 0 && training.network.inputs > MOST_NAMED;
export const leastWidth = () => columnsOf().length * 58 + NAMED;

/** A list of units { x, y, radius } for each column; it is shorter than the column where not all fit. */
export function placesOf(width, height) {
  const columns = columnsOf(), left = isBlock(0) ? 12 : NAMED;
  const room = (width - left - EDGE_OF) / columns.length;
  return columns.map(({ count }, column) => {
    const middle = left + room * (column + 0.5);
    return isBlock(column) ? cells(count, middle, room, height) : circlesIn(count, middle, room, height);
  });
}

/** Inputs that are many: square cells, row by row, as of a picture. */
function cells(count, middle, room, height) {
  const wide = Math.ceil(Math.sqrt(count)), high = Math.ceil(count / wide);
  const size = Math.max(2, Math.min(16, Math.floor(Math.min(0.86 * room / wide, (height - ABOVE) / high))));
  return inGrid(count, wide, size, middle, ABOVE + (height - ABOVE) / 2, size / 2);
}

function circlesIn(count, middle, room, height) {
  const shown = Math.min(count, MOST_UNITS), inside = height - ABOVE - 10;
  let wide = 1;
  const pitch = () => Math.min(inside / Math.ceil(shown / wide), 0.8 * room / wide + (wide === 1 ? 8 : 0));
  while (pitch() < LEAST_CIRCLE && wide < 16 && inside / Math.ceil(shown / wide) < LEAST_CIRCLE + GAP) wide++;
  const step = Math.min(LARGEST_CIRCLE + GAP + 8, pitch());
  const radius = Math.max(4, Math.min(LARGEST_CIRCLE, step - Math.min(GAP, step / 5)) / 2);
  return inGrid(shown, wide, step, middle, ABOVE + inside / 2, radius);
}

function inGrid(count, wide, step, x, y, radius) {
  const high = Math.ceil(count / wide);
  return Array.from({ length: count }, (_, k) => ({
    x: x + step * (k % wide - (wide - 1) / 2),
    y: y + step * (Math.floor(k / wide) - (high - 1) / 2),
    radius,
  }));
}
