// Marks of samples: each class has a shape of its own, for colour is not the only cue.

import { addCircle } from "./sheets.js";

// Corners, the share of the radius between two of them (1: straight sides), and a turn in degrees.
const SHAPES = [
  [4, 1, 45], [0, 1, 0], [3, 1, -90], [4, 1, 0], [3, 1, 90], [4, 0.35, 0], [4, 0.35, 45], [5, 0.45, -90],
  [6, 1, 0], [5, 1, -90],
];
export const SIGNS = [..."■●▲◆▼✚✖★⬢⬟"]; // the same in words

/** Adds the mark of class `k` to the path. */
export function addMark(context, k, x, y, radius) {
  const [corners, inner, turn] = SHAPES[k % SHAPES.length], count = inner < 1 ? 2 * corners : corners;
  if (!corners) addCircle(context, x, y, radius);
  for (let corner = 0; corner < count; corner++) {
    const angle = Math.PI * (turn / 180 + 2 * corner / count);
    const far = 1.25 * radius * (corner % 2 ? inner : 1);
    context[corner ? "lineTo" : "moveTo"](x + far * Math.cos(angle), y + far * Math.sin(angle));
  }
  context.closePath();
}

/** A cross over what is predicted wrongly. */
export function addCross(context, x, y, radius) {
  for (const down of [-radius, radius]) {
    context.moveTo(x - radius, y - down);
    context.lineTo(x + radius, y + down);
  }
}
