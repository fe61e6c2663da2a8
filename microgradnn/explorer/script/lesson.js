// What Python has written of a training: the samples, the weights, the settings; arrays unpacked.

import { byId } from "./dom.js";

const TYPES = {
  u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array, i4: Int32Array,
  f4: Float32Array, f8: Float64Array,
};

/** The numbers of an array that Python has packed. */
async function numbersIn({ type, bytes }) {
  const compressed = Uint8Array.from(atob(bytes), (x) => x.charCodeAt(0));
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return Float64Array.from(new TYPES[type](await new Response(stream).arrayBuffer()));
}

async function samplesIn(given) {
  if (!given) return null;
  const [X, targets, shares] = await Promise.all(
    [given.X, given.targets, given.shares].map((x) => x && numbersIn(x)));
  return { size: given.size, X, targets, shares };
}

const historyIn = async (given) => given && { ...given, weights: await numbersIn(given.weights) };

const lessonWritten = JSON.parse(byId("lesson").textContent, (_, x) => // JSON has no infinities
  (/^(-?Infinity|NaN)$/.test(x) ? Number(x) : x));

export const lesson = {
  ...lessonWritten,
  theta: await numbersIn(lessonWritten.theta),
  train: await samplesIn(lessonWritten.train),
  heldOut: await samplesIn(lessonWritten.heldOut),
  history: await historyIn(lessonWritten.history),
};
