// Playing: one step after another, at a speed that the reader chooses.

import { fieldInAddress } from "./address.js";
import { byId } from "./dom.js";
import { now } from "./now.js";
import { go, whenShown } from "./stepping.js";

const SECOND = 1000; // milliseconds for a step at speed 1
let timer;

function play() {
  if (timer) return pause();
  if (now.position === now.steps.length) go(0);
  timer = setTimeout(advance, SECOND / 4);
  return showPlaying();
}

function advance() {
  go(now.position + 1);
  if (now.position === now.steps.length || !byId("guess").hidden) return pause();
  timer = setTimeout(advance, SECOND / Number(byId("speed").value));
  return undefined;
}

function pause() {
  clearTimeout(timer);
  timer = undefined;
  showPlaying();
}

/** While it plays, steps are not read out, for the next would interrupt. */
function showPlaying() {
  byId("play").textContent = timer ? "Pause" : "Play";
  byId("words").ariaLive = timer ? "off" : "polite";
}

byId("play").onclick = play;
fieldInAddress("speed", byId("speed"));
for (const id of ["first", "previous", "next", "last", "position"]) {
  byId(id).addEventListener("pointerdown", () => timer && pause());
}
addEventListener("keydown", ({ key }) => timer && /^(Arrow(Left|Right)|Home|End)$/.test(key) && pause());
whenShown(() => { byId("play").disabled = now.steps.length === 0; });
