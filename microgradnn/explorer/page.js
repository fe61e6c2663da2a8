// The step-through page: recomputes the graph, replays both passes, shows one step at a time.

const byId = (id) => document.getElementById(id);
const page = JSON.parse(byId("graph").textContent);
const isNode = Number.isInteger; // an operand is the number of a node, or { number }
const nodes = page.nodes.map((node) => ({ // JSON has no infinities: they come as text
  ...node,
  data: Number(node.data),
  operands: node.operands?.map((x) => (isNode(x) ? x : { number: Number(x.number) })),
  locals: node.locals?.map((x) => (x === null ? null : Number(x))),
}));
const root = nodes.length - 1;
const leaves = nodes.flatMap((node, k) => (node.operands ? [] : [k]));
const others = page.others ? await unpacked(page.others) : [];
const views = [{ ...page.view, picture: byId("picture").innerHTML }, ...others];

function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (x) => x.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const MOST_LISTED = 8; // outputs of a block, in words
const MOST_LEAVES = 100; // in the table, for each is nudged

// ---- Numbers and equations ----

/** A number as Python's `.4g` writes it, with a real minus sign: ties go to the even digit. */
function number(x, digits = 4) {
  const sign = x < 0 ? "−" : "", size = Math.abs(x);
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : `${sign}inf`;
  const tie = new RegExp(`^(\\d\\.\\d{${digits - 2}}[02468])50*(e.*)$`).exec(size.toExponential(100));
  const [mantissa, power] = (tie ? tie[1] + tie[2] : size.toExponential(digits - 1)).split("e");
  const exponent = Number(power), trimmed = (text) => text.replace(/\.?0*$/, "");
  if (exponent < -4 || exponent >= digits) {
    return `${sign}${trimmed(mantissa)}e${exponent}`.replace("-", "−");
  }
  const figures = "0".repeat(Math.max(0, -exponent)) + mantissa.replace(".", "");
  const whole = Math.max(0, exponent) + 1;
  return sign + trimmed(`${figures.slice(0, whole)}.${figures.slice(whole)}`);
}

function parsed(text) {
  return Number(text.replaceAll("−", "-").replace("inf", "Infinity"));
}

/**
 * The texts of operands with as few digits as give the shown result when it is recomputed from
 * them; if none do, the sign is ≈.
 */
function standing(operands, result, compute) {
  for (let digits = 4; digits <= 17; digits++) {
    const texts = operands.map((x) => number(x, digits));
    if (number(compute(...texts.map(parsed))) === number(result)) return { texts, sign: "=" };
  }
  return { texts: operands.map((x) => number(x)), sign: "≈" };
}

// ---- The two passes ----

const recorded = nodes.map((node) => node.data);
const recordedPass = { data: recorded, locals: nodes.map((node) => node.locals) };
const noGradients = nodes.map(() => 0);
const atLeaves = (gradients) => gradients.map((x, k) => (nodes[k].operands ? 0 : x));
const numbersInto = (node, data) => node.operands.map((x) => (isNode(x) ? data[x] : x.number));

/** The forward pass from the leaves in `values`; it ends early where an operation has no value. */
function forward(values) {
  const data = [], locals = [];
  for (const [k, node] of nodes.entries()) {
    if (!node.operands) {
      data[k] = values[k];
      continue;
    }
    const operands = numbersInto(node, data);
    [data[k], ...locals[k]] = functions[node.row](...operands);
    const reason = complaint(page.rows[node.row], operands, data[k]);
    if (reason) return { data, locals, failure: { node: k, operands, reason } };
  }
  return { data, locals };
}

/** Why Python would raise here, in its words; a NaN is never passed on in silence. */
function complaint(row, operands, out) {
  if (Number.isFinite(out)) return "";
  const outside = operands.findIndex((x, k) => {
    const domain = row.domain[k];
    return domain && !(domain.low <= x && x <= domain.high && !domain.excluded.includes(x));
  });
  if (outside >= 0) {
    const which = operands.length > 1 ? `operand ${outside + 1}` : "the operand";
    return `${which} must be in the domain ${row.domain[outside].text}`;
  }
  if (Number.isNaN(out)) return "the result is not a number";
  return row.overflows || !operands.every(Number.isFinite) ? "" : "the result is too large";
}

