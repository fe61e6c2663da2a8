// The neurons as buttons above the drawing: for a click, for the keyboard, and for those who hear the page.

import { byId, element } from "./dom.js";
import { isLookedAt, look, whenLooked } from "./looking.js";
import { columnsOf, leastSize, placesOf } from "./places.js";
import { net } from "./reading.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let unitButtons = []; // layer by layer

/** One of the buttons is reached by the tab key; from it, arrow keys lead to the others. */
function prepareUnits() {
  const area = byId("network-area"), { width, height } = leastSize();
  Object.assign(area.style, { minWidth: `${width}px`, minHeight: `${height}px` });
  unitButtons = placesOf(width, height).slice(1).map((units, layer) =>
    units.map((_, k) => unitButton(columnsOf()[layer + 1], layer, k)));
  unitButtons[0][0].tabIndex = 0;
  byId("units").replaceChildren(...unitButtons.flat());
  new ResizeObserver(() => placeUnits(area)).observe(area);
}

const unitButton = ({ title, count }, layer, k) => element("button", {
  type: "button",
  tabIndex: -1,
  ariaLabel: `${title}, neuron ${k + 1} of ${count}`,
  ariaPressed: "false",
  onclick: () => look({ neuron: isLookedAt(layer, k) ? undefined : { layer, k } }),
  onkeydown: (event) => walk(event, layer, k),
});

function placeUnits(area) {
  placesOf(area.clientWidth, area.clientHeight).slice(1).forEach((units, layer) =>
    units.forEach(({ x, y, radius }, k) => Object.assign(unitButtons[layer][k].style, {
      left: `${x - radius}px`, top: `${y - radius}px`, width: `${2 * radius}px`, height: `${2 * radius}px`,
    })));
}

/** Up and down in the layer; to the left and right, to about the same height. */
function walk(event, layer, k) {
  const [across, down] = ARROWS[event.key] ?? [];
  if (across === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const to = unitButtons[layer + across], share = (k + 0.5) / unitButtons[layer].length;
  const goal = across ? to?.[Math.floor(share * to.length)] : to[k + down];
  if (!goal) return;
  letReach(goal);
  goal.focus();
}

function letReach(goal) {
  unitButtons.flat().forEach((button) => { button.tabIndex = button === goal ? 0 : -1; });
}

function markUnit() {
  unitButtons.forEach((units, layer) => units.forEach((button, k) => {
    const pressed = String(isLookedAt(layer, k));
    if (button.ariaPressed !== pressed) button.ariaPressed = pressed;
  }));
}

if (net.layers) {
  prepareUnits();
  whenLooked(markUnit);
}
