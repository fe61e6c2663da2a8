// The neurons as buttons above the drawing: for a click, for the keyboard, and for those who hear the page.

import { byId, element } from "./dom.js";
import { look, looking, whenLooked } from "./looking.js";
import { placesOf, columnsOf, goodHeight, leastWidth } from "./places.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let unitButtons = []; // layer by layer

/** One of the buttons is reached by the tab key; from it, arrow keys lead to the others. */
function prepareUnits() {
  const columns = columnsOf();
  const area = byId("network-area");
  area.style.height = `${goodHeight()}px`;
  area.style.minWidth = `${leastWidth()}px`;
  const seats = placesOf(area.clientWidth || leastWidth(), goodHeight());
  unitButtons = columns.slice(1).map((column, layer) =>
    seats[layer + 1].map((_, k) => unitButton(column, layer, k)));
  unitButtons[0][0].tabIndex = 0;
  byId("units").replaceChildren(...unitButtons.flat());
  new ResizeObserver(placeUnits).observe(area);
}

function unitButton({ title, count }, layer, k) {
  const isAlone_ = count === 1;
  return element("button", {
    type: "button",
    tabIndex: -1,
    ariaLabel: `${title}, neuron ${k + 1}${isAlone_ ? "" : ` of ${count}`}`,
    ariaPressed: "false",
    onclick: () => look({ neuron: isNeuron(layer, k) ? undefined : { layer, k } }),
    onkeydown: (event) => walk(event, layer, k),
  });
}

const isNeuron = (layer, k) => looking.neuron?.layer === layer && looking.neuron.k === k;

function placeUnits() {
  const area = byId("network-area");
  placesOf(area.clientWidth, area.clientHeight).slice(1).forEach((units, layer) =>
    units.forEach(({ x, y, radius }, k) => {
      const { style } = unitButtons[layer][k];
      style.left = `${x - radius}px`;
      style.top = `${y - radius}px`;
      style.width = style.height = `${2 * radius}px`;
    }));
}

function walk(event, layer, k) {
  const [across, down] = ARROWS[event.key] ?? [];
  if (across === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const to = unitButtons[layer + across], inLayer = unitButtons[layer];
  const goal = across ? to?.[Math.round((k + 0.5) * to.length / inLayer.length - 0.5)] : inLayer[k + down];
  if (!goal) return;
  reachable(goal);
  goal.focus();
}

function reachable(goal) {
  unitButtons.flat().forEach((button) => { button.tabIndex = button === goal ? 0 : -1; });
}

function markUnit() {
  unitButtons.forEach((units, layer) => units.forEach((button, k) => {
    const pressed = String(isNeuron(layer, k));
    if (button.ariaPressed !== pressed) button.ariaPressed = pressed;
    if (isNeuron(layer, k)) reachable(button);
  }));
}

prepareUnits();
whenLooked(markUnit);
