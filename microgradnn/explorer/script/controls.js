// The controls of the steps, by buttons, keys and the address.

import { inAddress } from "./address.js";
import { zoomByKey } from "./camera.js";
import { byId } from "./dom.js";
import { now } from "./now.js";
import { go, stand, whenShown } from "./stepping.js";

const moves = {
  first: () => 0,
  previous: () => now.position - 1,
  next: () => now.position + 1,
  last: () => now.steps.length,
};
const keys = { ArrowLeft: "previous", ArrowRight: "next", Home: "first", End: "last" };

function prepareControls() {
  for (const [id, move] of Object.entries(moves)) byId(id).onclick = () => go(move());
  byId("position").oninput = (event) => go(event.target.valueAsNumber);
  addEventListener("keydown", (event) => {
    const inField = event.target.matches("input:not([type=checkbox]), select, .scroll");
    if (inField || event.ctrlKey || event.altKey || event.metaKey) return;
    if (zoomByKey(event)) event.preventDefault();
    else if (event.key in keys) {
      event.preventDefault();
      go(moves[keys[event.key]]());
    }
  });
}

function showControls() {
  byId("position").max = now.steps.length;
  byId("position").value = now.position;
  byId("count").value = `step ${now.position} of ${now.steps.length}`;
  byId("first").disabled = byId("previous").disabled = now.position === 0;
  byId("next").disabled = byId("last").disabled = now.position === now.steps.length;
}

prepareControls();
inAddress("step", () => (now.wanted ? String(now.wanted) : ""),
  (text) => stand(/^\d+$/.test(text) ? Number(text) : 0));
whenShown(showControls);
