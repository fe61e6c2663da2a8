// The panel of a box that was chosen: where its numbers come from, and where they go.

import { inAddress } from "./address.js";
import { toggle } from "./blocks.js";
import { name } from "./boxes.js";
import { byId, element, withAttributes } from "./dom.js";
import { isHidden, isNode, nodes, root } from "./graph.js";
import { slopeEquation, valueEquations } from "./mathml.js";
import { inThousands, number } from "./numbers.js";
import { now } from "./now.js";
import { markAllRoutes, markRoute, pathsToRoot, unmark } from "./routes.js";
import { whenShown, whenViewed } from "./stepping.js";
import { told, veiled } from "./told.js";

const MOST_SLOPES = 16; // derivatives and contributions that are listed
const DOUBLE = 250; // milliseconds in which a second click makes it a double one

let chosen; // the key of the box
let madeOf; // what the panel was made of the last time
const sections = []; // that further modules add

/** From now on `part(k)` gives elements for the panel of a value that stands alone. */
export const whenChosen = (part) => sections.push(part);

export const heading = (text) => element("h3", {}, text);
export const line = (...parts) => element("p", { className: "line" }, ...parts);
const boxChosen = () => now.boxes.find(({ key }) => key === chosen);

function openPanel(box) {
  chosen = box?.key;
  madeOf = undefined;
  showPanel();
}

/** Opens the panel of a box; of the box at an arrow's end, at the derivative that the arrow bears. */
function choose(box, place) {
  if (isHidden("panel")) return;
  openPanel(box);
  byId("chosen").focus();
  const asked = byId("about").querySelector(`[data-place="${place}"]`);
  asked?.classList.add("asked");
  asked?.scrollIntoView({ block: "nearest" });
}

/** Closes the panel; the focus goes back to the box. */
function closePanel() {
  const box = boxChosen();
  chosen = undefined;
  showPanel();
  unmark();
  box?.group.focus({ preventScroll: true });
}

function showPanel() {
  const box = boxChosen();
  byId("panel").hidden = !box;
  now.boxes.forEach(({ key, group }) => group.classList.toggle("chosen", key === chosen));
  if (!box) return;
  const telling = now.quiz ? `${now.position} ${now.question?.key}` : "";
  const made = [now.pass, now.run, now.view, telling];
  if (made.every((x, k) => x === madeOf?.[k])) return;
  madeOf = made;
  byId("chosen").textContent = box.name;
  byId("about").replaceChildren(...foldButton(box), ...(box.key < 0 ? ofBlock(box) : ofValue(box.key)));
}

// ---- What it says ----

function foldButton({ block }) {
  const { action, after } = now.view.blocks[block] ?? {};
  if (after === undefined || isHidden("blocks")) return [];
  return [line(element("button", { onclick: () => fold(block) }, action))];
}

function ofBlock({ outputs, members }) {
  const parts = (k) => [heading(name(k)), ...numbersOf(k), ...contributions(k)];
  return [line(`A block of ${members.length} values. Unfold it to see each of them.`),
    ...outputs.slice(0, MOST_SLOPES).flatMap(parts)];
}

function ofValue(k) {
  const node = nodes[k];
  return [
    ...(node.label ? [line(node.label)] : []),
    ...(node.line ? [line(element("code", {}, node.line))] : []),
    ...numbersOf(k),
    ...(node.operands ? computed(k) : []),
    ...contributions(k),
    ...routes(k),
    ...sections.flatMap((part) => part(k)),
  ];
}

function computed(k) {
  if (!now.pass.locals[k]) return [line("It has no value, for an operand below it has none.")];
  return [heading("Its value"), ...valueOf(k), heading("Local derivatives"), ...slopesOf(k)];
}

function numbersOf(k) {
  const gradient = now.right ? `, gradient ${gradientOf(k)}` : "";
  const what = nodes[k].operands ? "" : "A leaf. ";
  const data = now.pass.data[k];
  return data === undefined ? [] : [line(`${what}data ${veiled(told.data(k), number(data))}${gradient}`)];
}

const gradientOf = (k) => veiled(told.gradient(k), number(now.run.gradients[k]));

function valueOf(k) {
  const equations = valueEquations(k);
  if (equations.length) return equations.map((x) => line(...x));
  const operation = nodes[k].words.map((x) => (isNode(x) ? "□" : x)).join("");
  return [line(`${operation} = ${veiled(told.data(k), number(now.pass.data[k]))}`)];
}

