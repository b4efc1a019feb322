/** Axes of charts: a value's place, and the values that are worth a line. */

/** `{at, ticks}` of a range. at(value): in [0, 1]. isLog: ticks are powers of two, and the range grows to them. */
export function scale(values, { isLog = false, top = Math.max(...values) } = {}) {
  return isLog ? logarithmic(Math.min(...values), top) : linear(Math.min(...values), top);
}

function linear(low, high) {
  const step = stepOf(high - low || Math.abs(high) || 1);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, place) => Number(((first + place) * step).toPrecision(12)));
  return { ticks, at: (value) => (value / step - first) / (last - first) };
}

// 1, 2 or 5 times a power of ten, so that there are 3 to 7 ticks.
function stepOf(span) {
  const power = 10 ** Math.floor(Math.log10(span / 3));
  return [1, 2, 5].map((factor) => factor * power).findLast((step) => span / step >= 3) ?? power;
}

function logarithmic(low, high) {
  const first = Math.floor(Math.log2(low) + 1e-9);
  const last = Math.max(Math.ceil(Math.log2(high) - 1e-9), first + 1);
  const every = Math.ceil((last - first) / 7);
  const ticks = [];
  for (let power = first; power <= last; power += every) ticks.push(2 ** power);
  return { ticks, at: (value) => (Math.log2(value) - first) / (last - first) };
}
