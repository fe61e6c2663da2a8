// The step-through page: it recomputes the graph, replays both passes, and shows one step at a time.

import { name } from "./boxes.js";
import "./controls.js";
import { byId } from "./dom.js";
import { leaves, ownGraph, useGraph, views } from "./graph.js";
import { setLeaf } from "./leaves.js";
import { begin, now } from "./now.js";
import "./optional.js";
import "./overview.js";
import "./panel.js";
import "./picture.js";
import "./play.js";
import "./present.js";
import "./quiz.js";
import "./screen.js";
import "./search.js";
import { go, setView } from "./stepping.js";
import "./words.js";

useGraph(ownGraph);
begin();
setView(views[0]);
byId("unscripted").remove();

/** For tests and the console: set a leaf, by its name or number; go to a step; see all numbers. */
window.explorer = {
  go,
  set: (leaf, value) => setLeaf(leaves.find((k) => k === leaf || name(k) === leaf), value),
  state: () => ({
    position: now.position,
    steps: now.steps,
    data: now.pass.data,
    gradients: now.mistake ? now.run?.gradients : now.right && now.gradients,
    differences: now.differences,
    unfolded: now.view.unfolded,
    failure: now.pass.failure,
    listed: now.listed,
    question: now.question,
    answered: [...now.answered],
  }),
};
