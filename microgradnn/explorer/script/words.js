// The words: what the current step does.

import { isAlone, name } from "./boxes.js";
import { byId, element, result, said, withAttributes } from "./dom.js";
import { isNode, nodes, root } from "./graph.js";
import { operandsTold, slopeEquation, valueHint } from "./mathml.js";
import { number, standing } from "./numbers.js";
import { now } from "./now.js";
import { derivative } from "./questions.js";
import { whenShown } from "./stepping.js";
import { told, veiled } from "./told.js";

const MOST_LISTED = 8; // outputs of a block, in words

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
    ...shown.map((k) => element("p", { className: "written" }, `${name(k)} = `,
      result(number(now.pass.data[k])))),
    said(more ? `and ${more} more` : "")];
}

function forwardWords(k) {
  if (!isAlone(k)) return blockWords(now.boxes[now.places[k]]);
  const node = nodes[k], { texts, sign, result: text } = operandsTold(k);
  if (!node.words.some(isNode)) return [said(`${node.name}: ${node.words} gives ${text}`)];
  const names = (place) => (isNode(node.operands[place]) ? name(node.operands[place]) : texts[place]);
  return [element("div", { className: "written" }, `${node.name} = `, ...written(node, names)),
    element("div", { className: "written numbers" }, "= ", ...written(node, (place) => texts[place]),
      element("span", { className: "sign" }, ` ${sign} `), result(text))];
}

/** One contribution in one of the runs. */
function edgeWords({ steps: all, overwrite }, place) {
  const step = all[place], { head, tail, edge, upstream, local, product, before, after } = step;
  const [top, from, to] = [name(root), name(head), name(tail)];
  const isSlope = told.slope(edge), isProduct = told.product(step), isSum = told.soFar(tail);
  const words = [equation("×", [[upstream, `upstream ${derivative(top, from)}`],
    [local, `local ${derivative(from, to)}`, isSlope]], [product, "product", isProduct], (a, b) => a * b)];
  if (isAlone(head)) {
    const why = [...(isSlope ? [] : [valueHint(head)]), slopeEquation(head, step.place)];
    words.unshift(...why.map((x) => element("p", { className: "why" }, ...x)));
  }
  if (overwrite) {
    words.push(element("p", {}, `${derivative(top, to)} was `, element("s", {}, number(before)),
      " and is overwritten: ", result(veiled(isSum, number(after)))));
  } else {
    words.push(equation("+", [[before, `${derivative(top, to)} before`], [product, "product", isProduct]],
      [after, "after", isSum], (a, b) => a + b));
  }
  const uses = all.filter((other) => other.tail === tail);
  const notes = isAlone(head) ? [] : ["The local derivative of a block is the sum over all ways through it."];
  if (uses.length > 1) {
    notes.push(`Contribution ${uses.indexOf(step) + 1} of ${uses.length} to ${to}: `
      + `${overwrite ? "only the last is left" : "they are added up"}.`);
  }
  if (!Number.isFinite(product)) notes.push("From here on gradients are not finite.");
  if (place === all.length - 1) notes.push("This was the last one: all gradients are complete.");
  return [...words, element("p", { className: "note" }, notes.join(" "))];
}

function elsewhereWords({ tail, elsewhere: [, uses], product, before, after }) {
  const gradient = derivative(name(root), name(tail)), times = `time${uses === 1 ? "" : "s"}`;
  return [said(`${name(tail)} is used ${uses} ${times} more than this page holds.`),
    equation("+", [[before, `${gradient} before`], [product, "from there"]],
      [after, "after"], (a, b) => a + b)];
}

/** One contribution, and when a mistake is followed, what the right program does meanwhile. */
function runWords(step) {
  const place = now.run.steps.indexOf(step);
  if (!now.mistake) return edgeWords(now.run, place);
  const columns = [["the wrong program", now.run], ["the right program", now.right]];
  return [element("div", { className: "runs" }, ...columns.map(([title, shown]) => {
    const { head, tail } = shown.steps[place];
    const heading = element("h3", {}, `${title}: ${name(head)} to ${name(tail)}`);
    return element("div", {}, heading, ...edgeWords(shown, place));
  }))];
}

/** Numbers, each with what it is, and whether it may be told; the digits of one would tell of others. */
function equation(symbol, operands, [value, caption, isTold = true], compute) {
  const numbers = operands.map(([x]) => x), areTold = operands.map(([,, isOne = true]) => isOne);
  const { texts, sign } = areTold.every(Boolean) ? standing(numbers, compute(...numbers), compute)
    : { texts: numbers.map((x, k) => veiled(areTold[k], number(x))), sign: "=" };
  const fenced = texts.map((x, k) => (k && x.startsWith("−") ? `(${x})` : x));
  const term = (text, below, kind = "number") => element("span", { className: "term" },
    element("span", { className: kind }, text), element("small", {}, below));
  const mark = (text) => element("span", { className: "sign" }, text);
  return element("div", { className: "equation" },
    term(fenced[0], operands[0][1]), mark(symbol), term(fenced[1], operands[1][1]),
    mark(sign), term(veiled(isTold, number(value)), caption, "number result"));
}

const further = {}; // words for steps of other kinds

/** From now on `words(step)` gives the pass, the title and the words of steps of a kind. */
export const whenStep = (kind, words) => { further[kind] = words; };

function showWords({ step }) {
  const { kind, node, head, tail, operands, reason } = step;
  const [pass_, about, words] = {
    start: () => ["Start", "nothing is computed yet", [said("Press ▶, or the right arrow key. "
      + "Forward, from left to right, every value is computed from its operands. Backward, each arrow "
      + "passes on a gradient: upstream × local."), said("Click a box, or press Enter on it, to see where "
      + "its numbers come from. Wheel or pinch zooms, dragging moves the picture; so do + − 0 and Shift "
      + "with the arrow keys.")]],
    forward: () => ["Forward", `compute ${now.boxes[now.places[node]].name}`, forwardWords(node)],
    seed: () => ["Backward", `start at ${name(root)}`, [
      element("p", { className: "written" }, `${derivative(name(root), name(root))} = 1`),
      said(`${name(root)} changes just as much as itself.`)]],
    edge: () => ["Backward", `${name(head)} to ${name(tail)}`, runWords(step)],
    elsewhere: () => ["Backward", `to ${name(tail)} from elsewhere`, elsewhereWords(step)],
    failure: () => ["Forward", `${name(node)} cannot be computed`, [
      element("p", { className: "written problem" }, `${name(node)} = `,
        ...written(nodes[node], (place) => number(operands[place])), ` has no value: ${reason}.`),
      said("Python raises an error here. Move a slider back, or reset.")]],
    ...further,
  }[kind](step);
  byId("words").replaceChildren(
    element("h2", {}, element("span", { className: "kind" }, `${pass_}: `), about), ...words);
}

whenShown(showWords);
