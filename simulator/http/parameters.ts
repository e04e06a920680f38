import { BadParameter } from './bad-parameter';

/** Query parameters under names in any case, as CXone seems to read them (contract §2.0). */
export interface Parameters {
  /** The first value of a parameter; `undefined` when it is absent or empty. */
  get(name: string): string | undefined;
  /** All values of a repeatable parameter. */
  all(name: string): readonly string[];
  /** The query text with one parameter changed, as links to neighbouring pages need it. */
  with(name: string, value: string): string;
  /** These parameters with one replaced, or taken out (`undefined`). */
  changed(name: string, value: string | undefined): Parameters;
  /** Names as the caller spelled them, with their decoded values: what the journal keeps. */
  toObject(): Readonly<Record<string, string>>;
  toString(): string;
}

export function createParameters(query: URLSearchParams): Parameters {
  const values = new Map<string, string[]>();
  for (const [name, value] of query) {
    const known = values.get(name.toLowerCase());
    if (known) known.push(value);
    else values.set(name.toLowerCase(), [value]);
  }
  const changed = (name: string, value: string | undefined): Parameters => {
    const next = new URLSearchParams();
    for (const [key, text] of query) if (key.toLowerCase() !== name.toLowerCase()) next.append(key, text);
    if (value !== undefined) next.append(name, value);
    return createParameters(next);
  };
  return {
    get(name) {
      const value = values.get(name.toLowerCase())?.[0];
      return value === '' ? undefined : value;
    },
    all: (name) => values.get(name.toLowerCase()) ?? [],
    with: (name, value) => changed(name, value).toString(),
    changed,
    toObject: () => Object.fromEntries(query),
    toString: () => query.toString(),
  };
}

/**
 * A non-negative integer.
 * @throws BadParameter when the text is anything else
 */
export function readInteger(parameters: Parameters, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new BadParameter(`Invalid number in parameter ${name}`);
  return Number(text);
}

/**
 * A truth value: true, false, 1 or 0, in any case.
 * @throws BadParameter when the text is anything else
 */
export function readFlag(parameters: Parameters, name: string): boolean | undefined {
  const text = parameters.get(name)?.toLowerCase();
  if (text === undefined) return undefined;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new BadParameter(`Invalid boolean in parameter ${name}`);
}

/** Of a row, what `fields` asks for (names in any case, separated by commas); all of it where nothing is asked for. */
export function fieldsOf<Row extends object>(row: Row, parameters: Parameters): Partial<Row> {
  const fields = parameters.get('fields');
  if (fields === undefined) return row;
  const names = new Set(fields.split(',').map((field) => field.trim().toLowerCase()));
  return Object.fromEntries(
    Object.entries(row).filter(([key]) => names.has(key.toLowerCase())),
  ) as Partial<Row>;
}

/**
 * A list of integers separated by commas; absent or empty: an empty list.
 * @throws BadParameter when a member is anything else
 */
export function readIntegers(parameters: Parameters, name: string): readonly number[] {
  const members = (parameters.get(name) ?? '').split(',').filter((member) => member.trim() !== '');
  return members.map((member) => {
    if (!/^\s*\d{1,15}\s*$/.test(member)) throw new BadParameter(`Invalid number in parameter ${name}`);
    return Number(member);
  });
}
