// Presenting: the picture and the equation of a step fill the screen; a click or a key goes on.

import { inAddress } from "./address.js";
import { setWindow, writtenWindow } from "./camera.js";
import { byId } from "./dom.js";
import { isHidden } from "./graph.js";
import { now } from "./now.js";
import { fillScreen } from "./screen.js";
import { go, whenShown } from "./stepping.js";

const FORTH = /^( |Enter|PageDown|Arrow(Right|Down))$/, BACK = /^(PageUp|Arrow(Left|Up))$/;
const LEAST = 0.3; // of the size of the words, where an equation is long
const { classList } = document.documentElement;
const card = document.querySelector(".said");
const isOn = () => classList.contains("presenting");
let windowBefore = ""; // where it was

function present(isWanted) {
  if (isWanted === isOn()) return;
  if (isWanted) windowBefore = writtenWindow();
  classList.toggle("presenting", isWanted);
  setWindow(isWanted ? "" : windowBefore);
  fitWords();
  (isWanted ? card : byId("present")).focus();
}

/** By a click or a key, after which the browser allows to fill the screen. */
function turn() {
  if (document.fullscreenElement && isOn()) return document.exitFullscreen(); // after which it ends
  present(!isOn());
  return isOn() && fillScreen(() => {});
}

/** The answer to an open question comes first, then the next step. */
function reveal() {
  if (byId("guess").hidden) go(now.position + 1);
  else byId("answer-shown").click();
}

/** What a key does; in a presentation it reaches nothing else. */
function doingOf({ key, target, shiftKey }) {
  if (key === "p" && !target.matches("input:not([type=checkbox]), select")) return turn;
  if (!isOn() || shiftKey || target === byId("leave")) return undefined;
  if (key === "Escape") return turn;
  return FORTH.test(key) ? reveal : BACK.test(key) && (() => go(now.position - 1));
}

function onKey(event) {
  const does = !event.ctrlKey && !event.altKey && !event.metaKey && doingOf(event);
  if (!does) return;
  event.preventDefault();
  event.stopPropagation();
  does();
}

/** Nothing scrolls in a presentation, so long equations are smaller. */
function fitWords() {
  classList.toggle("adding", Boolean(now.steps[now.position - 1]?.before)); // and not only passing on
  const words = byId("words");
  const isLarge = () => card.scrollHeight > card.clientHeight || card.scrollWidth > card.clientWidth;
  words.style.fontSize = "";
  for (let size = 1; isOn() && size > LEAST && isLarge(); size -= 0.05) words.style.fontSize = `${size}em`;
}

if (!isHidden("presentation")) {
  byId("present").onclick = byId("leave").onclick = turn;
  card.parentElement.onclick = ({ isTrusted, target }) => {
    if (isOn() && isTrusted && target !== byId("leave")) reveal();
  };
  addEventListener("keydown", onKey, true);
  addEventListener("fullscreenchange", () => document.fullscreenElement || present(false));
  addEventListener("resize", fitWords);
  inAddress("present", () => (isOn() ? "yes" : ""), (text) => present(text === "yes"));
  whenShown(fitWords);
}
