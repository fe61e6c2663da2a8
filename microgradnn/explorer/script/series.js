// A long row of numbers as a curve: a thousand places at most, each with the least and largest of some numbers.

const MOST_PLACES = 1024;

/** What a curve shows of `all()`, a list that only grows or starts again. */
export function seriesOf(all) {
  const series = { size: 1, low: [], high: [], count: 0, last: undefined };
  /** Takes up the numbers that have come since the last time. */
  series.follow = () => {
    const numbers = all() ?? [];
    if (numbers.length < series.count || numbers[0] !== series.first) {
      Object.assign(series, { size: 1, low: [], high: [], count: 0, first: numbers[0] });
    }
    while (series.count < numbers.length) take(numbers[series.count]);
    return series;
  };
  function take(x) {
    const { low, high } = series, place = Math.floor(series.count / series.size);
    if (place === MOST_PLACES) {
      halve();
      return take(x);
    }
    low[place] = Math.min(x, low[place] ?? x);
    high[place] = Math.max(x, high[place] ?? x);
    series.count += 1;
    series.last = x;
  }
  function halve() {
    series.size *= 2;
    series.low = pairs(series.low, Math.min);
    series.high = pairs(series.high, Math.max);
  }
  return series;
}

const pairs = (xs, which) => Array.from({ length: xs.length / 2 }, (_, k) => which(xs[2 * k], xs[2 * k + 1]));

/** Adds the curve to the path: where a place has several numbers, a line from the least to the largest. */
export function addSeries(context, series, across, down) {
  let isOn = false;
  series.low.forEach((low, place) => {
    const high = series.high[place], first = place * series.size;
    const x = across.at(1 + first + (Math.min(series.size, series.count - first) - 1) / 2);
    const [top, bottom] = [down.at(high), down.at(low)];
    if (!Number.isFinite(top) || !Number.isFinite(bottom)) {
      isOn = false;
      return;
    }
    context[isOn ? "lineTo" : "moveTo"](x, top);
    if (bottom !== top || series.low.length === 1) context.lineTo(x + (series.low.length === 1 ? 1 : 0), bottom);
    isOn = true;
  });
}