/**
 * The edges between values that are seen, in the order of the backward pass. The derivative of a
 * block is summed over all ways through it that meet no other value that is seen: hidden values
 * pass on all that they have received, as in `_derivatives` of drawing/fold.py.
 */
function edgesBetween(locals, isSeen) {
  const found = new Map(), received = []; // the derivatives of seen values, by each value
  for (let k = root; k >= 0; k--) {
    if (isSeen(k)) {
      found.set(k, new Map());
      received[k] = new Map([[k, 1]]);
    }
    for (const [place, tail] of (nodes[k].operands ?? []).entries()) {
      if (!isNode(tail)) continue;
      for (const [head, derivative] of received[k] ?? []) {
        const local = locals[k][place] * derivative;
        if (isSeen(tail)) {
          const key = isAlone(k) ? place : `from ${tail}`, edge = found.get(head).get(key);
          if (edge) edge.local += local;
          else found.get(head).set(key, { head, tail, place, local });
        } else {
          received[tail] ??= new Map();
          received[tail].set(head, local + (received[tail].get(head) ?? 0));
        }
      }
    }
  }
  // What comes from uses that the page does not hold is there before a value passes anything on.
  return [...found].flatMap(([k, edges]) =>
    [...(page.elsewhere[k] ? [{ tail: k, elsewhere: page.elsewhere[k] }] : []), ...edges.values()]);
}

/** The backward pass as steps. `carried` are the gradients that the leaves have already. */
function backward({ edges: all }, { carried, order = all, overwrite = false }) {
  const gradients = [...carried];
  gradients[root] += 1;
  const steps = [{ kind: "seed", node: root, after: gradients[root] }];
  for (const edge of order) {
    const { head, tail, local, elsewhere } = edge, upstream = gradients[head];
    const product = elsewhere ? Number(elsewhere[0]) : local * upstream;
    const before = gradients[tail], after = overwrite ? product : before + product;
    gradients[tail] = after;
    steps.push({ kind: elsewhere ? "elsewhere" : "edge", edge, ...edge, upstream, product, before, after });
  }
  return { steps, gradients, carried, overwrite };
}

/** The derivative of the root by a leaf, from the root with the leaf a little larger and smaller. */
function nudged(leaf) {
  const width = 1e-5 * Math.max(1, Math.abs(values[leaf]));
  const [above, below] = [width, -width].map((by) => forward(values.with(leaf, values[leaf] + by)));
  return above.failure || below.failure ? NaN : (above.data[root] - below.data[root]) / (2 * width);
}

// ---- What the page is showing ----

let values = recorded; // of the leaves
let carried = noGradients; // into this pass, where zero_grad() was left out
let mistake; // the wrong program that is stepped through, if any: see mistakes.js
let position = 0, wanted = 0; // steps that were taken; those that would be, if all could be
let losses = [];
let pass, right, run, steps, gradients, differences;
let view, boxes, arrows, places; // the picture, and in which of its boxes values are
const answered = new Set(); // the steps whose product was predicted
const trained = new Set(leaves);
const alsoShown = []; // what other files show at each step

function recompute() {
  pass = leaves.every((k) => Object.is(values[k], recorded[k])) ? { ...recordedPass } : forward(values);
  const failed = pass.failure?.node ?? nodes.length;
  right = undefined;
  if (!pass.failure) {
    pass.edges = edgesBetween(pass.locals, isSeen);
    right = backward(pass, { carried });
    gradients = backward({ edges: edgesBetween(pass.locals, () => true) }, { carried }).gradients;
  }
  run = right && mistake ? backward(pass, mistake.options()) : right;
  steps = boxes.filter((box) => box.members.some((k) => nodes[k].operands) && box.last < failed)
    .map((box) => ({ kind: "forward", node: box.last }));
  steps.push(...(run ? run.steps : [{ kind: "failure", ...pass.failure }]));
  differences = leafRows.map(({ k }) => (pass.failure || page.fixed ? NaN : nudged(k)));
  answered.clear();
  go(wanted);
}

function go(place) {
  position = Math.min(Math.max(0, place), steps.length);
  wanted = pass.failure ? place : position;
  show();
}

