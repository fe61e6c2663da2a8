// Marks of samples: each class has a shape of its own, for colour is not the only cue.

// Corners, the share of the radius between two of them (1: straight sides), and a turn in degrees.
const SHAPES = [
  [4, 1, 45], [0, 1, 0], [3, 1, -90], [4, 1, 0], [3, 1, 90], [4, 0.35, 0], [4, 0.35, 45], [5, 0.45, -90],
  [6, 1, 0], [5, 1, -90],
];
export const SIGNS = "■●▲◆▼✚✖★⬢⬟"; // the same in words

/** Adds the mark of class `k` to the path. */
export function addMark(context, k, x, y, radius) {
  const [corners, inner, turn] = SHAPES[k % SHAPES.length];
  if (!corners) {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  const size_ = 1.25 * radius, count = inner < 1 ? 2 * corners : corners;
  for (let corner = 0; corner < count; corner++) {
    const angle = turn * Math.PI / 180 + 2 * Math.PI * corner / count;
    const far = inner < 1 && corner % 2 ? inner * size_ : size_;
    context[corner ? "lineTo" : "moveTo"](x + far * Math.cos(angle), y + far * Math.sin(angle));
  }
  context.closePath();
}

/** A cross over what is predicted wrongly. */
export function addCross(context, x, y, radius) {
  context.moveTo(x - radius, y - radius);
  context.lineTo(x + radius, y + radius);
  context.moveTo(x + radius, y - radius);
  context.lineTo(x - radius, y + radius);
}
