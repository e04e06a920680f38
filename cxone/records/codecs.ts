import { stringifyJson } from '../json/json';
import { LongNumber } from '../json/long-number';
import { normaliseTimestamp } from './timestamp';

export type Value = string | number | bigint | boolean | null;

/** Reads one JSON value as a type; `undefined` when it cannot be that type without guessing. Never called with null. */
export type Codec = (raw: unknown) => Value | undefined;

const largest = 2n ** 63n - 1n;
const integerText = /^\s*[+-]?\d{1,19}\s*$/;
const decimalText = /^\s*[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:e[+-]?\d{1,3})?\s*$/i;

/** A whole number in 64 bits: number, bigint, or either as text; text without content is null (contract §2.3). */
function integer(raw: unknown): Value | undefined {
  // A whole double beyond 2^53 was rounded before we saw it (it was written like 1e17): not to be trusted.
  if (typeof raw === 'number') return Number.isSafeInteger(raw) ? raw : undefined;
  if (typeof raw === 'bigint') return raw <= largest && raw >= -largest ? raw : undefined;
  if (typeof raw !== 'string') return undefined;
  if (raw.trim() === '') return null;
  if (!integerText.test(raw)) return undefined;
  const value = Number(raw);
  return Number.isSafeInteger(value) ? value : integer(BigInt(raw.trim().replace('+', '')));
}

/** A finite number, or one as text; old versions send thousands separators (contract §2.3). */
function decimal(raw: unknown): Value | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  if (typeof raw === 'bigint') return Number(raw);
  // Its column is a double, which rounds: 28 digits of a duration are no reason to do without it.
  if (raw instanceof LongNumber) return raw.isOutOfRange ? undefined : raw.nearest;
  if (typeof raw !== 'string') return undefined;
  if (raw.trim() === '') return null;
  if (!decimalText.test(raw)) return undefined;
  const value = Number(raw.replaceAll(',', ''));
  return Number.isFinite(value) ? value : undefined;
}

/** A boolean, or `"True"`, `"false"`, `"Yes"`, 0, 1 (contract §2.3, §10). */
function flag(raw: unknown): Value | undefined {
  if (typeof raw === 'boolean') return raw;
  switch (typeof raw === 'string' ? raw.trim().toLowerCase() : raw) {
    case 'true':
    case 'yes':
    case '1':
    case 1:
      return true;
    case 'false':
    case 'no':
    case '0':
    case 0:
      return false;
    case '':
      return null;
    default:
      return undefined;
  }
}

/** Text as it came; numbers and booleans in its place are written out. */
function text(raw: unknown): Value | undefined {
  if (typeof raw === 'string') return raw;
  if (raw instanceof LongNumber) return raw.text;
  return typeof raw === 'number' || typeof raw === 'bigint' || typeof raw === 'boolean'
    ? String(raw)
    : undefined;
}

/** ISO 8601 with Z. */
function timestamp(raw: unknown): Value | undefined {
  if (typeof raw === 'string' && raw.trim() === '') return null;
  return normaliseTimestamp(raw) ?? undefined;
}

/** A list, as JSON text. */
function list(raw: unknown): Value | undefined {
  return Array.isArray(raw) ? stringifyJson(raw) : undefined;
}

/** One codec for each kind of column the store has (ids bigint, durations double precision). */
export const codecs = { integer, decimal, flag, text, timestamp, list } as const satisfies Record<
  string,
  Codec
>;

export type CodecName = keyof typeof codecs;