/** What is known after the steps taken: which nodes have a value, and the gradients so far. */
function snapshot() {
  const computed = new Set(leaves), received = new Map();
  leaves.filter((k) => run?.carried[k]).forEach((k) => received.set(k, run.carried[k]));
  for (const { kind, node, tail, after } of steps.slice(0, position)) {
    if (kind === "forward") boxes[places[node]].members.forEach((k) => computed.add(k));
    else if (kind !== "failure") received.set(tail ?? node, after);
  }
  return { computed, received };
}

function show() {
  const step = steps[position - 1] ?? { kind: "start" };
  const hidden = step.kind === "edge" && byId("predict").checked && !answered.has(position);
  const { computed, received } = snapshot();
  const gradientText = (k, write = number) => {
    if (hidden && step.tail === k) return "?";
    return received.has(k) ? write(received.get(k)) : "·";
  };
  showPicture(step, computed, received, hidden);
  showWords(step, hidden);
  showLeaves(step, gradientText);
  showTraining();
  alsoShown.forEach((part) => part());
  byId("guess").hidden = !hidden;
  byId("position").max = steps.length;
  byId("position").value = position;
  byId("count").value = `step ${position} of ${steps.length}`;
  byId("first").disabled = byId("previous").disabled = position === 0;
  byId("next").disabled = byId("last").disabled = position === steps.length;
  rememberSoon();
}

// ---- The picture ----

const shape = (tag, attributes) =>
  withAttributes(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);

// They move to the box and to the arrow that a step is about.
const ring = shape("rect", { id: "ring" });
const back = shape("path", { id: "back", d: "M-2,0 L11,-6.5 V6.5 Z" }); // points to where it came from

function withAttributes(made, attributes) {
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

/** Shows a view, at the moment of the passes where the one before was. */
function setView(chosen) {
  const moment = momentOf(steps?.[position - 1]);
  if (view) byId("picture").innerHTML = chosen.picture;
  view = chosen;
  const picture = byId("picture");
  boxes = view.boxes.map((box, place) => {
    const group = picture.querySelector(`[data-node="${place}"]`);
    const [data, grad] = ["data", "grad"].map((what) => group.querySelector(`[data-shows="${what}"]`));
    const title = group.querySelector("title");
    return { ...box, group, title, data, grad, label: title.textContent, members: [] };
  });
  places = nodes.map((_, k) => boxes.findIndex(({ key }) => key === boxOf(k)));
  places.forEach((place, k) => boxes[place].members.push(k));
  boxes.forEach((box) => { box.last = box.members.at(-1); });
  arrows = view.arrows.map(([tail, head, place], k) => {
    const group = picture.querySelector(`[data-edge="${k}"]`);
    const [title, wire, surface, text] = ["title", ".wire", ".surface", "[data-shows=local]"]
      .map((selector) => group.querySelector(selector));
    return { tail, head, place, group, title, wire, surface, text };
  });
  preparePicture();
  prepareLeaves();
  showBlocks();
  recompute();
  go(steps.filter((step) => momentOf(step) <= moment).length || wanted);
}

/**
 * When a step is taken, as a number that does not depend on what is folded: below 0 on the way
 * forward to the root, above 0 on the way back.
 */
function momentOf({ kind, node, head, tail } = {}) {
  return kind === "forward" ? node - root : root - (head ?? node ?? tail);
}

/** The box of a value: its own number, or −1 − that of the outermost block that is folded. */
function boxOf(k) {
  const isOpen = (block) => block < 0 || view.unfolded.includes(block);
  let block = page.home[k];
  if (isOpen(block)) return k;
  while (!isOpen(page.parents[block])) block = page.parents[block];
  return -1 - block;
}

const isAlone = (k) => boxes[places[k]].members.length === 1;
const isSeen = (k) => isAlone(k) || boxes[places[k]].outputs.includes(k);
const isOn = ({ tail, head, place }, edge) => tail === places[edge.tail] && head === places[edge.head]
  && (place < 0 || place === edge.place);

function name(k) {
  const { names, outputs } = boxes[places[k]];
  return names[outputs.indexOf(k)] ?? nodes[k].name;
}

function preparePicture() {
  const picture = byId("picture").firstElementChild;
  picture.querySelector(".surface").after(ring); // below boxes and arrowheads
  picture.querySelector("desc").textContent = "The words below it say what each step does.";
  picture.setAttribute("role", "group");
  for (const { group, block } of boxes) {
    const { action, after } = view.blocks[block] ?? {};
    if (after === undefined) continue;
    withAttributes(group, { role: "button", tabindex: 0, "aria-label": action });
    group.onclick = () => toggle(block);
    group.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      toggle(block);
      boxes.find((x) => x.block === block).group.focus();
    };
  }
}

