// The quiz: what a step computes is predicted first.

import { byId, result } from "./dom.js";
import { now } from "./now.js";
import { parsed } from "./numbers.js";
import { show, whenShown } from "./stepping.js";

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

byId("predict").onchange = show;
byId("guess").onsubmit = guess;
byId("answer-shown").onclick = () => giveAnswer("");
whenShown(({ hidden }) => { byId("guess").hidden = !hidden; });
