import { isUtf8 } from 'node:buffer';
import { parseText } from '../json/json';
import { membersOf } from '../json/members';
import { createScanner, type Element, type List, type Scan, TooManyValues } from '../json/scan';
import { limits } from '../limits';
import { createPace, type Pace } from '../json/pace';

/** What there is to say of a record besides what it says; most have nothing. */
export interface Oddity {
  /** Fields in which bytes that are no UTF-8 became U+FFFD. */
  readonly replaced?: readonly string[];
  /** Some number in it may be a `LongNumber`. */
  readonly hasLongNumber?: boolean;
  /** Why it cannot be stored; the record then lacks what stands against it. */
  readonly objection?: { readonly reason: string; readonly field?: string };
}

/** Where a record comes from. It holds on to the answer, so that nothing has to be copied. */
export class Origin {
  constructor(
    private readonly body: Buffer,
    private readonly element: Pick<Element, 'start' | 'end' | 'values'>,
    readonly oddity: Oddity | null = null,
  ) {}

  /** The record's JSON as it came; U+FFFD stands for what is no UTF-8. */
  text(): string {
    return this.bytes().toString('utf8');
  }

  /** The same, byte for byte. */
  bytes(): Buffer {
    return this.body.subarray(this.element.start, this.element.end);
  }

  /** Whether the text says all that the bytes do. */
  get isText(): boolean {
    return this.oddity?.replaced === undefined || isUtf8(this.bytes());
  }

  /** What the record takes up in memory, parsed and as it came; a rough figure in bytes. */
  get weight(): number {
    return costOf(this.element);
  }
}

/** Not a name that JSON could have. */
const origin = Symbol('origin');

/** Where a record comes from that was parsed here; `undefined` for others, and for what is no object. */
export function originOf(record: unknown): Origin | undefined {
  return typeof record === 'object' && record !== null
    ? (record as { readonly [origin]?: Origin })[origin]
    : undefined;
}

/** Notes on a record where it comes from. Not to be seen by what walks through its members. */
export function withOrigin<T>(record: T, from: Origin): T {
  if (typeof record === 'object' && record !== null)
    Object.defineProperty(record, origin, { value: from, enumerable: false });
  return record;
}

/** Notes on a record that is not JSON, such as a row of CSV, in which fields bytes were replaced. */
export function withReplaced<T extends object>(record: T, replaced: readonly string[]): T {
  const json = Buffer.from(JSON.stringify(record));
  return withOrigin(record, new Origin(json, { start: 0, end: json.length, values: 0 }, { replaced }));
}

export interface ParsedLists {
  /** The answer with each list in it replaced by a list of one number, its place in `lists`. */
  readonly frame: unknown;
  readonly lists: readonly ParsedList[];
}

export interface ParsedList {
  /** The records, parsed one by one, with turns for others in between; each knows its origin. @throws SyntaxError */
  parse(): Promise<readonly unknown[]>;
}

/** What a value costs in memory, and to make, compared with a byte that is only looked at. */
const bytesPerValue = 32;
/** How much longer the parser for long numbers takes. */
const exactness = 6;
/** No id and no stamp is larger. */
const [smallBytes, smallValues] = [1_024, 16];
/** Scanning this many bytes takes a few milliseconds. */
const bytesAtOnce = 1024 * 1024;

/**
 * Takes an answer apart into its lists and what stands around them, and the lists into records. Each record keeps its own
 * bytes, and is parsed for itself: one that is too deep or too large costs no other.
 * @throws SyntaxError when it is not JSON; TooManyValues
 */
export async function parseLists(body: Buffer): Promise<ParsedLists> {
  const pace = createPace();
  const scan = await scanned(body, pace);
  const isAllUtf8 = isUtf8(body);
  return {
    frame: frameOf(body, scan),
    lists: scan.lists.map((list) => parsedList(body, list, isAllUtf8, pace)),
  };
}

/** Parses one record that was kept as it came. @throws SyntaxError */
export function parseRecord(bytes: Buffer): unknown {
  const list = Buffer.concat([Buffer.from('['), bytes, Buffer.from(']')]);
  const scanner = createScanner(list);
  scanner.advance(list.length);
  const [only] = scanner.scan.lists;
  const [element, second] = only?.elements ?? [];
  if (element === undefined || second !== undefined) throw new SyntaxError('not one value');
  return parseElement(list, element, isUtf8(list));
}

