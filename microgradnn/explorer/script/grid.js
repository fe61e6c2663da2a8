// The plane of two inputs as a coarse grid: what each neuron and each output is at its points.

import { looking, whenLooked } from "./looking.js";
import { groups, inputsOf, net } from "./reading.js";
import { activationsOf, training, whenTrained } from "./training.js";
import { turnOf } from "./turns.js";

const MOST_SIDE = 40, LEAST_SIDE = 12, LINE = 100; // points
const WORK = 600_000; // multiplications that a turn may take
const MARGIN = 0.08; // of the range of the data, on either side

/** Rows go from above to below; `points`, `activations` and `outputs` have a row for each point. */
export const grid = { columns: 0, rows: 0 };
const gridded = [];

/** From now on `part()` is called when the grid is new. */
export const whenGridded = (part) => gridded.push(part);

/** The least and the largest of some numbers. */
export function rangeOf(...lists) {
  let low = Infinity, high = -Infinity;
  for (const list of lists) {
    for (let k = 0; k < list.length; k++) {
      if (list[k] < low) low = list[k];
      if (list[k] > high) high = list[k];
    }
  }
  return { low, high };
}

function rangeOfInput(input) {
  const { low, high } = rangeOf(...groups.map(({ X }) => X.filter((_, k) => k % net.inputs === input)));
  const margin = MARGIN * (high - low) || 1;
  return { low: low - margin, high: high + margin };
}

/** The middle of a cell: a picture of the grid has a pixel for each. */
const middleOf = ({ low, high }, k, count) => low + (high - low) * (k + 0.5) / count;

/** Points of the plane; where there are more than two inputs, the others are those of the sample. */
function pointsOfGrid() {
  const { columns, rows, x, y } = grid, X = new Float64Array(columns * rows * net.inputs);
  const through = inputsOf(groups[0], training.chosen);
  for (let row = 0, at_ = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at_ += net.inputs) {
      X.set(through, at_);
      X[at_ + looking.across] = middleOf(x, column, columns);
      if (y) X[at_ + looking.down] = middleOf(y, rows - 1 - row, rows);
    }
  }
  return X;
}

function computeGrid() {
  const side = Math.floor(Math.sqrt(WORK / training.theta.length)), isLine = net.inputs === 1;
  const rows = isLine ? 1 : Math.max(LEAST_SIDE, Math.min(MOST_SIDE, side)), columns = isLine ? LINE : rows;
  const x = rangeOfInput(looking.across), y = isLine ? undefined : rangeOfInput(looking.down);
  Object.assign(grid, { columns, rows, x, y });
  grid.points = pointsOfGrid();
  grid.activations = activationsOf(grid.points);
  grid.neurons = grid.activations.length / (columns * rows); // in a row, the outputs last
  grid.outputs = lastOfRows();
  gridded.forEach((part) => part());
}

function lastOfRows() {
  const { columns, rows, neurons, activations } = grid;
  const found = new Float64Array(columns * rows * net.outputs);
  for (let k = 0; k < columns * rows; k++) {
    found.set(activations.subarray((k + 1) * neurons - net.outputs, (k + 1) * neurons), k * net.outputs);
  }
  return found;
}

const gridAgain = turnOf(computeGrid);
[whenTrained, whenLooked].forEach((when) => when(gridAgain));
