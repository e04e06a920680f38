import { readNumber } from './long-number';

type Container = unknown[] | Record<string, unknown>;

/** What may come next. */
type State = 'value' | 'first item' | 'first key' | 'key' | 'after value';

const words: ReadonlyMap<number, readonly [text: string, value: unknown]> = new Map([
  [0x74, ['true', true]],
  [0x66, ['false', false]],
  [0x6e, ['null', null]],
]);
const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a] as const;
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d] as const;

/**
 * Parses JSON as `JSON.parse` does, but for numbers that a double would change (see `readNumber`). A stack of its own
 * instead of recursion: no depth is too deep. Several times slower than `JSON.parse`, so it is for texts that hold such
 * numbers.
 * @throws SyntaxError for everything that `JSON.parse` does not take
 */
export function parseExact(text: string): unknown {
  /** What is open around the holder, and the keys that wait for it there. */
  const outer: { readonly holder: Container; readonly key: string }[] = [];
  let holder: Container | null = null;
  let key = '';
  let root: unknown;
  let at = 0;
  let state = 'value' as State;

  const put = (value: unknown): void => {
    if (holder === null) root = value;
    else if (Array.isArray(holder)) holder.push(value);
    else setMember(holder, key, value);
    state = 'after value';
  };
  const begin = (container: Container, next: State): void => {
    put(container);
    if (holder !== null) outer.push({ holder, key });
    holder = container;
    state = next;
    at += 1;
  };
  const end = (): void => {
    const before = outer.pop();
    holder = before?.holder ?? null;
    key = before?.key ?? '';
    state = 'after value';
    at += 1;
  };
  const readText = (): string => {
    const from = at;
    const { end: to, isPlain } = endOfText(text, at);
    at = to;
    // What is written in escapes, or must not stand in JSON as it is, is for the parser that knows all of them.
    return isPlain ? text.slice(from + 1, to - 1) : (JSON.parse(text.slice(from, to)) as string);
  };

  for (;;) {
    at = afterBlanks(text, at);
    const code = text.charCodeAt(at);
    if (state === 'after value') {
      if (holder === null) {
        if (at === text.length) return root;
        throw unexpected(at);
      }
      const isList = Array.isArray(holder);
      if (code === comma) {
        at += 1;
        state = isList ? 'value' : 'key';
      } else if (code === (isList ? closeList : closeObject)) end();
      else throw unexpected(at);
    } else if (state === 'key' || state === 'first key') {
      if (code === quote) {
        key = readText();
        at = afterBlanks(text, at);
        if (text.charCodeAt(at) !== colon) throw unexpected(at);
        at += 1;
        state = 'value';
      } else if (state === 'first key' && code === closeObject) end();
      else throw unexpected(at);
    } else if (code === quote) put(readText());
    else if (code === openObject) begin({}, 'first key');
    else if (code === openList) begin([], 'first item');
    else if (state === 'first item' && code === closeList) end();
    else {
      const from = at;
      const word = words.get(code);
      at = word === undefined ? endOfNumber(text, at) : at + word[0].length;
      const token = text.slice(from, at);
      if (word !== undefined && token !== word[0]) throw unexpected(from);
      put(word === undefined ? readNumber(token) : word[1]);
    }
  }
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code <= 0x20; code = text.charCodeAt(at)) {
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
  return at;
}

/** Where the text that begins at a quote ends, its quote included, and whether it is what it says, without escapes. */
function endOfText(text: string, from: number): { readonly end: number; readonly isPlain: boolean } {
  let isPlain = true;
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) return { end: at + 1, isPlain };
    if (code < 0x20) isPlain = false;
    if (code !== backslash) continue;
    isPlain = false;
    at += 1;
  }
  throw unexpected(text.length);
}

/** Where the number ends that begins here. No regular expression: those give up on a million digits. */
function endOfNumber(text: string, from: number): number {
  let at = text.charCodeAt(from) === 0x2d ? from + 1 : from;
  const digits = (): void => {
    const begin = at;
    while (isDigit(text.charCodeAt(at))) at += 1;
    if (at === begin) throw unexpected(at);
  };
  if (text.charCodeAt(at) === 0x30) at += 1;
  else digits();
  if (text[at] === '.') {
    at += 1;
    digits();
  }
  if (text[at] === 'e' || text[at] === 'E') {
    at += text[at + 1] === '+' || text[at + 1] === '-' ? 2 : 1;
    digits();
  }
  return at;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** As `JSON.parse` does: a member called `__proto__` is a member like any other. */
function setMember(holder: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') holder[key] = value;
  else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function unexpected(at: number): SyntaxError {
  return new SyntaxError(`unexpected JSON at position ${at}`);
}
