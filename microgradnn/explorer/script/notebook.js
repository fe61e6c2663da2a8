// The notebook around the page, which says so if it has room for the weights.
//
// It may say so before the page has unpacked its data; this module waits for nothing, so it hears it.

let hasAsked = false;
let respond = () => {};

addEventListener("message", ({ data, source }) => {
  if (source !== parent || data?.microgradnn !== "widget") return;
  hasAsked = true;
  respond();
});

/** `act()` is called once the notebook has asked for weights. */
export function whenAsked(act) {
  respond = act;
  if (hasAsked) act();
}

export const inFrame = parent !== window;

export const sendToNotebook = (weights) => parent.postMessage({ microgradnn: { weights } }, "*");
