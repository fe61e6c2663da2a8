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
import { look, looking } from "./looking.js";
import { SIGNS } from "./marks.js";
import {
  classCount, className, groups, inputName, isOfClasses, net, predictionWords,
} from "./reading.js";
import { training, whenTrained } from "./training.js";
import { drawAll, turnOf } from "./turns.js";

/** The mark of each class with its name, so that a class is known by its shape, too; and other signs. */
function prepareLegend() {
  const marks_ = Array.from({ length: isOfClasses ? classCount : 0 }, (_, k) => element("li", {},
    element("b", { style: `color:var(--class-${k % 10})` }, SIGNS[k % 10]), ` ${className(k)}`));
  const others = [isOfClasses && "✕ wrong", groups.length > 1 && "hollow: held out"].filter(Boolean);
  byId("classes").append(...marks_, ...others.map((text) => element("li", {}, text)));
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
    + `${net.inputs > 2 ? " The plane goes through it: all other inputs are as in this sample." : ""}`;
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
