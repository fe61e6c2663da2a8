// The weights as text: JSON with the names of `state_dict`, which Python reads to the last bit.

import { byId } from "./dom.js";
import { lesson } from "./lesson.js";
import { inFrame, sendToNotebook, whenAsked } from "./notebook.js";
import { training, whenTrained } from "./training.js";

const numberInText = (x) => (Object.is(x, -0) ? "-0.0" : String(x));

/** The weights of this moment. */
export function weightsAsText() {
  const list = (places) => {
    if (!Array.isArray(places)) return numberInText(training.theta[places]);
    return `[${places.map(list).join(", ")}]`;
  };
  const arrays = lesson.state.map(([name, places]) => `${JSON.stringify(name)}: ${list(places)}`);
  return `{${arrays.join(",\n")}}`;
}

function showText(isShown) {
  byId("weights-shown").ariaExpanded = String(isShown);
  byId("weights-text").hidden = !isShown;
  if (!isShown) return;
  byId("weights-text").value = weightsAsText();
  byId("weights-text").select(); // to be copied
}

function saveAsFile() {
  const url = URL.createObjectURL(new Blob([weightsAsText()], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: "weights.json" }).click();
  URL.revokeObjectURL(url);
}

byId("weights-shown").onclick = () => showText(byId("weights-text").hidden);
byId("weights-saved").onclick = saveAsFile;
byId("weights-saved").hidden = inFrame; // where files are mostly forbidden, without a word
byId("weights-sent").onclick = () => sendToNotebook(weightsAsText());
whenAsked(() => { byId("weights-sent").hidden = false; });
whenTrained(() => { if (!byId("weights-text").hidden) byId("weights-text").value = weightsAsText(); });
