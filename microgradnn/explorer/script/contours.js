// Lines where a number on the grid is 0, and where in a region there is most room for a word.

/** Adds to the path where `field(k)` of the points is 0; `at(column, row)` says where they are drawn. */
export function addContour(context, field, { columns, rows }, at) {
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      const heights = corners.map(([x, y]) => field(y * columns + x));
      const crossings = [];
      for (let k = 0; k < 4; k++) {
        const next = (k + 1) % 4, a = heights[k], b = heights[next];
        if ((a > 0) === (b > 0)) continue;
        const share = a / (a - b), [x, y] = corners[k];
        crossings.push(at(x + share * (corners[next][0] - x), y + share * (corners[next][1] - y)));
      }
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        context.moveTo(...crossings[k]);
        context.lineTo(...crossings[k + 1]);
      }
    }
  }
}

/** The point of each class that is farthest from all other classes and from the rim, and how far. */
export function roomiest(classes, { columns, rows }, count) {
  const far = new Float64Array(columns * rows).fill(Infinity);
  const best = Array.from({ length: count }, () => ({ far: 0 }));
  const lower = (k, isRim, neighbours) => {
    const least = Math.min(...neighbours.map((j) => (classes[j] === classes[k] ? far[j] : 0)));
    far[k] = Math.min(far[k], 1 + (isRim ? 0 : least));
  };
  for (let k = 0; k < far.length; k++) lower(k, k % columns === 0, [k - 1, k - columns]);
  for (let k = far.length - 1; k >= 0; k--) {
    lower(k, (k + 1) % columns === 0, [k + 1, k + columns]);
    if (far[k] <= best[classes[k]].far) continue;
    best[classes[k]] = { far: far[k], column: k % columns, row: Math.floor(k / columns) };
  }
  return best;
}
