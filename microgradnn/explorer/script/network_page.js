// The network view: shown at first, and given way to the graph of a sample.

import { byId } from "./dom.js";
import "./main.js";
import "./seen.js";
import "./training_controls.js";

const documentRoot = document.documentElement;

/** Whether the network is shown; else it is the graph of a sample. */
export const isNetworkShown = () => documentRoot.classList.contains("network");

export function showNetwork(isShown) {
  documentRoot.classList.toggle("network", isShown);
}

showNetwork(true);
