import { parseExact } from './exact';
import { LongNumber } from './long-number';
import { createScanner, TooManyValues } from './scan';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses JSON without rounding: integers beyond 2^53 become `bigint`, other numbers that a double would change a
 * `LongNumber`, everything else what `JSON.parse` gives. A byte-order mark is tolerated, and no depth is too deep.
 *
 * The exact parser is some five times slower, so it only runs when a scan of the bytes has found such a number.
 * @throws SyntaxError when the text is not JSON, or holds more than `valuesAtMost`
 */
export function parseJson(body: Buffer, valuesAtMost = Number.POSITIVE_INFINITY): unknown {
  const scanner = createScanner(body);
  scanner.advance(body.length);
  const { hasLongNumber, values } = scanner.scan;
  if (values > valuesAtMost) throw new TooManyValues(valuesAtMost);
  return parseText(body.toString('utf8'), hasLongNumber);
}

/** Parses text of which it is known whether it holds a number that may be more than a double holds. @throws SyntaxError */
export function parseText(text: string, hasLongNumber: boolean): unknown {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return hasLongNumber ? parseExact(json) : JSON.parse(json);
}

/**
 * JSON text of a value as `parseJson` gives it: `bigint` is written as a number, exactly, a `LongNumber` as text. For
 * values that nest no deeper than a call stack: what comes from outside is measured before (`createScanner`).
 */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return stringifyExact(value) ?? 'null';
  }
}

/** What `JSON.stringify` cannot write is a bigint; `undefined` for what JSON leaves out. */
function stringifyExact(value: unknown): string | undefined {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map((one) => stringifyExact(one) ?? 'null').join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([key, inner]) => {
    const text = stringifyExact(inner);
    return text === undefined ? [] : [`${JSON.stringify(key)}:${text}`];
  });
  return `{${members.join(',')}}`;
}

/** Whether a value nests deeper than PostgreSQL's and our own recursion can be trusted with. */
export function nestsDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => nestsDeeperThan(inner, levels - 1));
}

/** Whether there is a `LongNumber` in a value; for values that nest no deeper than a call stack. */
export function holdsLongNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof LongNumber || Object.values(value).some(holdsLongNumber);
}

export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LongNumber)
  );
}

/** The value under a key, whatever its case; the exact spelling wins. `undefined` when there is none. */
export function valueOf(object: JsonObject, key: string): unknown {
  if (Object.hasOwn(object, key)) return object[key];
  const lower = key.toLowerCase();
  const found = Object.keys(object).find((candidate) => candidate.toLowerCase() === lower);
  return found === undefined ? undefined : object[found];
}

/** What kind of JSON value this is, in the words of the drift table. */
export function jsonType(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'bigint' || value instanceof LongNumber ? 'number' : typeof value;
}
