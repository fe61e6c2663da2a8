// How the page uses the screen: with its panels or without, in the window or on all of the screen.

import { byId } from "./dom.js";

const everything = document.documentElement;

function showPanels(areShown) {
  everything.classList.toggle("bare", !areShown);
  byId("panels").ariaPressed = areShown;
}

/** In a frame that may not fill the screen the picture has at least the whole frame. */
function fillScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (document.fullscreenEnabled) everything.requestFullscreen();
  else showPanels(everything.classList.contains("bare"));
}

byId("panels").onclick = () => showPanels(everything.classList.contains("bare"));
byId("full").onclick = fillScreen;
document.onfullscreenchange = () => showPanels(!document.fullscreenElement);
