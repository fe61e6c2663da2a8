// How long the gradient of each layer is: a layer that gets none does not learn.

import { byId, element } from "./dom.js";
import { placeInTheta } from "./network.js";
import { number } from "./numbers.js";
import { columnsOf } from "./places.js";
import { net } from "./reading.js";
import { training, whenTrained } from "./training.js";
import { turnOf } from "./turns.js";

const LEAST_DECADES = 4; // that the scale has
const TELLING = 5; // how much less is worth a word

/** The Euclidean norm of the gradient of each layer's weights and biases. */
const layerNorms = () => net.layers.map(({ nin, nout }, layer) => {
  const own = [];
  for (let k = 0; k < nout; k++) {
    for (let j = 0; j < nin; j++) own.push(training.gradient[placeInTheta(layer, k, j)]);
    own.push(training.gradient[placeInTheta(layer, k)] ?? 0);
  }
  return Math.hypot(...own);
});

function showFlow() {
  const norms = layerNorms(), logs = norms.map(Math.log10).filter(Number.isFinite);
  const high = Math.ceil(Math.max(-300, ...logs) + 1e-9);
  const low = Math.min(high - LEAST_DECADES, Math.floor(Math.min(300, ...logs)));
  byId("flow-bars").style.setProperty("--decades", high - low);
  norms.forEach((norm, layer) => {
    const row = byId("flow-bars").children[layer];
    row.querySelector("i").style.width = `${norm > 0 ? 100 * (Math.log10(norm) - low) / (high - low) : 0}%`;
    row.querySelector("b").textContent = number(norm, 3);
  });
  byId("flow-low").textContent = logs.length ? powerOfTen(low) : "";
  byId("flow-high").textContent = logs.length ? powerOfTen(high) : "";
  const times = Math.max(...norms) / norms[0];
  byId("flow-said").textContent = !training.isStepped ? "No gradient before the first step."
    : !logs.length ? "The gradient is 0."
      : times >= TELLING
        ? `The first layer gets ${number(times, 2)} times less than the layer that gets most.` : "";
}

const powerOfTen = (power) =>
  `10${String(power).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])}`;

if (net.layers) {
  byId("flow-bars").append(...columnsOf().slice(1).map(({ title }) => element("li", {},
    element("span", {}, title), element("span", { className: "decades" }, element("i")), element("b"))));
  whenTrained(turnOf(showFlow));
} else byId("flow").hidden = true;
