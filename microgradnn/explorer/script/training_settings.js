// The settings of the training, which the reader changes while it runs.

import { byId } from "./dom.js";
import { lesson } from "./lesson.js";
import { number } from "./numbers.js";
import { initialWeights, pythonRandom } from "./random.js";
import { moveInputs, setUp, training, whenTrained } from "./training.js";

const given = lesson.settings;
const MOMENTUM = 0.9; // of the rule that is listed with it
const AS_GIVEN = "the model’s own";

// ---- Fields --------------------------------------------------------------------------------------

/** From now on `act(x)` is called for each number that the reader gives and that fits. */
function whenSet(id, wanted, fits, act) {
  byId(id).oninput = ({ target }) => {
    const x = target.valueAsNumber, isGood = fits(x);
    target.ariaInvalid = String(!isGood);
    byId("bad-setting").textContent = isGood ? "" : `${target.labels[0].innerText.trim()}: ${wanted}.`;
    if (isGood) act(x);
  };
}

const fromZero = (x) => x >= 0 && x < Infinity;
const isWhole = (low, high) => (x) => Number.isInteger(x) && low <= x && x <= high;

// ---- The optimizer -------------------------------------------------------------------------------

const hasMomentum = ({ momentum }) => momentum > 0;
const isWithMomentum = given.optimizer === "SGD" && given.groups.some(hasMomentum);
const nameOfGiven = isWithMomentum ? "momentum" : given.optimizer;
const OF_OPTIM = {
  SGD: "SGD", momentum: "SGD with momentum", Adam: "Adam", RMSprop: "RMSprop", AdamW: "AdamW",
};
const RULES = { [nameOfGiven]: nameOfGiven, ...OF_OPTIM }; // the user may have a rule of their own
const DECAY = { AdamW: 0.01 }; // where weight decay is not 0 by default

function chooseRule(name) {
  const momentum = name === "momentum" ? { momentum: MOMENTUM } : {};
  const own = { weight_decay: DECAY[name] ?? 0, ...momentum };
  const isGiven = name === nameOfGiven;
  const groups = given.groups.map((group) => (isGiven ? { ...group } : { size: group.size, ...own }));
  setUp({ optimizer: name === "momentum" ? "SGD" : name, groups });
  showRule(name, groups);
}

function showRule(name, [group]) {
  byId("momentum-field").hidden = name !== "momentum";
  byId("momentum").value = group.momentum ?? 0;
  byId("decay").value = group.weight_decay;
}

/** Gives all groups a setting. */
function setInGroups(name, x) {
  setUp({ groups: training.settings.groups.map((group) => ({ ...group, [name]: x })) });
}

byId("rule").replaceChildren(...Object.entries(RULES).map(([name, text]) => new Option(text, name)));
byId("rule").value = nameOfGiven;
showRule(nameOfGiven, given.groups);
byId("rule").onchange = ({ target: { value } }) => chooseRule(value);
whenSet("momentum", "a number from 0 on and below 1", (x) => x >= 0 && x < 1,
  (x) => setInGroups("momentum", x));
whenSet("decay", "a number from 0 on", fromZero, (x) => setInGroups("weight_decay", x));

// ---- The learning rate ---------------------------------------------------------------------------

const isPlain = given.rates.length === 1 && typeof given.rates[0] === "number";

/** A learning rate as Python writes it. */
function rateWritten(rate) {
  if (typeof rate === "number") return number(rate);
  const settings = Object.entries(rate).filter(([name]) => name !== "kind" && name[0] !== "_");
  return `${rate.kind}(${settings.map(([name, x]) => `${name}=${rateWritten(x)}`).join(", ")})`;
}

function followGiven(isOn) {
  byId("rate-as-given").checked = isOn;
  setUp({ rates: isOn ? given.rates : given.rates.map(() => byId("lr").valueAsNumber) });
}

byId("as-given").hidden = isPlain;
byId("rate-given").textContent = given.rates.map(rateWritten).join(", ");
byId("rate-as-given").onchange = ({ target: { checked } }) => followGiven(checked);
whenSet("lr", "a number from 0 on", fromZero, () => followGiven(false));
byId("lr").value = training.rateNow();
if (!isPlain) whenTrained(showRate);

/** The learning rate of the next step, while it is the one that was given. */
function showRate() {
  if (byId("rate-as-given").checked) byId("lr").value = Number(training.rateNow().toPrecision(5));
}

// ---- Batches and noise ---------------------------------------------------------------------------

const mostInBatch = training.data.size;
byId("batch").max = mostInBatch;
byId("batch").value = given.batchSize;
whenSet("batch", `a whole number from 1 to ${mostInBatch}`, isWhole(1, mostInBatch),
  (x) => setUp({ batchSize: x }));

/** How far each input is spread over the samples: the standard deviation. */
const spreads = Array.from({ length: lesson.inputs }, (_, k) => {
  const numbers = lesson.train.X.filter((_x, i) => i % lesson.inputs === k);
  const mean = numbers.reduce((a, b) => a + b) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length);
});

function addNoise() {
  const noise = byId("noise").valueAsNumber, random = pythonRandom(byId("noise-seed").valueAsNumber);
  byId("noise-shown").value = number(noise);
  moveInputs((k) => (noise ? noise * spreads[k] * random.gauss(0, 1) : 0));
}

byId("noise").oninput = addNoise;
byId("noise-shown").value = "0";
whenSet("noise-seed", "a whole number from 0 on", isWhole(0, Infinity), addNoise);

// ---- Initial weights -----------------------------------------------------------------------------

const layersToDraw = (lesson.layers ?? []).map((layer) => ({ ...layer, bias: layer.bias !== null }));
const canDraw = layersToDraw.reduce((sum, { nin, nout, bias }) => sum + nout * (nin + bias), 0)
  === lesson.theta.length;
const INITS = [AS_GIVEN, ...(canDraw ? ["he_normal", "xavier_uniform", "zeros"] : [])];

/** The weights with which a training begins. */
export function weightsToBegin() {
  const init = byId("init").value;
  if (init === AS_GIVEN) return lesson.theta;
  return initialWeights(layersToDraw, init, byId("init-seed").valueAsNumber);
}

byId("init").replaceChildren(...INITS.map((name) => new Option(name)));
byId("init").onchange = ({ target: { value } }) => { byId("init-seed-field").hidden = value === AS_GIVEN; };
byId("init-seed-field").hidden = true;
whenSet("init-seed", "a whole number from 0 on", isWhole(0, Infinity), () => {});
