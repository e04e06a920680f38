import {
  holdsLongNumber,
  isObject,
  jsonType,
  type JsonObject,
  nestsDeeperThan,
  stringifyJson,
} from '../json/json';
import { LongNumber } from '../json/long-number';
import { limits } from '../limits';
import type { Drift } from '../records/record-reader';
import { normaliseTimestamp } from '../records/timestamp';

/** What an answer holds of an interaction that has no column, as everywhere. */
export interface InteractionExtra {
  /** JSON object text under CXone's own names; null when there is none. Without addresses, as all of it. */
  readonly extra: string | null;
  readonly drift: readonly Drift[];
}

type Takes = (value: unknown) => boolean;

const text: Takes = (value) => typeof value === 'string';
const word: Takes = (value) => text(value) || typeof value === 'number' || typeof value === 'bigint';
const time: Takes = (value) => value === '' || normaliseTimestamp(value) !== null;
const list: Takes = Array.isArray;
const anything: Takes = () => true;

type Known = Readonly<Record<string, Takes>>;

/** The fields of contract §4.2 that have a column, or that are read for another purpose; names in lower case. */
const ofAnswer: Known = {
  contactid: word,
  // The call that was asked for.
  acdcontactid: word,
  elevatedinteraction: (value) => typeof value === 'boolean',
  interactions: anything,
  value: isObject,
  redirecturl: text,
};
const ofInteraction: Known = {
  '@type': word,
  mediatype: text,
  channeltype: text,
  starttime: time,
  endtime: time,
  data: isObject,
  interaction: isObject,
  calltagginglist: list,
  dynamicbusinessdata: list,
};
const ofData: Known = {
  starttime: time,
  endtime: time,
  acwendtime: time,
  participantdatalist: list,
  participants: list,
  segmentsdatalist: list,
  categorymatcheslist: list,
  sentiments: list,
  messages: list,
  content: isObject,
};

/** Addresses are signed, and so are secrets; waveforms are left out for their size, and not asked for. */
const leftOut = /url|waveform/i;
const signed = /[?&](?:X-Amz-|X-Goog-|Signature=|sig=|token=)/i;
const address = /^\s*https?:\/\/\S*\?/i;

/**
 * Gathers what the answer, the interaction and its `data` hold beyond the fields we know, and known fields that are not
 * what they should be. All of it is noted as drift. Where two of the three use one name, the later is `data.<name>`.
 */
export function extraOf(
  answers: readonly JsonObject[],
  item: JsonObject,
  data: JsonObject,
): InteractionExtra {
  const extra = Object.create(null) as Record<string, unknown>;
  const drift: Drift[] = [];
  const gather = (object: JsonObject, known: Known, place: string): void => {
    const seen = new Set<string>();
    for (const [key, value] of Object.entries(object)) {
      const name = key.toLowerCase();
      const takes = seen.has(name) ? undefined : known[name];
      seen.add(name);
      if (value === null || takes?.(value) === true) continue;
      const isKnownAddress = leftOut.test(key) && (text(value) || Array.isArray(value));
      if (isKnownAddress) continue;
      const field = key in extra ? `${place}.${key}` : key;
      drift.push(...driftOf(field, value));
      extra[field] = withoutLinks(value, limits.recordDepth, true);
    }
  };
  for (const answer of answers) gather(answer, ofAnswer, 'answer');
  gather(item, ofInteraction, 'interaction');
  gather(data, ofData, 'data');
  return { extra: Object.keys(extra).length === 0 ? null : stringifyJson(extra), drift };
}

function driftOf(field: string, value: unknown): readonly Drift[] {
  if (nestsDeeperThan(value, limits.recordDepth)) return [{ field, observedType: 'too deep' }];
  const own = { field, observedType: value instanceof LongNumber ? 'number as text' : jsonType(value) };
  if (value instanceof LongNumber || !holdsLongNumber(value)) return [own];
  return [own, { field, observedType: 'number as text' }];
}

/**
 * A value without addresses: those of files and pictures are signed, and so are secrets that must not be stored.
 * What nests deeper than `levels` is cut.
 * @param strictly leaves out every address with a query, not only those that are known to be signed
 */
export function withoutLinks(value: unknown, levels: number, strictly = false): unknown {
  if (typeof value === 'string')
    return signed.test(value) || (strictly && address.test(value)) ? null : value;
  if (typeof value !== 'object' || value === null || value instanceof LongNumber) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((one) => withoutLinks(one, levels - 1, strictly));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !leftOut.test(key))
      .map(([key, inner]) => [key, withoutLinks(inner, levels - 1, strictly)]),
  );
}
