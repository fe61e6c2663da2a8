// Random numbers as Python and NumPy draw them, from the same seeds: shuffles and first weights.

import { cosine, logarithm, sine } from "./precise.js";

/** Words of 32 bits that make up a whole number from 0 on, the lowest first. */
function wordsOf(seed) {
  if (seed < 0) throw new RangeError(`a seed must be from 0 on, got ${seed}`);
  const words = [];
  for (let left = BigInt(seed); left > 0n || words.length === 0; left >>= 32n) {
    words.push(Number(left & 0xffffffffn));
  }
  return words;
}

// ---- Python's random.Random: the Mersenne Twister (Matsumoto, Nishimura 1998) -------------------

const SIZE = 624, MIDDLE = 397;

/** What its words are at first, from those of a seed. */
function twister(key) {
  const state = new Uint32Array(SIZE);
  const before = (i) => state[i - 1] ^ (state[i - 1] >>> 30);
  state[0] = 19650218;
  for (let i = 1; i < SIZE; i++) state[i] = Math.imul(before(i), 1812433253) + i;
  let i = 1, j = 0;
  const next = () => {
    if (++i === SIZE) {
      state[0] = state[SIZE - 1];
      i = 1;
    }
  };
  for (let k = 0; k < Math.max(SIZE, key.length); k++) {
    state[i] = (state[i] ^ Math.imul(before(i), 1664525)) + key[j] + j;
    j = (j + 1) % key.length;
    next();
  }
  for (let k = 1; k < SIZE; k++) {
    state[i] = (state[i] ^ Math.imul(before(i), 1566083941)) - i;
    next();
  }
  state[0] = 0x80000000;
  return state;
}

function renew(state) {
  for (let i = 0; i < SIZE; i++) {
    const joined = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
    state[i] = state[(i + MIDDLE) % SIZE] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
  }
}

/**
 * A generator that draws what `random.Random(seed)` does; the seed is a whole number from 0 on.
 *
 * Normal numbers are right to three units in the last place, and those with functions that are `exact`,
 * which take ten times as long, to the last.
 */
export function pythonRandom(seed, { cos, log, sin } = Math) {
  const state = twister(wordsOf(seed));
  let place = SIZE, kept = null;
  const word = () => {
    if (place === SIZE) {
      renew(state);
      place = 0;
    }
    let x = state[place++];
    x ^= x >>> 11;
    x ^= (x << 7) & 0x9d2c5680;
    x ^= (x << 15) & 0xefc60000;
    return (x ^ (x >>> 18)) >>> 0;
  };
  const random = () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
  const gauss = (mean, deviation) => { // two at a time, of which one is kept
    let z = kept;
    kept = null;
    if (z === null) {
      const angle = random() * (2 * Math.PI);
      const radius = Math.sqrt(-2 * log(1 - random()));
      z = cos(angle) * radius;
      kept = sin(angle) * radius;
    }
    return mean + z * deviation;
  };
  return { random, uniform: (low, high) => low + (high - low) * random(), gauss };
}

// ---- First weights ------------------------------------------------------------------------------

const initializers = {
  zeros: () => 0,
  uniform: (fanIn, fanOut, rng) => rng.uniform(-1, 1),
  normal: (fanIn, fanOut, rng) => rng.gauss(0, 1),
  he_normal: (fanIn, fanOut, rng) => rng.gauss(0, Math.sqrt(2 / fanIn)),
  xavier_uniform: (fanIn, fanOut, rng) => {
    const bound = Math.sqrt(6 / (fanIn + fanOut));
    return rng.uniform(-bound, bound);
  },
};

const exact = { cos: cosine, log: logarithm, sin: sine };

/**
 * The parameters of layers, neuron by neuron, as `nn.MLP` draws them: weights, then a bias of 0.
 * A layer has `nin`, `nout` and perhaps `bias: false`.
 */
export function initialWeights(layers, init, seed) {
  const rng = pythonRandom(seed, exact);
  return Float64Array.from(layers.flatMap(({ nin, nout, bias }) => {
    const neuron = () => Array.from({ length: nin }, () => initializers[init](nin, nout, rng));
    return Array.from({ length: nout }, () => neuron().concat(bias === false ? [] : 0)).flat();
  }));
}

// ---- NumPy's default_rng: SeedSequence and PCG64 (O'Neill 2014) ----------------------------------

/** Numbers of 32 bits that multiply and mix, each call with another constant. */
function mixer(constant, factor) {
  return (x) => {
    x ^= constant;
    constant = Math.imul(constant, factor);
    x = Math.imul(x, constant);
    return x ^ (x >>> 16);
  };
}

/** Four numbers of 64 bits, made of a seed as NumPy's SeedSequence does. */
function sequenceOf(seed) {
  const words = wordsOf(seed), mixed = mixer(0x43b0d7e5, 0x931e8875);
  const pool = [0, 1, 2, 3].map((k) => mixed(words[k] ?? 0));
  const join = (k, x) => {
    const both = Math.imul(0xca01f9dd, pool[k]) - Math.imul(0x4973f715, mixed(x)) | 0;
    pool[k] = both ^ (both >>> 16);
  };
  for (const from of pool.keys()) {
    for (const to of pool.keys()) if (to !== from) join(to, pool[from]);
  }
  for (const word of words.slice(4)) for (const to of pool.keys()) join(to, word);
  const last = mixer(0x8b51f9dd, 0x58f38ded);
  const drawn = [...pool, ...pool].map((x) => BigInt(last(x) >>> 0));
  return [0, 2, 4, 6].map((k) => drawn[k] | (drawn[k + 1] << 32n));
}

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** A function that draws a number of 32 bits: the lower half of one of 64 bits, then the upper. */
function drawing(seed) {
  const [high, low, highStep, lowStep] = sequenceOf(seed);
  const step = BigInt.asUintN(128, (((highStep << 64n) | lowStep) << 1n) | 1n);
  const after = (state) => BigInt.asUintN(128, state * MULTIPLIER + step);
  let state = after(step + ((high << 64n) | low)), kept = -1;
  return () => {
    if (kept >= 0) {
      const upper = kept;
      kept = -1;
      return upper;
    }
    state = after(state);
    const turn = state >> 122n, x = BigInt.asUintN(64, state ^ (state >> 64n));
    const drawn = (x >> turn) | (x << (64n - turn)); // rotated; bits above 64 are not read
    kept = Number((drawn >> 32n) & 0xffffffffn);
    return Number(drawn & 0xffffffffn);
  };
}

/** The numbers below `size`, in the order of `default_rng(seed).shuffle(arange(size))`. */
export function shuffled(size, seed) {
  const draw = drawing(seed);
  const order = Uint32Array.from({ length: size }, (_, k) => k);
  for (let i = size - 1; i > 0; i--) {
    const mask = 2 ** (32 - Math.clz32(i)) - 1; // a number above i is drawn once more
    let j = i + 1;
    while (j > i) j = (draw() & mask) >>> 0;
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
