// The controls of the steps, by buttons, keys and the address; and predicting first.

import { inAddress } from "./address.js";
import { zoomByKey } from "./camera.js";
import { byId, result } from "./dom.js";
import { now } from "./now.js";
import { parsed } from "./numbers.js";
import { go, show, whenShown } from "./stepping.js";

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
  byId("predict").onchange = show;
  byId("guess").onsubmit = guess;
  byId("answer-shown").onclick = () => giveAnswer("");
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

function showControls({ hidden }) {
  byId("guess").hidden = !hidden;
  byId("position").max = now.steps.length;
  byId("position").value = now.position;
  byId("count").value = `step ${now.position} of ${now.steps.length}`;
  byId("first").disabled = byId("previous").disabled = now.position === 0;
  byId("next").disabled = byId("last").disabled = now.position === now.steps.length;
}

/** A prediction is right within one percent. */
function guess(event) {
  event.preventDefault();
  const text = byId("answer").value.trim().replace(",", "."), { product } = now.steps[now.position - 1];
  if (text && Math.abs(parsed(text) - product) <= 0.01 * Math.abs(product)) giveAnswer("Right.");
  else byId("verdict").value = "Not yet. Multiply what arrives by the number at the arrow.";
}

function giveAnswer(praise) {
  now.answered.add(now.position);
  byId("verdict").value = byId("answer").value = "";
  show();
  byId("words").append(result(praise));
  byId("next").focus();
}

prepareControls();
inAddress("step", () => (now.wanted ? String(now.wanted) : ""),
  (text) => go(/^\d+$/.test(text) ? Number(text) : 0));
whenShown(showControls);
