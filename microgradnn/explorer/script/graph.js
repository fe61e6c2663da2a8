// The graph that the page was made for, as Python recorded it, and its views.

import { byId } from "./dom.js";

export const page = JSON.parse(byId("graph").textContent);
export const isNode = Number.isInteger; // an operand is the number of a node, or { number }
export const nodes = page.nodes.map((node) => ({ // JSON has no infinities: they come as text
  ...node,
  data: Number(node.data),
  operands: node.operands?.map((x) => (isNode(x) ? x : { number: Number(x.number) })),
  locals: node.locals?.map((x) => (x === null ? null : Number(x))),
}));
export const root = nodes.length - 1;
export const leaves = nodes.flatMap((node, k) => (node.operands ? [] : [k]));
export const recorded = nodes.map((node) => node.data);
const others = page.others ? await unpacked(page.others) : [];
export const views = [{ ...page.view, picture: byId("picture").innerHTML }, ...others];

function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (x) => x.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

/** The numbers of a node's operands. */
export const numbersInto = (node, data) => node.operands.map((x) => (isNode(x) ? data[x] : x.number));
