// Colours of the drawings, from the style sheet: so light, dark and paper have their own.

const HALF = 127; // steps of the heat from 0 to 1
const NAMES = ["card", "line", "word", "muted", "accent", "now", "plus", "minus"];
const TINT = 0.34; // of its own colour, in the region of a class

export const colours = { classes: [] };
const heats = new Uint32Array(2 * HALF + 1), tints = new Uint32Array(10);

/** The colour of a number from −1 to 1 as four bytes: what is more has the colour of 1. */
export const heatOf = (x) => heats[Math.round(HALF * (1 + Math.max(-1, Math.min(1, x))))];
export const tintOf = (k) => tints[k % tints.length];
export const classColour = (k) => colours.classes[k % colours.classes.length];

export function readColours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  NAMES.forEach((name) => { colours[name] = read(name); });
  colours.classes = [...tints.keys()].map((k) => read(`class-${k}`));
  const mid = channels(colours.card);
  for (let k = -HALF; k <= HALF; k++) {
    const end = channels(k < 0 ? colours.minus : colours.plus);
    heats[k + HALF] = mixed(mid, end, Math.abs(k) / HALF);
  }
  colours.classes.forEach((colour, k) => { tints[k] = mixed(mid, channels(colour), TINT); });
}

const channels = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));

/** A colour between two, as an ImageData has it. */
function mixed(from, to, share) {
  const [red, green, blue] = from.map((x, k) => Math.round(x + share * (to[k] - x)));
  return (255 << 24 | blue << 16 | green << 8 | red) >>> 0;
}
