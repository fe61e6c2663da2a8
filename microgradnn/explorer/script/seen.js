// All that is seen of a training: the drawings, their choices and legends, and their colours.

import "./confusion.js";
import "./curves.js";
import "./flow.js";
import "./network.js";
import "./neuron.js";
import "./plane.js";
import "./units.js";
import { classColour, readColours } from "./colours.js";
import { byId, element, shape } from "./dom.js";
import { look, looking, whenLooked } from "./looking.js";
import { addMark, SHAPE_NAMES } from "./marks.js";
import {
  classCount, className, countOf, groups, inputName, isOfClasses, predictAgain, predictionWords,
} from "./reading.js";
import { training, whenTrained } from "./training.js";
import { drawAll } from "./turns.js";

/** A path of SVG that is drawn by the same functions as those of a canvas; arcs are whole circles. */
function pathOf(draw) {
  let path_ = "";
  draw({
    moveTo: (x, y) => { path_ += `M${x},${y}`; },
    lineTo: (x, y) => { path_ += `L${x},${y}`; },
    arc: (x, y, r) => { path_ += `m${-2 * r},0a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0`; },
    closePath: () => { path_ += "Z"; },
  });
  return path_;
}

/** The mark of each class with its name; so a class is known by its shape, too. */
function prepareLegend() {
  if (!isOfClasses()) return;
  byId("classes").replaceChildren(...Array.from({ length: classCount() }, (_, k) => {
    const svg = shape("svg", { viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true" });
    svg.append(shape("path", { d: pathOf((to) => addMark(to, k, 0, 0, 5.5)), style: `fill:var(--class-${k % 10})` }));
    return element("li", { title: SHAPE_NAMES[k % SHAPE_NAMES.length] }, svg, ` ${className(k)}`);
  }));
}

function prepareChoices() {
  const { inputs } = training.network;
  byId("spanning").hidden = inputs < 3;
  for (const [id, side] of [["plane-across", "across"], ["plane-down", "down"]]) {
    byId(id).append(...Array.from({ length: inputs }, (_, k) =>
      new Option(inputName(k), k, false, k === looking[side])));
    byId(id).onchange = () => look({ [side]: Number(byId(id).value) });
  }
  byId("confusion-group").parentElement.hidden = byId("plane-group").hidden = groups().length < 2;
  byId("held-out").hidden = groups().length < 2;
  byId("plane-group").onchange = () => look({ group: Number(byId("plane-group").value), sample: 0 });
  byId("plane-sample").oninput = () => {
    const sample = byId("plane-sample").valueAsNumber;
    if (groups()[looking.group] && sample >= 0 && sample < countOf(groups()[looking.group])) look({ sample });
  };
  for (const choice of document.getElementsByName("lines")) choice.onchange = () => look({ lines: choice.value });
  byId("inside").onchange = () => look({ inside: byId("inside").value });
  byId("confusion-table").parentElement.hidden = !isOfClasses();
  byId("against-drawing").hidden = isOfClasses();
}

function showSample() {
  byId("plane-group").value = looking.group;
  byId("plane-sample").max = countOf(groups()[looking.group]) - 1;
  if (document.activeElement !== byId("plane-sample")) byId("plane-sample").value = looking.sample;
  byId("plane-said").textContent = predictionWords(groups()[looking.group], looking.sample);
}

function useColours() {
  readColours();
  look({});
}

useColours();
prepareLegend();
prepareChoices();
whenTrained(predictAgain);
[whenTrained, whenLooked].forEach((when) => when(showSample));
showSample();
for (const media of ["(prefers-color-scheme: dark)", "print"]) {
  matchMedia(media).addEventListener("change", () => {
    useColours();
    drawAll();
  });
}
addEventListener("beforeprint", drawAll);
