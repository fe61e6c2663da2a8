// Functions that Math has, but not to the last place: Python's learning rates and corrections ask.
// Numbers are whole numbers of 2⁻¹²⁸ or 2⁻²⁵⁶ here, and are rounded once at the end.

const ONE = 1n << 128n, LOG_TWO = 0xb17217f7d1cf79abc9e3b39803f2f6afn;

const fixed = (x) => BigInt(x * 2 ** 128);
const rounded = (whole) => Number(whole) * 2 ** -128; // Number rounds to the nearest
const times = (a, b) => a * b >> 128n;

/** x to the power of n; for whole n it is rounded once. */
export function exactPower(x, n) {
  if (n === 2) return x * x;
  const rough = x ** n;
  const inRange = Math.abs(rough) > 2 ** -100 && Math.abs(rough) < 2 ** 100;
  if (!Number.isSafeInteger(n) || n < 2 || !inRange) return rough;
  let base = BigInt(x * 2 ** 256), result = 1n << 256n;
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = result * base >> 256n;
    base = base * base >> 256n;
  }
  return Number(result) * 2 ** -256;
}

/** The series of a cosine or a sine, from a term and the number of the next. */
function wave(term, n, square) {
  let total = 0n;
  for (; term !== 0n; n += 2n) {
    total += term;
    term = -times(term, square) / (n * (n + 1n));
  }
  return rounded(total);
}

/** cos(x), between −8 and 8 rounded once. */
export function cosine(x) {
  if (!(Math.abs(x) < 8)) return Math.cos(x);
  return Math.abs(x) < 2 ** -30 ? 1 : wave(ONE, 1n, times(fixed(x), fixed(x)));
}

/** sin(x), between −8 and 8 rounded once. */
export function sine(x) {
  if (!(Math.abs(x) < 8)) return Math.sin(x);
  return Math.abs(x) < 2 ** -30 ? x : wave(fixed(x), 2n, times(fixed(x), fixed(x)));
}

/** log(x), between 2⁻¹⁰⁰ and 2¹⁰⁰ rounded once: x is 2ᵏ·(1 + t) / (1 − t). */
export function logarithm(x) {
  if (!(x > 2 ** -100 && x < 2 ** 100)) return Math.log(x);
  const k = Math.round(Math.log2(x)), m = fixed(x * 2 ** -k);
  const t = (m - ONE << 128n) / (m + ONE), square = times(t, t);
  let total = 0n;
  for (let n = 1n, power = t; power / n !== 0n; n += 2n, power = times(power, square)) {
    total += power / n;
  }
  return rounded(2n * total + BigInt(k) * LOG_TWO);
}
