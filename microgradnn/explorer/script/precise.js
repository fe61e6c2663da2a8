// Functions that Math has, but not to the last place: Python's learning rates and corrections ask.
// Numbers are whole numbers here, of as many digits as it takes, and are rounded once at the end.

const fromFixed = (number, places) => Number(number) * 2 ** -places; // Number rounds to nearest

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
  return fromFixed(result, 256);
}

/** cos(x), between −8 and 8 rounded once: the sum of its series. */
export function cosine(x) {
  if (!(Math.abs(x) < 8)) return Math.cos(x);
  if (Math.abs(x) < 2 ** -30) return 1;
  const fixed = BigInt(x * 2 ** 128), square = fixed * fixed >> 128n;
  let term = 1n << 128n, total = 0n;
  for (let n = 1n; term !== 0n; n += 2n) {
    total += term;
    term = -(term * square >> 128n) / (n * (n + 1n));
  }
  return fromFixed(total, 128);
}
