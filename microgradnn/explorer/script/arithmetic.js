// What the table's rows need on a page beside elementary.js: an exact sum, softmax's choice.

/** The sum of all terms. Partial sums that share no digits lose none (Shewchuk 1997). */
export function sum(...terms) {
  const plain = terms.reduce((a, b) => a + b);
  if (!Number.isFinite(plain)) { // infinite terms, or an overflow on the way
    return terms.every(Number.isFinite) ? sum(...terms.map((x) => x * 2 ** -64)) * 2 ** 64 : plain;
  }
  const parts = [];
  for (let x of terms) {
    let kept = 0;
    for (let y of parts) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) parts[kept++] = low;
      x = high;
    }
    parts.splice(kept, parts.length, x);
  }
  return parts.reduce((a, b) => a + b);
}

/** A function of logits, the chosen one first, as a function of its place and the logits in order. */
export const ofChosen = (compute) => (which, ...logits) => {
  const [chosen] = logits.splice(which, 1);
  const [out, own, ...others] = compute(chosen, ...logits);
  others.splice(which, 0, own);
  return [out, 0, ...others];
};
