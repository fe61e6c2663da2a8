// All that is seen of a training: the drawings, their choices and legends, and their colours.

import "./confusion.js";
import "./curves.js";
import "./flow.js";
import "./network.js";
import "./neuron.js";
import "./plane.js";
import "./units.js";
import { readColours } from "./colours.js";
import { byId, element } from "./dom.js";
import { rangeOf } from "./grid.js";
import { look, looking } from "./looking.js";
import { SIGNS } from "./marks.js";
import { number } from "./numbers.js";
import {
  classCount, className, groups, inputName, isByLargest, isOfClasses, net, predictionWords,
} from "./reading.js";
import { training, whenTrained } from "./training.js";
import { drawAll, turnOf } from "./turns.js";

/** What marks and colours mean: a class has a shape, too; numbers are the targets' least and largest. */
function prepareLegend() {
  const { low, high } = rangeOf(...groups.map(({ targets: is }) => is));
  const signs = isOfClasses
    ? Array.from({ length: classCount }, (_, k) => [`class-${k % 10}`, SIGNS[k % 10], className(k)])
    : net.inputs > 1 ? [["minus", "■", number(low, 3)], ["plus", "■", number(high, 3)]] : [];
  if (isOfClasses) signs.push(["word", "✕", "wrong"]);
  if (groups.length > 1) signs.push(["word", "○", "held out"]);
  byId("classes").append(...signs.map(([colour, sign, text]) => element("li", {},
    element("b", { style: `color:var(--${colour})` }, sign), ` ${text}`)));
}

function prepareChoices() {
  byId("spanning").hidden = net.inputs < 3;
  for (const [id, side] of [["plane-across", "across"], ["plane-down", "down"]]) {
    byId(id).append(...Array.from({ length: net.inputs }, (_, k) =>
      new Option(inputName(k), k, false, k === looking[side])));
    byId(id).onchange = () => look({ [side]: Number(byId(id).value) });
  }
  byId("confusion-group").parentElement.parentElement.hidden = groups.length < 2;
  document.getElementsByName("lines").forEach((choice) => {
    choice.onchange = () => look({ lines: choice.value });
  });
  byId("inside").value = looking.inside;
  byId("inside").onchange = () => look({ inside: byId("inside").value });
}

function saySample() {
  const { chosen } = training;
  byId("plane-said").textContent = `Sample ${chosen}: ${predictionWords(groups[0], chosen)}.`
    + `${net.inputs > 2 ? " The plane goes through it: all other inputs are as in this sample." : ""}`
    + `${net.outputs > 1 && !isByLargest && net.inputs > 1 ? " The colour is the first output." : ""}`;
}

function useColours() {
  readColours();
  look({});
}

useColours();
prepareLegend();
prepareChoices();
whenTrained(turnOf(saySample));
for (const media of ["(prefers-color-scheme: dark)", "print"]) {
  matchMedia(media).addEventListener("change", () => {
    useColours();
    drawAll();
  });
}
addEventListener("beforeprint", drawAll);
