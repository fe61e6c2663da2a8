// How the page uses the screen: with its panels or without, in the window or on all of the screen.

import { inAddress } from "./address.js";
import { byId } from "./dom.js";

const everything = document.documentElement;
const areHidden = () => everything.classList.contains("bare");

function showPanels(areShown) {
  everything.classList.toggle("bare", !areShown);
  byId("panels").ariaPressed = areShown;
}

/** Fills the screen; in a frame that may not do so `otherwise` is done. */
export function fillScreen(otherwise) {
  if (document.fullscreenEnabled) everything.requestFullscreen().catch(otherwise);
  else otherwise();
}

byId("panels").onclick = () => showPanels(areHidden());
/** Where the screen cannot be filled the picture has at least the whole frame. */
byId("full").onclick = () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else fillScreen(() => showPanels(areHidden()));
};
addEventListener("fullscreenchange", () => {
  if (!everything.classList.contains("presenting")) showPanels(!document.fullscreenElement);
});
inAddress("panels", () => (areHidden() ? "hidden" : ""), (text) => showPanels(text !== "hidden"));
