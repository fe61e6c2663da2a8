// The ways from a value to the root: counted, listed, and marked in the picture.

import { root } from "./graph.js";
import { now } from "./now.js";

const MOST_PATHS = 6; // paths, in words

/** The edges between what is seen, by where a path comes upon them. */
function edgesFrom() {
  const from = new Map();
  for (const edge of now.pass.edges ?? []) {
    if (edge.elsewhere) continue;
    if (!from.has(edge.tail)) from.set(edge.tail, []);
    from.get(edge.tail).push(edge);
  }
  return from;
}

/** How many paths lead from a value to the root; and these paths, as edges, if they are few. */
export function pathsToRoot(k) {
  const from = edgesFrom(), counts = new Map([[root, 1]]);
  const count = (at) => { // the root is above all, so this ends
    if (!counts.has(at)) counts.set(at, (from.get(at) ?? []).reduce((sum, { head }) => sum + count(head), 0));
    return counts.get(at);
  };
  const list = (at) => (at === root ? [[]]
    : (from.get(at) ?? []).flatMap((edge) => list(edge.head).map((path) => [edge, ...path])));
  const paths = count(k);
  return { count: paths, listed: paths <= MOST_PATHS ? list(k) : [] };
}

/** Marks the arrows of a path in the picture, or all that lead from a box to the root. */
export function markRoute(edges) {
  unmark();
  const isOn = ({ tail, head, place }) => edges.some((edge) => tail === now.places[edge.tail]
    && head === now.places[edge.head] && (place < 0 || place === edge.place));
  now.arrows.filter(isOn).forEach(({ group }) => group.classList.add("route"));
}

export function markAllRoutes(place) {
  unmark();
  const reached = new Set([place]), waiting = [place];
  while (waiting.length) {
    const at = waiting.pop();
    for (const { tail, head, group } of now.arrows) {
      if (tail !== at) continue;
      group.classList.add("route");
      if (!reached.has(head)) waiting.push(head);
      reached.add(head);
    }
  }
}

export function unmark() {
  now.arrows.forEach(({ group }) => group.classList.remove("route"));
}
