// One step along an arrow between blocks: a vector of gradients times a matrix of local derivatives.

import { name } from "./boxes.js";
import { element, said } from "./dom.js";
import { number } from "./numbers.js";
import { now } from "./now.js";
import { question, questionsAt } from "./questions.js";
import { told, veiled } from "./told.js";
import { whenStep } from "./words.js";

const MOST_WRITTEN = 8; // rows or columns; where there are more, the derivatives are a heat map
const MOST_SINGLE = 64; // single contributions, in words

const boxNamed = (k) => now.boxes[now.places[k]].name;

function arrowTitle({ head, tail }) {
  const [from, to] = [boxNamed(head), boxNamed(tail)];
  return from === to ? `inside ${from}` : `${from} to ${to}`;
}

/** The values at one end of an arrow. */
const ends = (steps, end) => [...new Set(steps.map((step) => step[end]))];
const isWritten = (steps) => ["head", "tail"].every((end) => ends(steps, end).length <= MOST_WRITTEN);

/** The table of a step: gradients of the outputs, derivatives, and what comes to each input. */
function arrowWords({ steps }) {
  const heads = ends(steps, "head"), tails = ends(steps, "tail");
  const withNumbers = isWritten(steps);
  return [said(`${howMany(heads, "upstream gradient")} times ${heads.length} × ${tails.length} local `
    + `derivatives: what comes out is added to ${howMany(tails, "gradient")}, ${steps.length} `
    + "contributions at once."),
  element("div", { className: "scroll", tabIndex: 0, role: "group", ariaLabel: "Table; it scrolls" },
    matrixOf(steps, heads, tails, withNumbers)),
  ...(withNumbers ? [] : [said("The larger a square, the larger the derivative; a hollow one is negative. "
    + "Point at it to read the number.")]), singly(steps)];
}

function matrixOf(steps, heads, tails, withNumbers) {
  const largest = Math.max(...steps.map(({ local }) => Math.abs(local)));
  const ofHead = (k) => {
    const own = steps.filter(({ head }) => head === k);
    const cells = tails.map((tail) => {
      const local = own.filter((step) => step.tail === tail).reduce((sum, step) => sum + step.local, 0);
      return withNumbers ? cell(local) : heat(k, tail, local, largest);
    });
    return tableRow(name(k), cell(own[0].upstream), ...cells);
  };
  const ofTails = (caption, of, isTold = true, className = "") => tableRow(caption, "", ...tails.map((k) =>
    element("td", { className }, veiled(isTold, number(of(steps.filter(({ tail }) => tail === k)))))));
  const areTold = steps.every(told.product);
  const titles = ["local ∂", "upstream", ...tails.map((k) => (withNumbers ? name(k) : ""))];
  return element("table", { className: "matrix" },
    element("thead", {}, element("tr", {}, ...titles.map((x) => element("th", { scope: "col" }, x)))),
    element("tbody", {}, ...heads.map(ofHead)),
    element("tfoot", {},
      ofTails("upstream × local, added",
        (own) => own.reduce((sum, { product }) => sum + product, 0), areTold),
      ofTails("gradient before", (own) => own[0].before),
      ofTails("after", (own) => own.at(-1).after, areTold, "result")));
}

const howMany = (all, what) => `${all.length} ${what}${all.length === 1 ? "" : "s"}`;
const cell = (x) => element("td", {}, number(x));
const tableRow = (caption, ...cells) => element("tr", {}, element("th", { scope: "row" }, caption),
  ...cells.map((x) => (typeof x === "string" ? element("td", {}, x) : x)));

/** A square whose side is the size of a derivative, for many of them. */
function heat(head, tail, local, largest) {
  const side = Math.round(14 * Math.sqrt(Math.abs(local) / largest)) || 0;
  const square = element("i", { className: local < 0 ? "negative" : "" });
  square.style.width = square.style.height = `${side}px`;
  const title = `∂${name(head)}/∂${name(tail)} = ${number(local)}`;
  return element("td", { className: "heat", title }, square);
}

/** The same step as its scalar steps, for those who want to see each. */
function singly(steps) {
  const line = (step) => {
    const { head: from, tail, upstream, local, product, before, after } = step;
    const text = (x) => veiled(told.product(step), x);
    return element("li", {},
      `${name(from)} to ${name(tail)}: ${number(upstream)} × ${inBrackets(local)} = `
      + `${text(number(product))}; ${text(number(before))} + ${text(inBrackets(product))} = `
      + text(number(after)));
  };
  const more = steps.length - MOST_SINGLE;
  return element("details", {}, element("summary", {}, "one by one"),
    element("ol", {}, ...steps.slice(0, MOST_SINGLE).map(line)), said(more > 0 ? `and ${more} more` : ""));
}

const inBrackets = (x) => (x < 0 ? `(${number(x)})` : number(x));

/** One column is asked, if the table has numbers to multiply. */
function columnQuestion({ steps }) {
  const [{ head, tail }] = steps, column = steps.filter((step) => step.tail === tail);
  const total = (what) => column.reduce((all, step) => all + step[what], 0);
  const slips = [
    ...column.map((step) => [step.product, `what comes from ${name(step.head)} alone. Add all rows.`]),
    [total("local"), "had without upstream."],
    [column[0].before + total("product"), "the gradient after this step. Asked is what comes now."],
  ];
  return isWritten(steps) ? question("contribution", `${head}-${tail}`, total("product"),
    `What does ${name(tail)} receive along this arrow?`, { steps, slips }) : [];
}

questionsAt.arrow = columnQuestion;
whenStep("arrow", (step) => ["Backward", arrowTitle(step), arrowWords(step)]);
