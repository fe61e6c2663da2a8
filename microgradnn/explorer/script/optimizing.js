// What all optimisers share, and all learning rates: settings, what is kept, refusals.

/**
 * An optimiser, made of its settings and the number of parameters.
 *
 * `settings` are those of all parameters, or a list of those of groups, each with its `size`; where
 * there are several, `rate` in `update` may be a list, too. `state` is what another has kept.
 * `move` writes the parameters from `start` to `end` after a step into `next`.
 */
export const optimizer = (defaults, first, move) => (settings, size, state = {}) => {
  const groups = groupsOf(settings, size, defaults);
  const names = Object.keys(first);
  let kept = keptArrays(names, (name) => state[name] ?? first[name], size);
  let steps = state.steps ?? 0;
  return {
    settings: groups.map(({ own }) => own), // may be changed between two steps
    get steps() { return steps; },
    update(theta, gradient, rate) {
      for (const numbers of [theta, gradient]) {
        if (numbers.length !== size) throw new Error(`${numbers.length} numbers for ${size} parameters`);
      }
      refuse(gradient, "gradient");
      const next = new Float64Array(size);
      const after = keptArrays(names, (name) => kept[name], size);
      groups.forEach(({ own, start, end }, k) => {
        const ownRate = typeof rate === "number" ? rate : rate[k];
        move(own, steps, after, theta, gradient, ownRate, next, start, end);
      });
      for (const numbers of [next, ...Object.values(after)]) refuse(numbers, "step");
      kept = after;
      steps += 1;
      return next;
    },
  };
};

function groupsOf(settings, size, defaults) {
  let end = 0;
  const groups = [settings].flat().map((given) => {
    const unknown = Object.keys(given).find((name) => !(name in defaults) && name !== "size");
    if (unknown) throw new Error(`there is no setting ${unknown}`);
    const start = end;
    end += given.size ?? size;
    return { own: { ...defaults, ...given }, start, end };
  });
  if (end !== size) throw new Error(`groups of ${end} parameters, here are ${size}`);
  return groups;
}

/** Arrays of one number for each parameter, filled with one number or with an array's. */
function keptArrays(names, value, size) {
  return Object.fromEntries(names.map((name) => {
    const numbers = value(name);
    const array = new Float64Array(size);
    if (typeof numbers === "number") array.fill(numbers);
    else array.set(numbers);
    return [name, array];
  }));
}

/** Throw if any number is infinite or NaN; the error says of which parameter. */
function refuse(numbers, what) {
  let place = 0;
  while (place < numbers.length && Number.isFinite(numbers[place])) place++;
  if (place === numbers.length) return;
  const whose = `the ${what} of parameters[${place}] is ${numbers[place]}`;
  throw Object.assign(new Error(`${whose}; no parameter was changed`), { place, what });
}

/**
 * A learning rate, made of its settings: a function of the step, with `see` to be told the loss of
 * each epoch. `begin` sets what is kept of losses, where the settings do not say it.
 */
export const schedule = (defaults, at, begin = () => {}, see = () => {}) => (settings) => {
  const own = { ...defaults, ...settings };
  begin(own);
  return Object.assign((step) => at(own, step), { see: (loss) => see(own, loss) });
};