/** One or two numbers, or the range of more. */
function several(all, write) {
  if (all.length <= 2) return all.map((x) => write(x)).join(", ");
  return `${write(Math.min(...all))} … ${write(Math.max(...all))}`;
}

function showPicture(step, computed, received, hidden) {
  const changed = places[step.tail ?? step.node];
  for (const [place, { title, label, data, grad, last, outputs }] of boxes.entries()) {
    const known = outputs.filter((k) => received.has(k)).map((k) => received.get(k));
    const dataText = (write) =>
      (computed.has(last) ? several(outputs.map((k) => pass.data[k]), write) : "·");
    const gradText = (write) =>
      (hidden && place === changed ? "?" : known.length ? several(known, write) : "·");
    data.textContent = dataText(number);
    grad.textContent = gradText(number);
    title.textContent = `${label}\ndata ${dataText(String)}\ngrad ${gradText(String)}`;
    data.classList.toggle("fresh", place === changed && step.kind === "forward");
    grad.classList.toggle("fresh", place === changed && step.after !== undefined);
  }
  const ofArrow = arrows.map((arrow) => pass.edges?.filter((edge) => isOn(arrow, edge)) ?? []);
  back.remove();
  for (const [k, { head, group, title, wire, text }] of arrows.entries()) {
    const now = ofArrow[k].includes(step.edge), all = ofArrow[k];
    const known = all.length && computed.has(boxes[head].last);
    const locals = (write) => `∂ ${known ? all.map(({ local }) => write(local)).join(", ") : "·"}`;
    title.textContent = locals(String);
    text.textContent = known && all.length > 3 ? `∂ ${all.length} numbers` : locals(number);
    group.classList.toggle("now", now);
    group.classList.toggle("computing", step.kind === "forward" && changed === head);
    if (now) showBack(group, wire);
  }
  const widths = arrows.map(({ text }) => Math.max(30, text.getComputedTextLength() + 8));
  for (const [k, { surface, text }] of arrows.entries()) { // all are measured before any is moved
    withAttributes(surface, { width: widths[k], x: text.x.baseVal[0].value - widths[k] / 2 });
  }
  ring.style.display = changed === undefined ? "none" : "";
  if (changed !== undefined) {
    const { e: x, f: y } = boxes[changed].group.transform.baseVal[0].matrix;
    const { width, height } = boxes[changed].group.querySelector(".frame").getBBox();
    withAttributes(ring, { x: x - 6, y: y - 6, width: width + 12, height: height + 12, rx: 12 });
    const { scrollX, scrollY } = window; // only the picture is to move
    for (const seen of [boxes[places[step.head]]?.group, ring]) {
      seen?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    }
    scrollTo(scrollX, scrollY);
  }
}

/** A gradient goes from the end of an arrow to its start, so the arrowhead is there meanwhile. */
function showBack(group, wire) {
  const { x, y } = wire.getPointAtLength(0);
  group.append(withAttributes(back, { transform: `translate(${x} ${y})` }));
}

// ---- Folding ----

function toggle(block) {
  mistake = undefined;
  byId("mistake").value = "";
  setView(views[view.blocks[block].after]);
}

