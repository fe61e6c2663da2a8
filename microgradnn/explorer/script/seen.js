// All that is seen of a training: the drawings, their choices and legends, and their colours.

import "./confusion.js";
import "./curves.js";
import "./flow.js";
import "./network.js";
import "./neuron.js";
import "./plane.js";
import "./units.js";
import { classColour, readColours } from "./colours.js";
import { byId, element } from "./dom.js";
import { look, looking, whenLooked } from "./looking.js";
import { SIGNS } from "./marks.js";
import {
  classCount, className, groups, inputName, isOfClasses, net, predictionWords,
} from "./reading.js";
import { whenTrained } from "./training.js";
import { drawAll } from "./turns.js";

/** The mark of each class with its name, so that a class is known by its shape, too; and other signs. */
function prepareLegend() {
  const marks_ = Array.from({ length: isOfClasses ? classCount : 0 }, (_, k) => element("li", {},
    element("b", { style: `color:var(--class-${k % 10})` }, [...SIGNS][k % 10]), ` ${className(k)}`));
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
  byId("confusion-group").parentElement.parentElement.hidden = byId("plane-group").hidden = groups.length < 2;
  byId("plane-group").onchange = () => look({ group: Number(byId("plane-group").value), sample: 0 });
  byId("plane-sample").oninput = () => {
    const sample = byId("plane-sample").valueAsNumber;
    if (groups[looking.group] && sample >= 0 && sample < groups[looking.group].size) look({ sample });
  };
  for (const choice of document.getElementsByName("lines")) choice.onchange = () => look({ lines: choice.value });
  byId("inside").value = looking.inside;
  byId("inside").onchange = () => look({ inside: byId("inside").value });
  byId("confusion-table").parentElement.hidden = !isOfClasses;
  byId("against-drawing").hidden = isOfClasses;
}

function showSample() {
  byId("plane-group").value = looking.group;
  byId("plane-sample").max = groups[looking.group].size - 1;
  if (document.activeElement !== byId("plane-sample")) byId("plane-sample").value = looking.sample;
  byId("plane-said").textContent = predictionWords(groups[looking.group], looking.sample);
}

function useColours() {
  readColours();
  look({});
}

useColours();
prepareLegend();
prepareChoices();
[whenTrained, whenLooked].forEach((when) => when(showSample));
showSample();
for (const media of ["(prefers-color-scheme: dark)", "print"]) {
  matchMedia(media).addEventListener("change", () => {
    useColours();
    drawAll();
  });
}
addEventListener("beforeprint", drawAll);
