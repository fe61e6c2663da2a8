// The graph that is shown, as Python recorded it, and its views: the page's own, or that of a sample.

import { byId } from "./dom.js";

export const page = JSON.parse(byId("graph").textContent);
export const isNode = Number.isInteger; // an operand is the number of a node, or { number }
export const ownGraph = { ...page, view: { ...page.view, picture: byId("picture").innerHTML } };

export let graph = ownGraph; // its blocks, and what its values receive from elsewhere
export let nodes = [];
export let root = 0;
export let leaves = [];
export let recorded = []; // the data of the nodes
export let views = [];

/** Shows another graph from now on: one of the page's JSON, the page's own if none is given. */
export async function useGraph(given = ownGraph) {
  const others = given.others ? await unpacked(given.others) : [];
  graph = given;
  nodes = given.nodes.map((node) => ({ // JSON has no infinities: they come as text
    ...node,
    data: Number(node.data),
    operands: node.operands?.map((x) => (isNode(x) ? x : { number: Number(x.number) })),
    locals: node.locals?.map((x) => (x === null ? null : Number(x))),
  }));
  root = nodes.length - 1;
  leaves = nodes.flatMap((node, k) => (node.operands ? [] : [k]));
  recorded = nodes.map((node) => node.data);
  views = [given.view, ...others];
}

export function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (x) => x.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

/** The numbers of a node's operands. */
export const numbersInto = (node, data) => node.operands.map((x) => (isNode(x) ? data[x] : x.number));
