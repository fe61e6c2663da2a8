// Mistakes on purpose: wrong backward passes to step through, and where they part from the right one.

import { fieldInAddress } from "./address.js";
import { byId, element, said } from "./dom.js";
import { nodes, root, views } from "./graph.js";
import { number } from "./numbers.js";
import { now } from "./now.js";
import { atLeaves } from "./passes.js";
import { go, setView, whenShown } from "./stepping.js";

const MISTAKES = {
  overwrite: {
    title: "= instead of +=",
    good: "operand.grad += local * upstream",
    bad: "operand.grad = local * upstream",
    says: "Each contribution wipes out those before it: of a value used twice, the last one is left.",
    without: "no value is used twice",
    options: () => ({ carried: now.carried, overwrite: true }),
  },
  order: {
    title: "no topological order",
    good: "for node in reversed(topological_order(root)):\n    pass_on(node)",
    bad: "def pass_on(node):\n    …  # and at once: pass_on(operand)",
    says: "A node passes on what it has as soon as anything arrives; what comes later gets no further.",
    without: "no computed value is used twice",
    options: () => ({ carried: now.carried, order: impatientOrder() }),
  },
  carried: {
    title: "forgotten zero_grad()",
    good: "root.zero_grad()\nroot.backward()",
    bad: "root.backward()  # the second time",
    says: "The leaves still hold the gradients of the pass before, and the second pass adds to them.",
    without: "all gradients are 0",
    options: () => ({ carried: atLeaves(now.gradients) }),
  },
};

/** The order of a recursion that passes a gradient on as soon as a node has received any. */
function impatientOrder() {
  const order = [], seen = new Set();
  const passOn = (head) => {
    seen.add(head);
    for (const edge of now.pass.edges.filter((x) => x.head === head)) {
      order.push(edge);
      if (!seen.has(edge.tail)) passOn(edge.tail);
    }
  };
  passOn(root);
  return order;
}

/** Equal but for rounding, which depends on the order of a sum. */
const alike = (a, b) => number(a, 12) === number(b, 12);

function showComparison() {
  const { mistake, right, run, steps } = now;
  if (!mistake || !run) {
    byId("comparison").replaceChildren();
    return;
  }
  const { good, bad, says, without } = mistake;
  const parting = run.steps.findIndex(({ head, place, after }, k) => {
    const other = right.steps[k];
    return head !== other.head || place !== other.place || !alike(after, other.after);
  });
  const step = steps.length - run.steps.length + parting + 1;
  const differing = nodes.map((_, k) => !alike(right.gradients[k], run.gradients[k]));
  const count = differing.filter(Boolean).length;
  const verdict = parting < 0 ? said(`Here this mistake changes nothing: ${without}.`)
    : element("p", {}, "The two runs part at ",
      element("button", { onclick: () => go(step) }, `step ${step}`),
      `; ${count} gradient${count === 1 ? " comes" : "s come"} out wrong.`);
  const cells = (tag, scope, texts) => texts.map((text) => element(tag, { scope }, text));
  const rows = nodes.map((node, k) => element("tr", { className: differing[k] ? "differs" : "" },
    ...cells("th", "row", [node.name]), ...cells("td", "", [number(right.gradients[k]),
      `${differing[k] ? "≠ " : ""}${number(run.gradients[k])}`])));
  byId("comparison").replaceChildren(
    said(says), "right", element("pre", {}, good), "wrong", element("pre", {}, bad), verdict,
    element("div", { className: "scroll", tabIndex: 0 }, element("table", {},
      element("thead", {}, element("tr", {}, ...cells("th", "col", ["gradient of", "right", "wrong"]))),
      element("tbody", {}, ...rows))));
}

byId("mistakes").hidden = false;
byId("mistake").append(...Object.entries(MISTAKES).map(([value, { title }]) =>
  element("option", { value }, title)));
function chooseMistake() {
  now.mistake = MISTAKES[byId("mistake").value];
  setView(views[0]); // a mistake is followed in the whole graph
}

byId("mistake").onchange = chooseMistake;
fieldInAddress("mistake", byId("mistake"), chooseMistake);
whenShown(showComparison);