function slopesOf(k) {
  const places = [...nodes[k].operands.keys()].filter((place) => isNode(nodes[k].operands[place]));
  const more = places.length - MOST_SLOPES;
  const slope = (place) =>
    withAttributes(line(...slopeEquation(k, place)), { "data-place": place });
  return [...places.slice(0, MOST_SLOPES).map(slope),
    ...(more > 0 ? [line(`and ${more} more`)] : [])];
}

function contributions(k) {
  if (!now.run) return [];
  const came = now.run.steps.filter((step) => (step.tail ?? step.node) === k);
  const went = now.run.steps.filter((step) => step.head === k);
  return [heading(`What comes in: ∂${name(root)}/∂${name(k)}`), ...listed(came.map(incoming)),
    ...(came.length > 1 ? [line("in all ", element("b", {}, gradientOf(k)))] : []),
    ...(went.length ? [heading("What goes out: upstream × local"), ...listed(went.map(outgoing))] : [])];
}

function listed(lines) {
  const more = lines.length - MOST_SLOPES;
  return [...lines.slice(0, MOST_SLOPES), ...(more > 0 ? [line(`and ${more} more`)] : [])];
}

const fenced = (x) => (x < 0 ? `(${number(x)})` : number(x));

function product(step) {
  const { upstream, local, product: result } = step;
  return ` ${veiled(told.upstream(step), number(upstream))} × ${slopeText(step.edge)} = ${
    veiled(told.product(step), number(result))}`;
}

const slopeText = (edge) => veiled(told.slope(edge), fenced(edge.local));

function incoming(step) {
  if (step.kind === "seed") return line("1, for it changes just as much as itself");
  if (step.kind === "elsewhere") {
    return line(`${veiled(told.product(step), number(step.product))} from uses that this page does not hold`);
  }
  return line(`from ${name(step.head)}: `, product(step));
}

const outgoing = (step) => line(`to ${name(step.tail)}: `, product(step));

// ---- Paths to the root ----

function routes(k) {
  if (k === root || !now.right) return [];
  const { count, listed: paths } = pathsToRoot(k);
  if (!count) return [line("No path leads to the root.")];
  const all = marking(`${inThousands(count)} path${count === 1 ? "" : "s"} to ${name(root)}`,
    () => markAllRoutes(now.places[k]));
  return [heading("Paths"), all, ...(count > 1 ? paths.map(route) : [])];
}

function route(edges) {
  const names = [edges[0].tail, ...edges.map(({ head }) => head)].map((k) => name(k));
  const along = number(edges.reduce((all, { local }) => all * local, 1));
  const text = `${edges.map(slopeText).join(" × ")} = ${veiled(told.gradient(edges[0].tail), along)}`;
  return marking(`${names.join(" → ")}: ${text}`, () => markRoute(edges));
}

/** Words that mark something in the picture while they are pointed at, or have the focus. */
function marking(text, mark) {
  return element("button", { className: "marking", onpointerenter: mark, onpointerleave: unmark,
    onfocus: mark, onblur: unmark, onclick: mark }, text);
}

// ---- Choosing ----

function fold(block) {
  toggle(block);
  const box = now.boxes.find((x) => x.block === block) ?? now.boxes.find((x) => x.key === chosen);
  if (!box) return;
  if (chosen !== undefined && !boxChosen()) choose(box);
  else box.group.focus({ preventScroll: true });
}

function prepareBoxes() {
  for (const [place, box] of now.boxes.entries()) {
    const canFold = !isHidden("blocks") && now.view.blocks[box.block]?.after !== undefined;
    if (canFold || !isHidden("panel")) withAttributes(box.group, { role: "button", tabindex: 0 });
    let waiting;
    box.group.onclick = ({ detail }) => {
      clearTimeout(waiting);
      if (detail < 2) waiting = setTimeout(() => choose(box), canFold && detail ? DOUBLE : 0);
    };
    box.group.ondblclick = () => canFold && fold(box.block);
    box.group.onpointerenter = () => markAllRoutes(place);
    box.group.onpointerleave = unmark;
    box.group.onkeydown = (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const chooseIt = () => choose(box), foldIt = () => canFold && fold(box.block);
      const does = { Enter: chooseIt, " ": chooseIt, f: foldIt };
      if (!(event.key in does)) return;
      event.preventDefault();
      does[event.key]();
    };
  }
  for (const { group, head, place } of now.arrows) {
    group.onclick = () => choose(now.boxes[head], place);
  }
  madeOf = undefined;
}

byId("close").onclick = closePanel;
addEventListener("keydown", ({ key }) => key === "Escape" && chosen !== undefined && closePanel());
inAddress("box", () => (boxChosen() ? String(chosen) : ""),
  (text) => openPanel(now.boxes.find(({ key }) => String(key) === text)));
whenViewed(prepareBoxes);
whenShown(showPanel);
