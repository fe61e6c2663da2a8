// What programs in JavaScript are made of: a program contains those functions that it calls.
//
// All its numbers stand in `M`, a Float64Array. A uniform slot is one number there, and a batched
// one is B numbers side by side, a number for each sample. So `M[y + i * dy + b]` is a number of
// the i-th of some slots, which begin at y and are dy apart.

/** Numbers listed by their differences; "3*5" is a difference of 3, five times. */
function decoded(text, first = 0) {
  const numbers = [];
  let number = first;
  for (const part of text.split(" ")) {
    const [difference, times = 1] = part.split("*").map(Number);
    for (let k = 0; k < times; k++) numbers.push(number += difference);
  }
  return Int32Array.from(numbers);
}

/** Columns of X, for the samples from `sample` on, become the slots at y. */
function load(M, B, X, sample, width, column, columns, y) {
  for (let k = 0; k < columns; k++) {
    let from = sample * width + column + k;
    for (let b = 0; b < B; b++, from += width) M[y + k * B + b] = X[from];
  }
}

/**
 * A product of matrices is added to y: y[i, j] += Σ a[i, k] · x[j, k] over k, for i < m and j < n.
 *
 * Two rows by four columns are computed at once, so that a number that has been read is used
 * several times. Where fewer are left, the last one is computed more than once. `| 0` says that
 * places are small whole numbers, or else each addition would be checked.
 */
function product(M, m, n, inner, y, ym, yn, a, am, ak, x, xn, xk) {
  if (n < m && n < 4) return product(M, n, m, inner, y, yn, ym, x, xn, xk, a, am, ak);
  ak |= 0;
  xk |= 0;
  for (let j = 0; j < n; j += 4) {
    const j1 = Math.min(j + 1, n - 1), j2 = Math.min(j + 2, n - 1), j3 = Math.min(j + 3, n - 1);
    for (let i = 0; i < m; i += 2) {
      const i1 = Math.min(i + 1, m - 1);
      let p = a + i * am, p1 = a + i1 * am;
      let q = x + j * xn, q1 = x + j1 * xn, q2 = x + j2 * xn, q3 = x + j3 * xn;
      const r = y + i * ym, r1 = y + i1 * ym;
      let s = M[r + j * yn], s1 = M[r + j1 * yn], s2 = M[r + j2 * yn], s3 = M[r + j3 * yn];
      let t = M[r1 + j * yn], t1 = M[r1 + j1 * yn], t2 = M[r1 + j2 * yn], t3 = M[r1 + j3 * yn];
      for (let k = 0; k < inner; k++) {
        const u = M[p], v = M[p1], z = M[q], z1 = M[q1], z2 = M[q2], z3 = M[q3];
        s += u * z;
        s1 += u * z1;
        s2 += u * z2;
        s3 += u * z3;
        t += v * z;
        t1 += v * z1;
        t2 += v * z2;
        t3 += v * z3;
        p = p + ak | 0;
        p1 = p1 + ak | 0;
        q = q + xk | 0;
        q1 = q1 + xk | 0;
        q2 = q2 + xk | 0;
        q3 = q3 + xk | 0;
      }
      M[r + j * yn] = s;
      M[r + j1 * yn] = s1;
      M[r + j2 * yn] = s2;
      M[r + j3 * yn] = s3;
      M[r1 + j * yn] = t;
      M[r1 + j1 * yn] = t1;
      M[r1 + j2 * yn] = t2;
      M[r1 + j3 * yn] = t3;
    }
  }
}

/** Sums of products are added to y: y[i] += Σ a[i, k] · x[i, k] over k, for i < n. */
function dots(M, n, inner, y, yn, a, an, ak, x, xn, xk) {
  for (let i = 0; i < n; i++) {
    let total = 0, p = a + i * an, q = x + i * xn;
    for (let k = 0; k < inner; k++) {
      total += M[p] * M[q];
      p = p + ak | 0;
      q = q + xk | 0;
    }
    M[y + i * yn] += total;
  }
}

/** What each index chooses from its row of a table of `rows` rows; NaN for what is no place in it. */
function take(M, B, U, size, y, rows, table, index) {
  const each = index.length / rows, n = table.length / rows;
  for (let r = 0; r < index.length; r++) {
    const row = Math.floor(r / each) * n;
    for (let b = 0; b < size; b++) {
      const k = M[placeOf(index[r], B, U, b)];
      const isPlace = k >= 0 && k < n && k === Math.floor(k);
      M[y + r * size + b] = isPlace ? M[placeOf(table[row + k], B, U, b)] : NaN;
    }
  }
}

/**
 * The reverse of `take`: for each number of the table the sum of the gradients that it receives.
 * To what was not chosen goes the gradient times 0, which is NaN where the gradient is no number.
 */
function scatter(M, B, U, samples, size, y, rows, table, index, gradient, taken) {
  const each = index.length / rows, n = table.length / rows;
  M.fill(0, y, y + table.length * size);
  for (let r = 0; r < index.length; r++) {
    const row = y + Math.floor(r / each) * n * size;
    for (let b = 0; b < samples; b++) {
      const k = M[placeOf(index[r], B, U, b)], g = M[placeOf(gradient[r], B, U, b)];
      const isNumber = !Number.isNaN(M[placeOf(taken[r], B, U, b)]);
      const start = row + (size > 1 ? b : 0);
      if (isNumber) M[start + k * size] += g;
      if (isNumber && g * 0 === 0) continue;
      for (let c = 0; c < n; c++) if (c !== k || !isNumber) M[start + c * size] = NaN;
    }
  }
}

/** Where the number of a sample stands in M: slots from U on are batched. */
function placeOf(slot, B, U, b) {
  return slot < U ? slot : U + (slot - U) * B + b;
}

/** The numbers of these slots for each sample, one sample after the other from `sample` on. */
function store(M, B, U, slots, found, sample) {
  for (let k = 0; k < slots.length; k++) {
    for (let b = 0; b < B; b++) found[(sample + b) * slots.length + k] = M[placeOf(slots[k], B, U, b)];
  }
}

/** How many samples there are in X; an error where X or theta do not fit. */
function samplesOf(X, theta, inputs, params) {
  for (const [name, given] of Object.entries({ X, theta })) {
    const kind = Object.prototype.toString.call(given).slice(8, -1);
    if (kind === "Float64Array") continue;
    const advice = "Float64Array.from(numbers) makes one";
    throw new TypeError(`${name} must be a Float64Array, got an ${kind}; ${advice}`);
  }
  if (theta.length !== params) {
    throw new RangeError(`theta must have a length of ${params}, got ${theta.length}`);
  }
  const samples = inputs ? X.length / inputs : 1 - X.length;
  if (samples < 1 || !Number.isInteger(samples)) {
    const each = inputs ? " for each sample" : "";
    throw new RangeError(`X must have a length of ${inputs}${each}, got ${X.length}`);
  }
  return samples;
}
