/**
 * A number that a double would change: beyond its range, or with more digits than it keeps. It goes on as the text it
 * came as. Whole numbers of up to 309 digits are a `bigint` instead.
 */
export class LongNumber {
  constructor(
    /** As it came. */
    readonly text: string,
    /** The nearest double; infinite, or zero, where there is none near. */
    readonly nearest: number,
  ) {}

  /** Whether it is too large or too small for a double, and not only too exact. */
  get isOutOfRange(): boolean {
    return !Number.isFinite(this.nearest) || this.nearest === 0;
  }

  /** In JSON of ours it is text. */
  toJSON(): string {
    return this.text;
  }
}

/** Digits of a whole number up to which a double has its range, if not its exactness. */
const mostDigits = 309;
/** No double needs more digits to differ from its neighbours. */
const digitsOfDouble = 17;

/**
 * What a number of JSON means: a number where a double says the same, else a `bigint` or a `LongNumber`. Takes time in
 * proportion to its length, however long it is.
 * @param text a number by the grammar of JSON
 */
export function readNumber(text: string): number | bigint | LongNumber {
  const value = Number(text);
  if (text.length < 16 && Number.isFinite(value) && (value !== 0 || !/[eE]/.test(text))) return value;
  const isWhole = text.length <= mostDigits + 1 && /^-?\d+$/.test(text);
  if (isWhole) {
    if (Number.isSafeInteger(value)) return value;
    if (Number.isFinite(value)) return BigInt(text);
  }
  return saysTheSame(text, value) ? value : new LongNumber(text, value);
}

/** Whether a double is the same number when written with its shortest unambiguous digits, or with as many as given. */
function saysTheSame(text: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const digits = significantDigits(text);
  if (digits === '') return true;
  if (value === 0 || digits.length > digitsOfDouble) return false;
  if (digits === significantDigits(String(value))) return true;
  return (
    digits ===
    value
      .toExponential(digits.length - 1)
      .replace(/e.*$/, '')
      .replace(/[-.]/g, '')
  );
}

/** By hand, since a regular expression that looks for zeros at the end takes quadratic time where many stand inside. */
function significantDigits(text: string): string {
  const digits = text.replace(/[eE].*$/, '').replace(/[-.]/g, '');
  let [from, to] = [0, digits.length];
  while (from < to && digits[from] === '0') from += 1;
  while (to > from && digits[to - 1] === '0') to -= 1;
  return digits.slice(from, to);
}
