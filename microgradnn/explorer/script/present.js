// Presenting: the picture and the equation of a step fill the screen; a click or a key goes on.

import { inAddress } from "./address.js";
import { setWindow, writtenWindow } from "./camera.js";
import { byId } from "./dom.js";
import { isHidden } from "./graph.js";
import { now } from "./now.js";
import { fillScreen } from "./screen.js";
import { go, whenShown } from "./stepping.js";

const NEAR = 5; // pixels that the mouse may move in a click
const LEAST = 0.5; // of the size of the words, where an equation is long
const { classList } = document.documentElement;
const isOn = () => classList.contains("presenting");
let windowBefore = ""; // where it was

function present(isWanted) {
  if (isWanted === isOn()) return;
  if (isWanted) windowBefore = writtenWindow();
  classList.toggle("presenting", isWanted);
  setWindow(isWanted ? "" : windowBefore);
  fitWords();
  (isWanted ? document.querySelector(".said") : byId("present")).focus();
}

/** By a click or a key, after which the browser allows to fill the screen. */
function turn() {
  present(!isOn());
  if (isOn()) fillScreen(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
}

/** The answer to an open question comes first, then the next step. */
function reveal() {
  if (byId("guess").hidden) go(now.position + 1);
  else byId("answer-shown").click();
}

const takeBack = () => go(now.position - 1);
const TURNS = {
  ...Object.fromEntries([" ", "Enter", "PageDown", "ArrowRight", "ArrowDown"].map((key) => [key, reveal])),
  ...Object.fromEntries(["PageUp", "ArrowLeft", "ArrowUp"].map((key) => [key, takeBack])),
  Escape: turn,
};

function onKey(event) {
  const { key, target, ctrlKey, altKey, metaKey, shiftKey } = event;
  if (ctrlKey || altKey || metaKey) return;
  const isTurn = key === "p" && !target.matches("input:not([type=checkbox]), select");
  const does = isTurn ? turn : isOn() && !shiftKey && target !== byId("leave") && TURNS[key];
  if (!does) return;
  event.preventDefault();
  event.stopPropagation();
  does();
}

const down = {}; // where the pointer was when it came down

function onClick(event) {
  if (!isOn() || !event.isTrusted || event.target === byId("leave")) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.type === "click" && Math.hypot(event.x - down.x, event.y - down.y) < NEAR) reveal();
}

/** Nothing scrolls in a presentation, so long equations are smaller. */
function fitWords() {
  classList.toggle("adding", Boolean(now.steps[now.position - 1]?.before)); // and not only passing on
  const words = byId("words"), { style } = words;
  style.fontSize = "";
  if (!isOn()) return;
  const { clientHeight, clientWidth } = words.parentElement;
  const isLarge = () => words.scrollHeight > clientHeight || words.scrollWidth > clientWidth;
  for (let size = 0.95; size > LEAST && isLarge(); size -= 0.05) style.fontSize = `${size}em`;
}

if (!isHidden("presentation")) {
  byId("present").onclick = byId("leave").onclick = turn;
  addEventListener("keydown", onKey, true);
  addEventListener("pointerdown", ({ x, y }) => Object.assign(down, { x, y }), true);
  for (const kind of ["click", "dblclick"]) addEventListener(kind, onClick, true);
  addEventListener("fullscreenchange", () => isOn() && !document.fullscreenElement && present(false));
  addEventListener("resize", fitWords);
  inAddress("present", () => (isOn() ? "yes" : ""), (text) => present(text === "yes"));
  whenShown(fitWords);
}
