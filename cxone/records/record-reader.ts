import { type Codec, type CodecName, codecs, type Value } from './codecs';
import { holdsLongNumber, isObject, jsonType, nestsDeeperThan, stringifyJson } from '../json/json';
import { LongNumber } from '../json/long-number';
import { limits } from '../limits';
import { type Origin, originOf } from './records';

/** A field whose type or existence the contract did not foresee. */
export interface Drift {
  /** The field under the API's own spelling. */
  readonly field: string;
  /** `string`, `number`, `boolean`, `object`, `array` or `null`; `number as text` where a double cannot hold one. */
  readonly observedType: string;
}

/** A record as it will be stored, or why it cannot be. */
export type Reading =
  | {
      readonly ok: true;
      /** Every known field by its camelCase name; null when missing or unreadable. Timestamps ISO 8601 with Z. */
      readonly values: Readonly<Record<string, Value>>;
      /** JSON object text of everything that has no field, under the API's own spelling; null when there is none. */
      readonly extra: string | null;
      readonly drift: readonly Drift[];
      /** Fields in which bytes that are no UTF-8 became U+FFFD; absent when there are none. */
      readonly replaced?: readonly string[];
      /** The record as it came, where that is known. */
      readonly origin?: Origin;
    }
  | {
      readonly ok: false;
      /** Safe to show: names the field, never its value. */
      readonly reason: string;
      readonly field?: string;
      /** The record's JSON, as it came where that is known. */
      readonly raw: string;
      /** The same, byte for byte, where it is no UTF-8. */
      readonly bytes?: Buffer;
      /** The same, parsed and written again, as releases before 0.2 kept it; absent where it is the same text. */
      readonly former?: string;
    };

export type FieldTypes = Readonly<Partial<Record<CodecName, readonly string[]>>>;

export interface RecordShape {
  readonly fields: FieldTypes;
  /**
   * The id, or the record is not stored: a positive 64-bit integer; where it is among the texts, one that is not blank
   * and fits into an index.
   */
  readonly key: string;
  /** Fields without which a record is not stored. */
  readonly required: readonly string[];
  /** Other names of fields, by the name they have here; a second one that says the same is dropped. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Fields we know and leave in `extra`, as `fold` makes them: no drift. */
  readonly unstored?: ReadonlySet<string>;
  /** Makes two spellings of one name alike; lower case if not given. Called for every key that is not exact. */
  readonly fold?: (key: string) => string;
  /** Whether empty text means that there is nothing, as in a CSV. */
  readonly emptyIsNull?: boolean;
}

interface Field {
  readonly name: string;
  readonly read: Codec;
}

/** An entry of a B-tree has at most some 2,700 bytes, and a character up to four. */
const longestTextKey = 200;
const noDrift: readonly Drift[] = [];
/** What is noted of a number that is kept as text because a double cannot hold it. */
const numberAsText = 'number as text';

/** Names from a list in one text, separated by white space: long tables stay readable that way. */
export function names(list: string): readonly string[] {
  return list.trim().split(/\s+/);
}

/** The names of all typed fields of a shape. */
export function fieldNames(fields: FieldTypes): readonly string[] {
  return Object.values(fields).flat();
}

/**
 * Makes the function that reads one record. It runs for every row, so names are resolved here, once: a record is
 * walked key by key, each found in one map by its exact spelling and, only when that fails, as `fold` makes it.
 *
 * What cannot be read as its type goes to `extra` with a drift entry and leaves its column null: the record is kept.
 */
