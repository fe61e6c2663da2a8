// One step along an arrow between blocks: a vector of gradients times a matrix of local derivatives.

import { name } from "./boxes.js";
import { element, said } from "./dom.js";
import { number } from "./numbers.js";
import { now } from "./now.js";

const MOST_WRITTEN = 8; // rows or columns; where there are more, the derivatives are a heat map
const MOST_SINGLE = 64; // single contributions, in words

const boxNamed = (k) => now.boxes[now.places[k]].name;

export function arrowTitle({ head, tail }) {
  const [from, to] = [boxNamed(head), boxNamed(tail)];
  return from === to ? `inside ${from}` : `${from} to ${to}`;
}

/** The table of a step: gradients of the outputs, derivatives, and what comes to each input. */
export function arrowWords({ steps }) {
  const heads = [...new Set(steps.map(({ head }) => head))], tails = [...new Set(steps.map(({ tail }) => tail))];
  const between = (head, tail) => steps.filter((step) => step.head === head && step.tail === tail)
    .reduce((sum, { local }) => sum + local, 0);
  const isWritten = Math.max(heads.length, tails.length) <= MOST_WRITTEN;
  const largest = Math.max(...steps.map(({ local }) => Math.abs(local)));
  const local = (head, tail) => (isWritten ? cell(between(head, tail)) : heat(head, tail, between(head, tail), largest));
  const upstream = (head) => steps.find((step) => step.head === head).upstream;
  const below = (caption, of, kind = "") => tableRow(caption, "", ...tails.map((tail) =>
    element("td", { className: kind }, number(of(steps.filter((step) => step.tail === tail))))));
  const table = element("table", { className: "matrix" },
    element("thead", {}, element("tr", {}, columnHead("local ∂"), columnHead("upstream"),
      ...tails.map((tail) => columnHead(isWritten ? name(tail) : "")))),
    element("tbody", {}, ...heads.map((k) => tableRow(name(k), number(upstream(k)),
      ...tails.map((tail) => local(k, tail))))),
    element("tfoot", {},
      below("upstream × local, added", (own) => own.reduce((sum, { product }) => sum + product, 0)),
      below("gradient before", (own) => own[0].before),
      below("after", (own) => own.at(-1).after, "result")));
  return [said(`${howMany(heads, "upstream gradient")} times ${heads.length} × ${tails.length} local derivatives: `
    + `what comes out is added to ${howMany(tails, "gradient")}, ${steps.length} contributions at once.`),
    element("div", { className: "scroll", tabIndex: 0, role: "group", ariaLabel: "Table; it scrolls" }, table),
    ...(isWritten ? [] : [said("The larger a square, the larger the derivative; a hollow one is negative. "
      + "Point at it to read the number.")]), singly(steps)];
}

const howMany = (all, what) => `${all.length} ${what}${all.length === 1 ? "" : "s"}`;
const columnHead = (text) => element("th", { scope: "col" }, text);
const cell = (x) => element("td", {}, number(x));
const tableRow = (caption, ...cells) => element("tr", {}, element("th", { scope: "row" }, caption),
  ...cells.map((x) => (typeof x === "string" ? element("td", {}, x) : x)));

/** A square whose side is the size of a derivative, for many of them. */
function heat(head, tail, local, largest) {
  const side = Math.round(14 * Math.sqrt(Math.abs(local) / largest)) || 0;
  const square = element("i", { className: local < 0 ? "negative" : "" });
  square.style.width = square.style.height = `${side}px`;
  return element("td", { className: "heat", title: `∂${name(head)}/∂${name(tail)} = ${number(local)}` }, square);
}

/** The same step as its scalar steps, for those who want to see each. */
function singly(steps) {
  const line = ({ head: from, tail, upstream, local, product, before, after }) => element("li", {},
    `${name(from)} to ${name(tail)}: ${number(upstream)} × ${inBrackets(local)} = ${number(product)}; `
    + `${number(before)} + ${inBrackets(product)} = ${number(after)}`);
  const more = steps.length - MOST_SINGLE;
  return element("details", {}, element("summary", {}, "one by one"),
    element("ol", {}, ...steps.slice(0, MOST_SINGLE).map(line)), said(more > 0 ? `and ${more} more` : ""));
}

const inBrackets = (x) => (x < 0 ? `(${number(x)})` : number(x));
