// The list of blocks, which fold and unfold.

import { inAddress } from "./address.js";
import { bringIntoView } from "./camera.js";
import { byId, element } from "./dom.js";
import { graph, views } from "./graph.js";
import { now } from "./now.js";
import { setView, whenViewed } from "./stepping.js";

/** Folds a block, or unfolds it. */
export function toggle(block) {
  now.mistake = undefined;
  byId("mistake").value = "";
  setView(views[now.view.blocks[block].after]);
  const box = now.boxes.find((x) => x.block === block);
  if (box) bringIntoView([box]);
}

function showBlocks() {
  const focused = document.activeElement.dataset.block;
  byId("blocks").replaceChildren(...graph.blocks.map(([block, text, depth]) => {
    const { action, listed, after } = now.view.blocks[block];
    const disabled = after === undefined, open = action.startsWith("Fold");
    const button = element("button", { disabled, ariaExpanded: open, ariaLabel: action,
      onclick: () => toggle(block) }, `${open ? "▾" : "▸"} ${text}`);
    button.dataset.block = block;
    const item = element("li", { hidden: !listed }, button, disabled ? " too large to unfold" : "");
    item.style.marginLeft = `${depth * 16}px`;
    return item;
  }));
  byId("blocks").querySelector(`[data-block="${focused}"]`)?.focus();
}

const writtenOf = ({ unfolded }) => unfolded.join() || "none";
inAddress("open", () => (now.view === views[0] ? "" : writtenOf(now.view)), (text) => {
  setView(views.find((view) => writtenOf(view) === text) ?? views[0]);
});
whenViewed(showBlocks);