export function createReader(shape: RecordShape): (record: unknown) => Reading {
  const { fold = lowerCase, emptyIsNull = false } = shape;
  const objectionToKey = shape.fields.text?.includes(shape.key) ? objectionToText : objectionToId;
  const exact = new Map<string, Field>();
  const anyCase = new Map<string, Field>();
  const nulls: [string, null][] = [];
  for (const [codec, ofType] of Object.entries(shape.fields) as [CodecName, readonly string[]][]) {
    for (const name of ofType) {
      const field = { name, read: codecs[codec] };
      exact.set(name, field);
      anyCase.set(fold(name), field);
      nulls.push([name, null]);
    }
  }
  for (const [alias, name] of Object.entries(shape.aliases ?? {})) {
    const field = exact.get(name);
    if (field === undefined) continue;
    exact.set(alias, field);
    anyCase.set(fold(alias), field);
  }

  // An object filled key by key becomes a hash table, and copying that takes 16 µs; one that was parsed takes 0.1 µs.
  const blank = JSON.parse(JSON.stringify(Object.fromEntries(nulls))) as Record<string, Value>;

  return function read(record) {
    const from = originOf(record);
    const oddity = from?.oddity;
    if (oddity?.objection !== undefined)
      return rejected(oddity.objection.reason, record, oddity.objection.field);
    if (!isObject(record)) return rejected(`the record is a JSON ${jsonType(record)}, not an object`, record);
    const values = { ...blank };
    let extra: Record<string, unknown> | null = null;
    let drift: Drift[] | null = null;

    for (const key in record) {
      const given = record[key];
      const raw = emptyIsNull && given === '' ? null : given;
      const field = exact.get(key) ?? anyCase.get(fold(key));
      if (field !== undefined) {
        if (raw === null || raw === undefined) continue;
        // Two spellings of one field in one record: the first to hold something wins, the other one is kept as extra.
        const value = values[field.name] === null ? field.read(raw) : undefined;
        if (value !== undefined) {
          values[field.name] = value;
          if (oddity?.hasLongNumber === true && Array.isArray(raw) && holdsLongNumber(raw))
            (drift ??= []).push({ field: key, observedType: numberAsText });
          continue;
        }
        if (raw instanceof LongNumber && raw.isOutOfRange)
          return rejected(`${field.name} is a number beyond what a double can hold`, record, key);
        if (shape.aliases !== undefined && field.read(raw) === values[field.name]) continue;
      }
      if (from === undefined && nestsDeeperThan(raw, limits.recordDepth))
        return rejected(`nests deeper than ${limits.recordDepth} levels`, record, key);
      // Without a prototype, so that a field called __proto__ is a field like any other.
      extra ??= Object.create(null) as Record<string, unknown>;
      extra[key] = raw;
      if (oddity?.hasLongNumber === true && holdsLongNumber(raw))
        (drift ??= []).push({ field: key, observedType: numberAsText });
      if (field === undefined && shape.unstored?.has(fold(key))) continue;
      if (!(raw instanceof LongNumber)) (drift ??= []).push({ field: key, observedType: jsonType(raw) });
    }

    const objection = objectionToKey(values[shape.key]);
    if (objection !== null) return rejected(`${shape.key} ${objection}`, record, shape.key);
    for (const name of shape.required) {
      if (values[name] === null) return rejected(`${name} is missing or cannot be read`, record, name);
    }
    return {
      ok: true,
      values,
      extra: extra === null ? null : stringifyJson(extra),
      drift: drift ?? noDrift,
      ...(from !== undefined && { origin: from }),
      ...(oddity?.replaced !== undefined && { replaced: oddity.replaced.map(nameOf) }),
    };
  };

  /** The name that a field goes by in the tables. */
  function nameOf(key: string): string {
    return (exact.get(key) ?? anyCase.get(fold(key)))?.name ?? key;
  }
}

function lowerCase(key: string): string {
  return key.toLowerCase();
}

function objectionToId(id: Value | undefined): string | null {
  return (typeof id === 'number' || typeof id === 'bigint') && id > 0
    ? null
    : 'is not a positive 64-bit integer';
}

function objectionToText(key: Value | undefined): string | null {
  if (typeof key !== 'string' || key.trim() === '') return 'is missing or empty';
  return key.length > longestTextKey ? `is longer than ${longestTextKey} characters` : null;
}

function rejected(reason: string, record: unknown, field?: string): Reading {
  const named = field === undefined ? {} : { field };
  const from = originOf(record);
  if (from === undefined) return { ok: false, reason, ...named, raw: rawText(record) };
  const bytes = from.isText ? {} : { bytes: Buffer.from(from.bytes()) };
  const raw = from.text();
  // Of a record that is too deep or too large only a part was parsed; long numbers were rounded.
  const isKnown = from.oddity?.objection === undefined && !holdsLongNumber(record);
  const former = isKnown ? rawText(record) : raw;
  return { ok: false, reason, ...named, raw, ...bytes, ...(former !== raw && { former }) };
}

function rawText(record: unknown): string {
  try {
    return stringifyJson(record);
  } catch {
    // Only nesting beyond the call stack gets here, of a value that was not parsed by us.
    return '"nested too deeply to be written"';
  }
}
