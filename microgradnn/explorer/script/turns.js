// Whose turn it is to draw: what has changed is drawn part by part, so that no frame becomes long.

const MOST_DRAWING = 3; // milliseconds of a frame
const REST = 4; // times as long as its last turn took, a part has no other,
const LONGEST_REST = 200; // but not for more milliseconds than these
const inTurn = []; // in the order in which they have their turns
let coming = 0, awaited = 0; // the part that comes next; the frame that is awaited

/** From now on `work()` has a turn after each call of the function that this returns. */
export function turnOf(work) {
  const part = { work, isDue: true, ready: 0 };
  inTurn.push(part);
  askForFrame();
  return () => {
    part.isDue = true;
    askForFrame();
  };
}

function askForFrame() {
  awaited ||= requestAnimationFrame(takeTurns);
}

function takeTurns() {
  awaited = 0;
  const start = performance.now();
  for (let count = 0; count < inTurn.length; count++) {
    const part = inTurn[coming++ % inTurn.length], begun = performance.now();
    if (!part.isDue || begun < part.ready) continue;
    takeTurn(part);
    const ended = performance.now();
    part.ready = ended + Math.min(LONGEST_REST, REST * (ended - begun));
    if (ended - start > MOST_DRAWING) break;
  }
  if (inTurn.some(({ isDue }) => isDue)) askForFrame();
}

function takeTurn(part) {
  part.isDue = false;
  part.work();
}

/** Everything is drawn at once, as before printing; and again what this makes due. */
export function drawAll() {
  inTurn.forEach(takeTurn);
  for (let round = 0; round < 3; round++) inTurn.filter(({ isDue }) => isDue).forEach(takeTurn);
}
