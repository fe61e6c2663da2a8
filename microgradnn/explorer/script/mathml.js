// Formulas in MathML, with names or with numbers in their places; the table's rows wrote them.

import { name } from "./boxes.js";
import { formulas } from "./formulas.js";
import { functions } from "./functions.js";
import { isNode, nodes, numbersInto } from "./graph.js";
import { number, standing } from "./numbers.js";
import { now } from "./now.js";
import { told, veiled } from "./told.js";

const NAMESPACE = "http://www.w3.org/1998/Math/MathML";

function made(tag, ...children) {
  const element = document.createElementNS(NAMESPACE, tag);
  element.append(...children);
  return element;
}

/** Letters as they stand in the picture; a single one would be italic. */
function upright(text) {
  const letters = made("mi", text);
  letters.setAttribute("mathvariant", "normal");
  return letters;
}

/** A name as a symbol: the number of x1 is an index, anything else stands as it is. */
function symbol(text) {
  const [, letter, index] = /^(\p{L})_?(\d+)$/u.exec(text) ?? [];
  if (!letter) return upright(text);
  return upright(letter + index.replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]));
}

/** A number; one that is negative has parentheses where it stands after something. */
function numeral(text, isFenced) {
  if (!text.startsWith("−")) return made("mn", text);
  const signed = made("mrow", made("mo", "−"), made("mn", text.slice(1)));
  return isFenced ? made("mrow", made("mo", "("), signed, made("mo", ")")) : signed;
}

/** A formula with its places filled by `write(place, isFenced)`. */
function filled(template, write) {
  const holder = document.createElement("div");
  holder.innerHTML = `<math><mrow>${
    template.replace(/\{(\w+)(!?)\}/g, '<mi data-place="$1" data-fenced="$2"></mi>')}</mrow></math>`;
  for (const gap of holder.querySelectorAll("[data-place]")) {
    gap.replaceWith(write(gap.dataset.place, Boolean(gap.dataset.fenced)));
  }
  return holder.firstChild.firstChild;
}

/**
 * Sides of an equation, = between them; the last may be equal only about. Each side is a formula of
 * its own, so that a narrow place can break the line between them.
 */
function equal(sides, sign = "=") {
  const last = sides.length - 1;
  return sides.flatMap((side, k) => {
    const relation = k ? [made("mo", k === last ? sign : "=")] : [];
    return [made("math", ...relation, side), " "];
  });
}

const hasPlaces = (template) => /\{\w+!?\}/.test(template);
const isPlace = (template) => /^\{\w+!?\}$/.test(template);

/** What is written of a node's operation, or nothing where it has no formula. */
function formOf(node) {
  const { general, special } = formulas[node.row];
  return special[node.operands.map((operand) => operand.number ?? "").join()] ?? general;
}

/** The name of an operand, or of the node itself; a plain number is written as a number. */
const names = (k) => (place, isFenced) => {
  const operand = place === "out" ? k : nodes[k].operands[place];
  return isNode(operand) ? symbol(name(operand)) : numeral(number(operand.number), isFenced);
};

/** The operation of a node: in symbols, what these stand for, and with its numbers. */
export function valueEquations(k) {
  const templates = formOf(nodes[k])?.value ?? [];
  if (!templates.length) return [];
  const { texts, sign, result } = operandsTold(k);
  const numbers = filled(templates.at(-1), (place, isFenced) => numeral(texts[place], isFenced));
  return [valueHint(k), equal([symbol(name(k)), numbers, numeral(result)], sign)];
}

/** How a node is computed, in symbols, and what these stand for. */
export function valueHint(k) {
  const templates = formOf(nodes[k])?.value ?? [];
  const sides = templates.map((template) => filled(template, names(k)));
  return sides.length ? equal([symbol(name(k)), ...sides]) : [];
}

/** The numbers of a node's operands and its own, as texts of an equation, as far as they may be told. */
export function operandsTold(k) {
  const node = nodes[k], operands = numbersInto(node, now.pass.data), compute = functions[node.row];
  const areTold = node.operands.map((operand) => !isNode(operand) || told.data(operand));
  const value = (...x) => compute(...x)[0], result = veiled(told.data(k), number(now.pass.data[k]));
  if (compute && areTold.every(Boolean)) return { ...standing(operands, value(...operands), value), result };
  const texts = operands.map((x, place) => veiled(areTold[place], number(x, node.digits || 4)));
  return { texts, sign: compute || node.digits ? "=" : "≈", result };
}

/** ∂head/∂tail, on one line. */
function derivativeOf(head, tail) {
  return made("mrow", upright("∂"), symbol(head), made("mo", "/"), upright("∂"), symbol(tail));
}

/** The derivative of a node by an operand: ∂y/∂s = 1 − y² = 1 − 0.76² = 0.42. */
export function slopeEquation(k, place) {
  const node = nodes[k], local = now.pass.locals[k][place];
  const left = derivativeOf(name(k), name(node.operands[place]));
  const edge = now.pass.edges?.find((x) => x.head === k && x.place === place);
  const isTold = told.slope(edge ?? {}), value = numeral(veiled(isTold, number(local)));
  if (!isTold) return equal([left, value]);
  const { template, operands, compute } = slopeForm(k, place, local);
  if (!template || !hasPlaces(template)) return equal([left, value]);
  const symbols = filled(template, operands.write);
  if (isPlace(template)) return equal([left, symbols, value]);
  const { texts, sign } = compute ? standing(operands.numbers, local, compute)
    : { texts: operands.numbers.map((x) => number(x)), sign: "=" };
  const numbers = filled(template, (at, isFenced) => numeral(texts[operands.order.indexOf(at)], isFenced));
  return equal([left, symbols, numbers, value], sign);
}

/** Whether the derivative has a formula, so that it can be asked. */
export const hasSlope = (k, place) => Boolean(slopeForm(k, place, 1).template);

/** That formula, in symbols. */
export function slopeHint({ head, tail, place }) {
  const { template, operands } = slopeForm(head, place, 1);
  return equal([derivativeOf(name(head), name(tail)), filled(template, operands.write)]);
}

/** What that formula gives for other numbers; NaN where it says no more than an operand or a number. */
export const slopeBy = (k, place, out, xs) => formOf(nodes[k])?.slope?.(out, ...xs)[place] ?? NaN;

/** The derivative's formula, what stands in its places, and how it is computed from that. */
function slopeForm(k, place, local) {
  const node = nodes[k], form = formOf(node), out = now.pass.data[k];
  if (form?.own) return choiceForm(k, place, local);
  const listed = form?.slopes[place]; // of a long list the place of an operand, or a number
  const template = isNode(listed) ? `{${listed}}` : listed;
  const order = ["out", ...node.operands.keys()].map(String);
  const numbers = [out, ...numbersInto(node, now.pass.data)];
  const compute = form?.slope && ((...x) => form.slope(...x)[place]);
  return { template, compute, operands: { order, numbers, write: names(k) } };
}

/** Of a softmax: by the logit that is chosen, or by another, whose own softmax is its share. */
function choiceForm(k, place, local) {
  const { own, other } = formOf(nodes[k]), out = now.pass.data[k];
  const isChosen = place === 1 + nodes[k].operands[0].number;
  const write = (at, isFenced) => (at === "share"
    ? made("mrow", made("msub", made("mi", "softmax"), made("mn", String(place - 1))), made("mtext", "(…)"))
    : names(k)(at, isFenced));
  return {
    template: isChosen ? own : other,
    compute: isChosen ? (y) => y * (1 - y) : (y, share) => -y * share,
    operands: { order: ["out", "share"], numbers: [out, -local / out], write },
  };
}