async function scanned(body: Buffer, pace: Pace): Promise<Scan> {
  const scanner = createScanner(body, 'arrays', limits.pageRecords);
  for (;;) {
    const isDone = scanner.advance(bytesAtOnce);
    const { scan } = scanner;
    if (scan.values > limits.pageValues) throw new TooManyValues(limits.pageValues);
    if (isDone) return scan;
    await pace.spend(bytesAtOnce);
  }
}

/** What stands around the lists, parsed. @throws SyntaxError, TooManyValues */
function frameOf(body: Buffer, { lists, valuesAround, hasLongNumber }: Scan): unknown {
  if (valuesAround > limits.answerValues) throw new TooManyValues(limits.answerValues);
  const pieces: string[] = [];
  let at = 0;
  for (const [index, { start, end }] of lists.entries()) {
    pieces.push(body.toString('utf8', at, start), `[${index}]`);
    at = end;
  }
  pieces.push(body.toString('utf8', at));
  return parseText(pieces.join(''), hasLongNumber);
}

function parsedList(body: Buffer, { elements }: List, isAllUtf8: boolean, pace: Pace): ParsedList {
  return {
    async parse() {
      const records: unknown[] = [];
      for (const element of elements) {
        records.push(parseElement(body, element, isAllUtf8));
        const turn = pace.spend(costOf(element) * (element.hasLongNumber ? exactness : 1));
        if (turn !== undefined) await turn;
      }
      return records;
    },
  };
}

/** What it costs to parse, beside a byte that is only looked at. */
function costOf({ start, end, values }: Pick<Element, 'start' | 'end' | 'values'>): number {
  return end - start + values * bytesPerValue;
}

function parseElement(body: Buffer, element: Element, isAllUtf8: boolean): unknown {
  const { start, end, depth, values, hasLongNumber } = element;
  const isPlain =
    depth <= limits.recordDepth && values <= limits.recordValues && end - start <= limits.recordBytes;
  if (!isPlain || !(isAllUtf8 || isUtf8(body.subarray(start, end)))) return parseOdd(body, element, isPlain);
  const record = parseText(body.toString('utf8', start, end), hasLongNumber);
  return withOrigin(record, new Origin(body, element, hasLongNumber ? { hasLongNumber } : null));
}

/**
 * A record that is not as others are. Where it is too deep or too large, only its small members are parsed, so that its id
 * and its stamps can still be read.
 */
function parseOdd(body: Buffer, element: Element, isPlain: boolean): unknown {
  const { depth, hasLongNumber } = element;
  const bytes = body.subarray(element.start, element.end);
  const members = membersOf(bytes, limits.recordValues);
  const replaced = members
    .filter(({ start, end }) => !isUtf8(bytes.subarray(start, end)))
    .map(({ key }) => key);
  const isText = isUtf8(bytes);
  const noted = { hasLongNumber, ...(!isText && { replaced }) };
  if (isPlain)
    return withOrigin(parseText(bytes.toString('utf8'), hasLongNumber), new Origin(body, element, noted));

  const small = members.filter(
    (one) =>
      one.depth <= limits.recordDepth && one.values <= smallValues && one.end - one.start <= smallBytes,
  );
  const text = small.map(({ start, end }) => bytes.toString('utf8', start, end)).join(',');
  const field = members.find((one) => one.depth > limits.recordDepth)?.key;
  const objection = { reason: objectionTo(depth, bytes.length), ...(field !== undefined && { field }) };
  const from = new Origin(body, element, { ...noted, objection });
  return withOrigin(parseText(`{${text}}`, hasLongNumber), from);
}

function objectionTo(depth: number, bytes: number): string {
  if (depth > limits.recordDepth) return `nests deeper than ${limits.recordDepth} levels`;
  return bytes > limits.recordBytes
    ? `the record has more than ${limits.recordBytes} bytes`
    : `the record has more than ${limits.recordValues} values`;
}
