// How long the gradient of each layer is: a layer that gets none does not learn.

import { byId, element } from "./dom.js";
import { placeInTheta } from "./network.js";
import { number } from "./numbers.js";
import { training, whenTrained } from "./training.js";
import { turnOf } from "./turns.js";

const LEAST_DECADES = 4; // that the scale has

/** The Euclidean norm of the gradient of each layer's weights and biases. */
export const layerNorms = () => training.network.layers.map(({ nin, nout }, layer) => {
  let squares = 0;
  for (let k = 0; k < nout; k++) {
    for (let j = 0; j < nin; j++) squares += training.gradient[placeInTheta(layer, k, j)] ** 2;
    squares += (training.gradient[placeInTheta(layer, k)] ?? 0) ** 2;
  }
  return Math.sqrt(squares);
});

function showFlow() {
  if (!training.gradient || !training.network.layers) return;
  const norms = layerNorms(), positive = norms.filter((x) => x > 0);
  const high = Math.ceil(Math.log10(Math.max(1e-300, ...positive)) + 1e-9);
  const low = Math.min(high - LEAST_DECADES, Math.floor(Math.log10(Math.min(1, ...positive))));
  const rows = byId("flow-bars").children;
  norms.forEach((norm, layer) => {
    const row = rows[layer] ?? byId("flow-bars").appendChild(barRow(layer));
    const share = norm > 0 ? (Math.log10(norm) - low) / (high - low) : 0;
    row.querySelector("i").style.width = `${100 * share}%`;
    row.querySelector("b").textContent = number(norm, 3);
  });
  byId("flow-low").textContent = written10(low);
  byId("flow-high").textContent = written10(high);
  byId("flow-bars").style.setProperty("--decades", high - low);
  const ratio = Math.max(...norms) / (norms[0] || NaN);
  byId("flow-said").textContent = Number.isFinite(ratio) && ratio > 1
    ? `The first layer gets ${number(ratio, 2)} times less than the layer that gets most.` : "";
}

const written10 = (power) => `10${String(power).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])}`;

function barRow(layer) {
  const isLast = layer + 1 === training.network.layers.length;
  return element("li", {}, element("span", {}, isLast ? "output" : `layer ${layer + 1}`),
    element("span", { className: "decades" }, element("i")), element("b"));
}

whenTrained(turnOf(showFlow));
