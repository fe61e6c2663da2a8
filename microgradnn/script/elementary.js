// Elementary functions that the table's rows need and Math lacks.

/** What is left of a, with the sign of b; that of JavaScript's % is the sign of a. */
export function remainder(a, b) {
  const left = a % b;
  if (left === 0) return b < 0 ? -0 : 0;
  return (left < 0) !== (b < 0) ? left + b : left;
}

/** a to the power of b. IEEE's is 1 where a is, and for −1 to an infinite power; JavaScript's is NaN. */
export function power(a, b) {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

/** exp(−x²), with the rounding of x² made good. */
function gaussian(x) {
  const coarse = Math.round(x * 16) / 16; // has an exact square
  return Math.exp(-coarse * coarse) * Math.exp(-(x - coarse) * (x + coarse));
}

/**
 * The error function near 0: 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·5⋯(2n+1)).
 * All terms agree in sign.
 */
function erfSeries(x) {
  let term = x, total = 0;
  for (let n = 1; total + term !== total; n++) {
    total += term;
    term *= 2 * x * x / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * gaussian(x) * total;
}

export function erf(x) {
  return Math.abs(x) < 0.5 ? erfSeries(x) : x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
}

/** 1 − erf(x), in the right tail by Laplace's continued fraction, which is evaluated backwards. */
export function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x < 0.5) return 1 - erfSeries(x);
  if (x > 28) return 0; // less than the smallest number
  let fraction = x;
  for (let n = Math.ceil(20 + 200 / (x * x)); n > 0; n--) fraction = x + n / 2 / fraction;
  return gaussian(x) / Math.sqrt(Math.PI) / fraction;
}
