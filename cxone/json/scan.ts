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

/** Where a scan stands. */
interface State {
  readonly bytes: Buffer;
  readonly opener: number;
  /** Lists open at this nesting at most. */
  readonly outermost: number;
  readonly elementsAtMost: number;
  readonly lists: OpenList[];
  position: number;
  nesting: number;
  inText: boolean;
  list: OpenList | null;
  /** The nesting inside of the list that is being read; -1 outside of lists. */
  level: number;
  /** Of the element that is being read. */
  start: number;
  deepest: number;
  valuesBefore: number;
  isLong: boolean;
  /** Of the whole. */
  deepestOfAll: number;
  longOfAll: boolean;
  values: number;
  valuesInLists: number;
  valuesAtList: number;
}

interface OpenList {
  start: number;
  end: number;
  elements: Element[];
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
  const state: State = {
    bytes,
    ...(kind === 'arrays' ? { opener: 0x5b, outermost: 2 } : { opener: 0x7b, outermost: 0 }),
    elementsAtMost,
    lists: [],
    // After a byte-order mark.
    position: bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0,
    nesting: 0,
    inText: false,
    list: null,
    level: -1,
    start: -1,
    deepest: 0,
    valuesBefore: 0,
    isLong: false,
    deepestOfAll: 0,
    longOfAll: false,
    values: 0,
    valuesInLists: 0,
    valuesAtList: 0,
  };
  return {
    advance: (atMost) => advance(state, atMost),
    get scan() {
      const { lists, values, valuesInLists, longOfAll: hasLongNumber, deepestOfAll: depth } = state;
      return { lists, values, valuesAround: values - valuesInLists, hasLongNumber, depth };
    },
  };
}

function advance(state: State, atMost: number): boolean {
  const { bytes } = state;
  const until = Math.min(bytes.length, state.position + atMost);
  let at = state.position;
  let depth = state.nesting;
  let text = state.inText;
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
    if (depth === state.level && state.start < 0 && what < close) beginElement(state, at);
    if (what === quote) {
      text = true;
    } else if (what === comma) {
      state.values += 1;
      if (depth === state.level) endElement(state, at);
    } else if (what === number) {
      at = endOfNumber(state, at);
      continue;
    } else if (what === open) {
      if (state.level < 0 && depth <= state.outermost && bytes[at] === state.opener) {
        beginList(state, at, depth);
      }
      state.values += 1;
      depth += 1;
      if (depth > state.deepest) state.deepest = depth;
      if (depth > state.deepestOfAll) state.deepestOfAll = depth;
    } else if (what === close) {
      if (depth === state.level) endList(state, at);
      depth -= 1;
      if (depth < 0) throw new SyntaxError('a bracket is closed that was not opened');
    }
    at += 1;
  }
  state.inText = text;
  state.position = at;
  state.nesting = depth;
  if (at < bytes.length) return false;
  if (depth !== 0 || text) throw new SyntaxError('the JSON is cut off');
  return true;
}

function endOfNumber(state: State, from: number): number {
  const { bytes } = state;
  let at = from;
  let exponent = false;
  for (let byte = bytes[at] as number; partOfNumber[byte] === 1; byte = bytes[at] as number) {
    exponent ||= (byte | 0x20) === 0x65;
    at += 1;
  }
  if (exponent || at - from >= longNumber) state.isLong = state.longOfAll = true;
  return at;
}

function beginList(state: State, at: number, depth: number): void {
  state.list = { start: at, end: -1, elements: [] };
  state.lists.push(state.list);
  state.level = depth + 1;
  state.valuesAtList = state.values;
}

function beginElement(state: State, at: number): void {
  state.start = at;
  state.deepest = state.level;
  state.valuesBefore = state.values;
  state.isLong = false;
}

function endElement(state: State, at: number): void {
  const { bytes, list, start, elementsAtMost } = state;
  let end = at;
  while (end > start && (bytes[end - 1] as number) <= 0x20) end -= 1;
  const from = start < 0 ? at : start;
  if (list !== null && list.elements.length >= elementsAtMost) throw new TooManyValues(elementsAtMost);
  list?.elements.push({
    start: from,
    end: Math.max(from, end),
    hasLongNumber: start >= 0 && state.isLong,
    depth: start < 0 ? 0 : Math.max(0, state.deepest - state.level - 1),
    values: start < 0 ? 0 : state.values - state.valuesBefore,
  });
  state.start = -1;
}

function endList(state: State, at: number): void {
  const { list } = state;
  if (list === null) return;
  // Each closing bracket comes two after its opening one.
  if (state.bytes[at] !== state.opener + 2) throw new SyntaxError('brackets do not match');
  if (state.start >= 0 || list.elements.length > 0) endElement(state, at);
  list.end = at + 1;
  state.valuesInLists += state.values - state.valuesAtList;
  state.level = -1;
  state.list = null;
}
