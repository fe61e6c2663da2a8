// The plane of two inputs as a coarse grid: what each neuron and each output is at its points.

import { looking, whenLooked } from "./looking.js";
import { groups, inputsOf, outputCount } from "./reading.js";
import { activationsOf, predictionsOf, training, whenTrained } from "./training.js";
import { turnOf } from "./turns.js";

const MOST_SIDE = 40, LEAST_SIDE = 12, LINE = 100; // points
const WORK = 700_000; // multiplications that a turn may take
const MARGIN = 0.08; // of the range of the data, on either side

/** Rows go from above to below. `neurons` is the number of activations that a point has. */
export const grid = { columns: 0, rows: 0, x: undefined, y: undefined, outputs: [], activations: [], neurons: 0 };
const gridded = [];

/** From now on `part()` is called when the grid is new. */
export const whenGridded = (part) => gridded.push(part);

function rangeOf(input) {
  let low = Infinity, high = -Infinity;
  for (const { X } of groups()) {
    for (let k = input; k < X.length; k += training.network.inputs) {
      low = Math.min(low, X[k]);
      high = Math.max(high, X[k]);
    }
  }
  const margin = MARGIN * (high - low) || 1;
  return { low: low - margin, high: high + margin };
}

/** The middle of a cell: a picture of the grid has a pixel for each. */
const middle = ({ low, high }, k, count) => low + (high - low) * (k + 0.5) / count;

function points() {
  const { inputs } = training.network, X = new Float64Array(grid.columns * grid.rows * inputs);
  const through = inputs > 2 ? inputsOf(groups()[looking.group], looking.sample) : [];
  for (let row = 0, at = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++, at += inputs) {
      X.set(through, at);
      X[at + looking.across] = middle(grid.x, column, grid.columns);
      if (grid.y) X[at + looking.down] = middle(grid.y, grid.rows - 1 - row, grid.rows);
    }
  }
  return X;
}

function computeGrid() {
  const isLine = training.network.inputs === 1;
  const side = Math.floor(Math.sqrt(WORK / training.theta.length));
  grid.rows = isLine ? 1 : Math.max(LEAST_SIDE, Math.min(MOST_SIDE, side));
  grid.columns = isLine ? LINE : grid.rows;
  grid.x = rangeOf(looking.across);
  grid.y = isLine ? undefined : rangeOf(looking.down);
  const X = points(), count = grid.columns * grid.rows;
  if (training.network.layers) {
    grid.activations = activationsOf(X);
    grid.neurons = grid.activations.length / count;
    grid.outputs = lastOf(grid.activations, grid.neurons, count);
  } else grid.outputs = predictionsOf(X);
  gridded.forEach((part) => part());
}

/** The outputs are the activations of the last layer. */
function lastOf(activations, width, count) {
  const outputs = new Float64Array(count * outputCount());
  for (let k = 0; k < count; k++) {
    outputs.set(activations.subarray((k + 1) * width - outputCount(), (k + 1) * width), k * outputCount());
  }
  return outputs;
}

const gridAgain = turnOf(computeGrid);
whenTrained(gridAgain);
whenLooked(gridAgain);
