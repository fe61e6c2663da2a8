// Colours of the drawings, from the style sheet: so light, dark and paper have their own.

const HALF = 127; // steps of the heat from 0 to 1
const COLOURS_READ = ["card", "line", "word", "muted", "accent", "now", "plus", "minus"];
const TINT = 0.4; // of its own colour, in the region of a class

export const colours = {};
const heats = new Uint32Array(2 * HALF + 1), tints = new Uint32Array(10);

/** The colour of a number from −1 to 1 as four bytes: what is more has the colour of 1. */
export const heatOf = (x) => heats[Math.round(HALF * (1 + Math.max(-1, Math.min(1, x))))];
export const tintOf = (k) => tints[k % 10];
export const classColour = (k) => colours[`class-${k % 10}`];
export const cssOf = (heat_) => `rgb(${heat_ & 255} ${heat_ >> 8 & 255} ${heat_ >> 16 & 255})`;

export function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of [...COLOURS_READ, ...Array.from(tints, (_, k) => `class-${k}`)]) {
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
  for (let k = -HALF; k <= HALF; k++) {
    heats[k + HALF] = mixed(k < 0 ? colours.minus : colours.plus, Math.abs(k) / HALF);
  }
  tints.forEach((_, k) => { tints[k] = mixed(classColour(k), TINT); });
}

/** A colour on the ground of a card, as an ImageData has it. */
function mixed(to, share) {
  const [red, green, blue] = [1, 3, 5].map((k) => {
    const [a, b] = [colours.card, to].map((hex) => parseInt(hex.slice(k, k + 2), 16));
    return Math.round(a + share * (b - a));
  });
  return (255 << 24 | blue << 16 | green << 8 | red) >>> 0;
}