function showBlocks() {
  const focused = document.activeElement.dataset.block;
  byId("blocks").replaceChildren(...page.blocks.map(([block, text, depth]) => {
    const { action, listed, after } = view.blocks[block];
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

// ---- The words ----

const derivative = (of, by) => `∂${of}/∂${by}`;
const said = (text) => element("p", {}, text);
const result = (text) => element("b", { className: "result" }, text);

/** The operation of a node, each operand written by `write`. */
function written(node, write) {
  return node.words.map((part, k) => {
    if (!isNode(part)) return part;
    const text = write(part), roomy = /[(|]$|, $/.test(node.words[k - 1]);
    const shown = text.startsWith("−") && !roomy ? `(${text})` : text;
    return withAttributes(element("span", { className: "operand" }, shown), { "data-place": part });
  });
}

function blockWords({ outputs, members }) {
  const shown = outputs.slice(0, MOST_LISTED), more = outputs.length - shown.length;
  return [said(`The ${members.length} values in this block are computed. What others use of them:`),
    ...shown.map((k) => element("p", { className: "written" }, `${name(k)} = `, result(number(pass.data[k])))),
    said(more ? `and ${more} more` : "")];
}

function forwardWords(k) {
  if (!isAlone(k)) return blockWords(boxes[places[k]]);
  const node = nodes[k], operands = numbersInto(node, pass.data), shown = result(number(pass.data[k]));
  if (!node.words.some(isNode)) return [said(`${node.name}: ${node.words} gives ${shown.textContent}`)];
  const compute = functions[node.row];
  const { texts, sign } = compute
    ? standing(operands, pass.data[k], (...x) => compute(...x)[0])
    : { texts: operands.map((x) => number(x, node.digits || 4)), sign: node.digits ? "=" : "≈" };
  const names = (place) => (isNode(node.operands[place]) ? name(node.operands[place]) : texts[place]);
  return [element("div", { className: "written" }, `${node.name} = `, ...written(node, names)),
    element("div", { className: "written numbers" }, "= ", ...written(node, (place) => texts[place]),
      element("span", { className: "sign" }, ` ${sign} `), shown)];
}

/** One contribution in one of the runs. */
function edgeWords({ steps: all, overwrite }, place, hidden) {
  const step = all[place], { head, tail, upstream, local, product, before, after } = step;
  const [top, from, to] = [name(root), name(head), name(tail)], secret = hidden ? "?" : undefined;
  const words = [equation("×", [[upstream, `upstream ${derivative(top, from)}`],
    [local, `local ${derivative(from, to)}`]], [product, "product"], (a, b) => a * b, secret)];
  if (overwrite) {
    words.push(element("p", {}, `${derivative(top, to)} was `, element("s", {}, number(before)),
      " and is overwritten: ", result(secret ?? number(after))));
  } else {
    words.push(equation("+", [[before, `${derivative(top, to)} before`], [product, "product"]],
      [after, "after"], (a, b) => a + b, secret));
  }
  const uses = all.filter((other) => other.tail === tail), notes = [];
  if (uses.length > 1) {
    notes.push(`Contribution ${uses.indexOf(step) + 1} of ${uses.length} to ${to}: `
      + `${overwrite ? "only the last is left" : "they are added up"}.`);
  }
  if (!Number.isFinite(product) && !hidden) notes.push("From here on gradients are not finite.");
  if (place === all.length - 1) notes.push("This was the last one: all gradients are complete.");
  return [...words, element("p", { className: "note" }, notes.join(" "))];
}

function elsewhereWords({ tail, elsewhere: [, uses], product, before, after }) {
  return [said(`${name(tail)} is used ${uses} time${uses === 1 ? "" : "s"} more than this page holds.`),
    equation("+", [[before, `${derivative(name(root), name(tail))} before`], [product, "from there"]], [after, "after"],
      (a, b) => a + b)];
}

/** One contribution, and when a mistake is followed, what the right program does meanwhile. */
function runWords(step, hidden) {
  const place = run.steps.indexOf(step);
  if (!mistake) return edgeWords(run, place, hidden);
  const columns = [["the wrong program", run], ["the right program", right]];
  return [element("div", { className: "runs" }, ...columns.map(([title, shown]) => {
    const { head, tail } = shown.steps[place];
    const heading = element("h3", {}, `${title}: ${name(head)} to ${name(tail)}`);
    return element("div", {}, heading, ...edgeWords(shown, place, hidden));
  }))];
}

function equation(symbol, operands, [value, caption], compute, secret) {
  const { texts, sign } = standing(operands.map(([x]) => x), value, compute);
  if (secret && symbol === "+") texts[1] = secret; // the product is not given away
  const fenced = texts.map((x, k) => (k && x.startsWith("−") ? `(${x})` : x));
  const term = (text, below, kind = "number") => element("span", { className: "term" },
    element("span", { className: kind }, text), element("small", {}, below));
  const mark = (text) => element("span", { className: "sign" }, text);
  return element("div", { className: "equation" },
    term(fenced[0], operands[0][1]), mark(symbol), term(fenced[1], operands[1][1]),
    mark(secret ? "=" : sign), term(secret ?? number(value), caption, "number result"));
}

function showWords(step, hidden) {
  const { kind, node, head, tail, operands, reason } = step;
  const [pass_, about, words] = {
    start: () => ["Start", "nothing is computed yet", [said("Press ▶, or the right arrow key. Boxes "
      + "are filled from left to right, then gradients from right to left.")]],
    forward: () => ["Forward", `compute ${boxes[places[node]].name}`, forwardWords(node)],
    seed: () => ["Backward", `start at ${name(root)}`, [
      element("p", { className: "written" }, `${derivative(name(root), name(root))} = 1`),
      said(`${name(root)} changes just as much as itself.`)]],
    edge: () => ["Backward", `${name(head)} to ${name(tail)}`, runWords(step, hidden)],
    elsewhere: () => ["Backward", `to ${name(tail)} from elsewhere`, elsewhereWords(step)],
    failure: () => ["Forward", `${name(node)} cannot be computed`, [
      element("p", { className: "written problem" }, `${name(node)} = `,
        ...written(nodes[node], (place) => number(operands[place])), ` has no value: ${reason}.`),
      said("Python raises an error here. Move a slider back, or reset.")]],
  }[kind]();
  byId("words").replaceChildren(
    element("h2", {}, element("span", { className: "kind" }, `${pass_}: `), about), ...words);
}

// ---- The leaves ----

/** One row of the table, with a slider that moves in round steps around the recorded number. */
function leafRow(k) {
  const reach = Math.max(2, 2 * Math.abs(recorded[k]));
  const grain = 10 ** Math.floor(Math.log10(reach / 100));
  const round = (x) => Number((Math.round(x / grain) * grain).toPrecision(12));
  const [min, max] = [round(recorded[k] - reach), round(recorded[k] + reach)];
  const disabled = page.fixed || !Number.isFinite(3 * reach);
  const input = (type, what, more) =>
    element("input", { type, disabled, ariaLabel: `${name(k)}: ${what}`, ...more });
  const field = input("number", "value", { step: "any" });
  const slider = input("range", "slider", { min, max, step: grain });
  const train = input("checkbox", "changed by gradient descent", { checked: trained.has(k) });
  for (const control of [field, slider]) {
    control.oninput = () => {
      if (Number.isFinite(control.valueAsNumber)) setLeaf(k, control.valueAsNumber);
    };
  }
  train.onchange = () => trained[train.checked ? "add" : "delete"](k);
  const grad = element("td"), check = element("td");
  const row = element("tr", {}, element("th", { scope: "row" }, name(k).replaceAll(".", ".\u200b"), slider),
    element("td", {}, field), grad, check, element("td", {}, train));
  byId("leaves").tBodies[0].append(row);
  return { k, row, field, slider, grad, check };
}

let leafRows = [];

/** All leaves; where there are many, those in the picture. */
function prepareLeaves() {
  const listed = leaves.length > MOST_LEAVES ? leaves.filter(isSeen).slice(0, MOST_LEAVES) : leaves;
  byId("leaves").tBodies[0].replaceChildren();
  leafRows = listed.map(leafRow);
  byId("unlisted").textContent = listed.length < leaves.length
    ? `${listed.length} of ${leaves.length} leaves are listed: those that the picture shows.` : "";
}

function setLeaf(k, value) {
  values = values.with(k, value);
  startAgain();
  recompute();
}

function showLeaves(step, gradientText) {
  for (const [place, { k, row, field, slider, grad, check }] of leafRows.entries()) {
    for (const control of [field, slider].filter((x) => x !== document.activeElement)) {
      control.value = Number.isFinite(values[k]) ? parsed(number(values[k], 5)) : "";
    }
    row.classList.toggle("now", step.tail === k);
    const inside = run && !isSeen(k) && position === steps.length; // a block that is folded
    grad.textContent = inside ? number(gradients[k]) : gradientText(k);
    const by = differences[place];
    const far = run && position === steps.length
      && Math.abs(by - (mistake ? run.gradients : gradients)[k]) > 1e-8 + 1e-4 * Math.abs(by);
    check.textContent = Number.isNaN(by) ? "·" : `${far ? "≠ " : ""}${number(by)}`;
  }
}

// ---- Gradient descent ----

function descend() {
  const rate = byId("rate").valueAsNumber, before = pass.data[root];
  const bad = [...trained].find((k) => !Number.isFinite(gradients[k]));
  if (bad !== undefined || !Number.isFinite(rate)) {
    byId("loss").textContent = bad === undefined ? "The learning rate is not a number."
      : `No step was taken: the gradient of ${name(bad)} is ${number(gradients[bad])}.`;
    return;
  }
  values = values.map((x, k) => (trained.has(k) ? x - rate * gradients[k] : x));
  if (!byId("zero").checked) carried = atLeaves(gradients);
  recompute();
  if (!losses.length) losses.push(before);
  if (!pass.failure) losses.push(pass.data[root]);
  const after = pass.failure ? "no value" : number(pass.data[root], 6);
  byId("loss").textContent =
    `Step ${losses.length - 1}: ${name(root)} went from ${number(before, 6)} to ${after}.`;
  showTraining();
}

function startAgain() {
  losses = [];
  byId("loss").textContent = "";
}

function reset() {
  values = recorded;
  startAgain();
  setCarried();
}

/** Without zero_grad() this pass starts from the gradients that the last one left. */
function setCarried() {
  carried = noGradients;
  recompute();
  if (!byId("zero").checked && right) {
    carried = atLeaves(gradients);
    recompute();
  }
}

function showTraining() {
  byId("descend").disabled = !right || page.fixed;
  byId("kept").hidden = byId("zero").checked;
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const points = losses.map((loss, k) =>
    [100 * k / (losses.length - 1), high > low ? 28 - 26 * (loss - low) / (high - low) : 28]);
  byId("curve").style.display = points.length > 1 ? "" : "none";
  if (points.length > 1) byId("curve").firstElementChild.setAttribute("points", points);
}

// ---- Controls ----

const moves = {
  first: () => 0, previous: () => position - 1, next: () => position + 1, last: () => steps.length,
};
const keys = { ArrowLeft: "previous", ArrowRight: "next", Home: "first", End: "last" };

function prepareControls() {
  for (const [id, move] of Object.entries(moves)) byId(id).onclick = () => go(move());
  byId("position").oninput = (event) => go(event.target.valueAsNumber);
  byId("predict").onchange = show;
  byId("guess").onsubmit = guess;
  byId("answer-shown").onclick = () => giveAnswer("");
  byId("descend").onclick = descend;
  byId("reset").onclick = reset;
  byId("zero").onchange = setCarried;
  addEventListener("keydown", (event) => {
    const inField = event.target.matches("input:not([type=checkbox]), select, .scroll");
    if (inField || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in keys) {
      event.preventDefault();
      go(moves[keys[event.key]]());
    }
  });
  addEventListener("hashchange", () => go(linked()));
}

/** A prediction is right within one percent. */
function guess(event) {
  event.preventDefault();
  const text = byId("answer").value.trim().replace(",", "."), { product } = steps[position - 1];
  if (text && Math.abs(parsed(text) - product) <= 0.01 * Math.abs(product)) giveAnswer("Right.");
  else byId("verdict").value = "Not yet. Multiply what arrives by the number at the arrow.";
}

function giveAnswer(praise) {
  answered.add(position);
  byId("verdict").value = byId("answer").value = "";
  show();
  byId("words").append(result(praise));
  byId("next").focus();
}

const linked = () => Number(/^#step=(\d+)$/.exec(location.hash)?.[1] ?? 0);

/** Keeps the address in step. Browsers refuse to do this often, and in a notebook altogether. */
let remembering;
function rememberSoon() {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    if (location.protocol !== "about:") history.replaceState(null, "", `#step=${position}`);
  }, 250);
}

prepareControls();
wanted = linked();
setView(views[0]);
byId("unscripted").remove();

/** For tests and the console: set a leaf, by its name or number; go to a step; see all numbers. */
window.explorer = {
  go,
  set: (leaf, value) => setLeaf(leaves.find((k) => k === leaf || name(k) === leaf), value),
  state: () => ({
    position, steps, data: pass.data, differences, unfolded: view.unfolded,
    gradients: mistake ? run?.gradients : right && gradients, failure: pass.failure,
  }),
};
