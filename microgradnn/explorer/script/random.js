// Stands in for Python's and NumPy's random numbers.

export function shuffled(size, seed) {
  const order = Uint32Array.from({ length: size }, (_, k) => k);
  let state = seed % 2147483647 + 1;
  for (let k = size - 1; k > 0; k--) {
    state = state * 48271 % 2147483647;
    const other = state % (k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
}
