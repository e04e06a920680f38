/** One element of a list: where its bytes are, and what scanning them has shown. */
export interface Element {
  readonly start: number;
  readonly end: number;
  /** Some number in it may be more than a double holds. */
  readonly hasLongNumber: boolean;
  /** Levels of containers inside of it; an empty object has none. */
  readonly depth: number;
  readonly values: number;
}

/** A list; its brackets are its first and last byte. */
export interface List {
  readonly start: number;
  end: number;
  readonly elements: readonly Element[];
}

/** What a body consists of, judged by its brackets and quotes alone: whether it is JSON is for a parser to decide. */
export interface Scan {
  readonly lists: readonly List[];
  /** Of everything, and of what stands outside of the lists. */
  readonly values: number;
  readonly valuesAround: number;
  readonly hasLongNumber: boolean;
  readonly depth: number;
}

/** Numbers shorter than this, without an exponent, survive a double unharmed. */
const longNumber = 16;

// What a byte outside of a text can be. Everything else is space, a colon, or part of true, false and null.
const [quote, number, open, close, comma, colonOrSpace] = [1, 2, 3, 4, 5, 6] as const;
const kinds = new Uint8Array(256);
const partOfNumber = new Uint8Array(256);
for (const [characters, kind] of [
  ['"', quote],
  ['-0123456789', number],
  ['[{', open],
  [']}', close],
  [',', comma],
  [': \t\r\n', colonOrSpace],
] as const)
  for (const character of characters) kinds[character.charCodeAt(0)] = kind;
for (const character of '0123456789+-.eE') partOfNumber[character.charCodeAt(0)] = 1;

/** What counts as a list: arrays right below the root or one object further down, or the members of the root itself. */
export type Lists = 'arrays' | 'members';

/** JSON that would take too long to parse, and too much memory, for what it says. */
export class TooManyValues extends Error {
  constructor(atMost: number) {
    super(`more than ${atMost} values`);
  }
}

/** A scan of JSON that can pause. */
export interface Scanner {
  /**
   * Scans about that many more bytes (never stopping inside a number); returns whether that was all.
   * @throws SyntaxError when the brackets do not match, or the JSON is cut off; TooManyValues when a list has more
   *   elements than it may
   */
  advance(atMost: number): boolean;
  /** What was found; to be read when all is done. */
  readonly scan: Scan;
}

/**
 * Finds the elements of lists in one pass over the bytes. No recursion, and nothing is built but positions: neither depth
 * nor length costs more than linear time.
 */
export function createScanner(
  bytes: Buffer,
  kind: Lists = 'arrays',
  elementsAtMost = Number.POSITIVE_INFINITY,
): Scanner {
  const [opener, outermost] = kind === 'arrays' ? [0x5b, 2] : [0x7b, 0];
  const lists: { start: number; end: number; elements: Element[] }[] = [];
  const { length } = bytes;
  // After a byte-order mark.
  let position = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let nesting = 0;
  let inText = false;
  let list: (typeof lists)[number] | null = null;
  // Of the element that is being read; of the whole.
  let [start, deepest, valuesBefore, isLong] = [-1, 0, 0, false];
  let [deepestOfAll, values, valuesInLists, longOfAll] = [0, 0, 0, false];
  /** The nesting inside of the list that is being read; -1 outside of lists. */
  let level = -1;
  let valuesAtList = 0;

  const begin = (at: number): void => {
    [start, deepest, valuesBefore, isLong] = [at, level, values, false];
  };
  const endElement = (at: number): void => {
    let end = at;
    while (end > start && (bytes[end - 1] as number) <= 0x20) end -= 1;
    const from = start < 0 ? at : start;
    if (list !== null && list.elements.length >= elementsAtMost) throw new TooManyValues(elementsAtMost);
    list?.elements.push({
      start: from,
      end: Math.max(from, end),
      hasLongNumber: start >= 0 && isLong,
      depth: start < 0 ? 0 : Math.max(0, deepest - level - 1),
      values: start < 0 ? 0 : values - valuesBefore,
    });
    start = -1;
  };
  const endList = (at: number): void => {
    if (list === null) return;
    // Each closing bracket comes two after its opening one.
    if (bytes[at] !== opener + 2) throw new SyntaxError('brackets do not match');
    if (start >= 0 || list.elements.length > 0) endElement(at);
    list.end = at + 1;
    valuesInLists += values - valuesAtList;
    level = -1;
    list = null;
  };

  const advance = (atMost: number): boolean => {
    const until = Math.min(length, position + atMost);
    let at = position;
    let depth = nesting;
    let text = inText;
    while (at < until) {
      if (text) {
        while (at < until) {
          const byte = bytes[at] as number;
          at += 1;
          if (byte === 0x22) {
            text = false;
            break;
          }
          if (byte === 0x5c) at += 1;
        }
        continue;
      }
      const what = kinds[bytes[at] as number] as number;
      if (what === colonOrSpace) {
        at += 1;
        continue;
      }
      if (depth === level && start < 0 && what < close) begin(at);
      if (what === quote) {
        text = true;
      } else if (what === comma) {
        values += 1;
        if (depth === level) endElement(at);
      } else if (what === number) {
        const from = at;
        let exponent = false;
        for (let byte = bytes[at] as number; partOfNumber[byte] === 1; byte = bytes[at] as number) {
          exponent ||= (byte | 0x20) === 0x65;
          at += 1;
        }
        if (exponent || at - from >= longNumber) isLong = longOfAll = true;
        continue;
      } else if (what === open) {
        if (level < 0 && depth <= outermost && bytes[at] === opener) {
          list = { start: at, end: -1, elements: [] };
          lists.push(list);
          level = depth + 1;
          valuesAtList = values;
        }
        values += 1;
        depth += 1;
        if (depth > deepest) deepest = depth;
        if (depth > deepestOfAll) deepestOfAll = depth;
      } else if (what === close) {
        if (depth === level) endList(at);
        depth -= 1;
        if (depth < 0) throw new SyntaxError('a bracket is closed that was not opened');
      }
      at += 1;
    }
    inText = text;
    position = at;
    nesting = depth;
    if (at < length) return false;
    if (depth !== 0 || inText) throw new SyntaxError('the JSON is cut off');
    return true;
  };

  return {
    advance,
    get scan() {
      return {
        lists,
        values,
        valuesAround: values - valuesInLists,
        hasLongNumber: longOfAll,
        depth: deepestOfAll,
      };
    },
  };
}
