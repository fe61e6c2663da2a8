// Numbers as the page writes them, with as few digits as an equation needs to be right.

const known = new Map(); // numbers with four digits, for most are shown again at the next step
const MOST_KNOWN = 5_000;

/**
 * A number as Python's `.4g` writes it, but with a real minus sign, and 0 for −0.
 * Ties go to the even digit.
 */
export function number(x, digits = 4) {
  if (digits !== 4) return digitsOf(x, digits);
  if (!known.has(x)) {
    if (known.size > MOST_KNOWN) known.clear();
    known.set(x, digitsOf(x, digits));
  }
  return known.get(x);
}

function digitsOf(x, digits) {
  const sign = x < 0 ? "−" : "", size = Math.abs(x);
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : `${sign}inf`;
  const tie = new RegExp(`^(\\d\\.\\d{${digits - 2}}[02468])50*(e.*)$`).exec(size.toExponential(100));
  const [mantissa, power] = (tie ? tie[1] + tie[2] : size.toExponential(digits - 1)).split("e");
  const exponent = Number(power), trimmed = (text) => text.replace(/\.?0*$/, "");
  if (exponent < -4 || exponent >= digits) {
    return `${sign}${trimmed(mantissa)}e${exponent}`.replace("-", "−");
  }
  const figures = "0".repeat(Math.max(0, -exponent)) + mantissa.replace(".", "");
  const whole = Math.max(0, exponent) + 1;
  return sign + trimmed(`${figures.slice(0, whole)}.${figures.slice(whole)}`);
}

/** A count, with commas between thousands. */
export const inThousands = (count) => count.toLocaleString("en");

/** A share in percent. */
export const percent = (share) => `${number(100 * share, 3)} %`;

export function parsed(text) {
  return Number(text.replaceAll("−", "-").replace("inf", "Infinity"));
}

/**
 * The texts of operands with as few digits as give the shown result when it is recomputed from
 * them; if none do, the sign is ≈.
 */
export function standing(operands, result, compute) {
  for (let digits = 4; digits <= 17; digits++) {
    const texts = operands.map((x) => number(x, digits));
    if (number(compute(...texts.map(parsed))) === number(result)) return { texts, sign: "=" };
  }
  return { texts: operands.map((x) => number(x)), sign: "≈" };
}

/** One or two numbers, or the range of more. */
export function several(all, write) {
  if (all.length <= 2) return all.map((x) => write(x)).join(", ");
  return `${write(Math.min(...all))} … ${write(Math.max(...all))}`;
}
