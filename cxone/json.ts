import { parse as parseLossless, stringify as stringifyLossless } from 'lossless-json';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Integers with fewer digits than this survive a double unharmed. */
const longDigits = 16;

/**
 * Parses JSON without rounding ids: integers beyond 2^53 become `bigint`, everything else what `JSON.parse` gives. A
 * byte-order mark is tolerated.
 *
 * The exact parser is some ten times slower, so it only runs when the text holds a long integer at all (a false
 * alarm, such as a card number in a note, costs time but changes nothing).
 * @throws SyntaxError when the text is not JSON
 */
export function parseJson(body: Buffer): unknown {
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  if (!holdsLongInteger(body)) return JSON.parse(text);
  return parseLossless(text, null, {
    parseNumber: (digits) => {
      const value = Number(digits);
      return Number.isSafeInteger(value) || !/^-?\d+$/.test(digits) ? value : BigInt(digits);
    },
    onDuplicateKey: ({ newValue }) => newValue,
  });
}

/**
 * Whether 16 digits or more stand where a JSON number can. Such a run covers every sixteenth byte somewhere, so only
 * those are looked at: pages have megabytes, and a regular expression takes half as long as parsing them.
 */
function holdsLongInteger(body: Buffer): boolean {
  for (let index = 0; index < body.length; index += longDigits) {
    if (!isDigit(body[index])) continue;
    let start = index;
    while (isDigit(body[start - 1])) start -= 1;
    let end = index + 1;
    while (isDigit(body[end])) end += 1;
    if (end - start < longDigits) continue;
    const before = String.fromCharCode(body[body[start - 1] === 0x2d ? start - 2 : start - 1] ?? 0x20);
    const after = String.fromCharCode(body[end] ?? 0x20);
    if ('[:, \t\r\n'.includes(before) && ',]} \t\r\n'.includes(after)) return true;
  }
  return false;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** JSON text of a value as `parseJson` gives it: `bigint` is written as a number, exactly. */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return stringifyLossless(value) ?? 'null';
  }
}

/** Whether a value nests deeper than PostgreSQL's and our own recursion can be trusted with. */
export function nestsDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => nestsDeeperThan(inner, levels - 1));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
  return typeof value === 'bigint' ? 'number' : typeof value;
}
