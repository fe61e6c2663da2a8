// A long row of numbers as a curve: a thousand places at most, each with the least and largest of several.

const MOST_PLACES = 1024;
const empty = () => ({ size: 1, low: [], high: [], count: 0 });

/** What a curve shows of `all()`, a list that only grows or starts again. */
export function seriesOf(all) {
  const series = { ...empty(), first: undefined, last: undefined };
  /** Takes up the numbers that have come since the last time. */
  series.follow = () => {
    const numbers = all();
    if (numbers.length < series.count || numbers[0] !== series.first) {
      Object.assign(series, empty(), { first: numbers[0] });
    }
    while (series.count < numbers.length) take(numbers[series.count]);
    series.last = numbers.at(-1);
    return series;
  };
  function take(x) {
    if (series.count === MOST_PLACES * series.size) halve();
    const { low, high, size } = series, place = Math.floor(series.count / size);
    low[place] = Math.min(x, low[place] ?? x);
    high[place] = Math.max(x, high[place] ?? x);
    series.count += 1;
  }
  function halve() {
    series.size *= 2;
    series.low = inPairs(series.low, Math.min);
    series.high = inPairs(series.high, Math.max);
  }
  return series;
}

const inPairs = (xs, which) =>
  Array.from({ length: xs.length / 2 }, (_, k) => which(xs[2 * k], xs[2 * k + 1]));

/** Adds the curve to the path: where a place has several numbers, a line from the largest to the least. */
export function addSeries(context, { low, high, size, count }, { x, y }) {
  let isOn = false;
  low.forEach((least, place) => {
    const first = place * size, across = x.at(1 + first + (Math.min(size, count - first) - 1) / 2);
    const [top, bottom] = [y.at(high[place]), y.at(least)], isFinite_ = Number.isFinite(top - bottom);
    if (isFinite_) {
      context[isOn ? "lineTo" : "moveTo"](across, top);
      if (bottom !== top || count === 1) context.lineTo(across + (count === 1), bottom);
    }
    isOn = isFinite_;
  });
}
