// The graph that is shown, as Python recorded it, and its views: the page's own, or that of a sample.

import { byId } from "./dom.js";

export const page = JSON.parse(byId("graph").textContent);
/** Whether the page's author has hidden a part of it. */
export const isHidden = (part) => document.documentElement.matches(`[data-hidden~="${part}"]`);
export const isNode = Number.isInteger; // an operand is the number of a node, or { number }
page.view.picture = byId("picture").innerHTML;
export const ownGraph = await withViews(page);

export let graph = ownGraph; // its blocks, and what its values receive from elsewhere
export let nodes = [];
export let root = 0;
export let leaves = [];
export let recorded = []; // the data of the nodes
export let views = [];

/** A graph of the page's JSON, with all its views. */
export async function withViews(given) {
  return { ...given, views: [given.view, ...(given.others ? await unpacked(given.others) : [])] };
}

/** Shows another graph from now on; it has its views. */
export function useGraph(given) {
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
  views = given.views;
}

export function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (x) => x.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

/** The numbers of a node's operands. */
export const numbersInto = (node, data) => node.operands.map((x) => (isNode(x) ? data[x] : x.number));
