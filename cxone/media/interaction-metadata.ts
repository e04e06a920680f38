import { extraOf, withoutLinks } from './interaction-extra';
import { isObject, type JsonObject, stringifyJson, valueOf } from '../json/json';
import { limits } from '../limits';
import type { Drift } from '../records/record-reader';
import { normaliseTimestamp } from '../records/timestamp';

/**
 * What an answer says about an interaction besides its file (contract §4.2). Lists are JSON text, `[]` where CXone shows
 * none, which is also what a missing permission looks like; no list holds an address of a file.
 */
export interface InteractionMetadata {
  /** Of the answer as a whole: one for all its interactions. */
  readonly interactionId: string | null;
  readonly isElevated: boolean | null;
  /** `call`, `chat` or `email`. */
  readonly kind: string | null;
  /** ISO 8601 with Z. */
  readonly acwEndTime: string | null;
  /** Of the first segment. */
  readonly directionType: string | null;
  readonly openReasonType: string | null;
  /** Of the last one. */
  readonly closeReasonType: string | null;
  /** Time that anybody was on hold, or the recording masked: overlapping stages count once. */
  readonly holdSeconds: number;
  readonly maskSeconds: number;
  readonly participants: string;
  readonly segments: string;
  readonly sentiments: string;
  readonly categories: string;
  readonly tags: string;
  readonly businessData: string;
  /** Of a chat. */
  readonly messages: string;
  /** Content of an e-mail, null for everything else. */
  readonly email: string | null;
  /** JSON object text of what has no place above, under CXone's own names; null when there is none. */
  readonly extra: string | null;
  /** A sign for each field in `extra`. */
  readonly drift: readonly Drift[];
  /** Of the above, those in which bytes that are no UTF-8 became U+FFFD. */
  readonly replaced: readonly string[];
}

export interface Circumstances {
  /** What the holder stands in, where it is not the answer itself. */
  readonly around?: JsonObject;
  /** Whether all bytes of the answer were UTF-8. */
  readonly isText?: boolean;
}

/** Reads whatever of it can be read; what has another form than expected is empty, since the file matters more. */
export function metadataOf(
  holder: JsonObject,
  item: JsonObject,
  { around, isText = true }: Circumstances = {},
): InteractionMetadata {
  const data = objectIn(item, 'data');
  const participants = [...listIn(data, 'participantDataList'), ...listIn(data, 'participants')];
  const segments = listIn(data, 'segmentsDataList');
  const [first, last] = [segments.find(isFirst) ?? segments[0], segments.at(-1)];
  const content = valueOf(data, 'content');
  const metadata = {
    interactionId: wordIn(holder, 'contactId'),
    isElevated: flagIn(holder, 'elevatedInteraction'),
    kind: wordIn(item, '@type'),
    acwEndTime: normaliseTimestamp(valueOf(data, 'acwEndTime')),
    directionType: wordIn(first, 'directionType'),
    openReasonType: wordIn(first, 'openReasonType'),
    closeReasonType: wordIn(last, 'closeReasonType'),
    holdSeconds: secondsOf('HOLD', participants),
    maskSeconds: secondsOf('MASK', participants),
    participants: jsonOf(participants),
    segments: jsonOf(segments),
    sentiments: jsonOf(listIn(data, 'sentiments')),
    categories: jsonOf(listIn(data, 'categoryMatchesList')),
    tags: jsonOf(listIn(item, 'callTaggingList')),
    businessData: jsonOf(listIn(item, 'dynamicBusinessData')),
    messages: jsonOf(listIn(data, 'messages')),
    email: isObject(content) ? jsonOf(content) : null,
    ...extraOf(around === undefined ? [holder] : [holder, around], item, data),
  };
  return { ...metadata, replaced: isText ? [] : replacedIn(metadata) };
}

/** Names of what holds the character that stands for bytes which are no UTF-8. */
export function replacedIn(values: object): readonly string[] {
  return Object.entries(values)
    .filter(([, value]) => typeof value === 'string' && value.includes('\ufffd'))
    .map(([name]) => name);
}

function objectIn(object: JsonObject, key: string): JsonObject {
  const value = valueOf(object, key);
  return isObject(value) ? value : {};
}

function listIn(object: JsonObject, key: string): readonly unknown[] {
  const value = valueOf(object, key);
  return Array.isArray(value) ? value : [];
}

function wordIn(object: unknown, key: string): string | null {
  const value = isObject(object) ? valueOf(object, key) : undefined;
  if (typeof value === 'string') return value.slice(0, 200) || null;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : null;
}

function flagIn(object: JsonObject, key: string): boolean | null {
  const value = valueOf(object, key);
  return typeof value === 'boolean' ? value : null;
}

function isFirst(segment: unknown): boolean {
  return isObject(segment) && valueOf(segment, 'firstSegment') === true;
}

function jsonOf(value: unknown): string {
  return stringifyJson(withoutLinks(value, limits.recordDepth));
}

/** Seconds covered by stages of a kind, of all participants: a hold is a stage of each of them. */
function secondsOf(stageType: string, participants: readonly unknown[]): number {
  const spans = participants
    .flatMap((one) => (isObject(one) ? [...listIn(one, 'voiceStages'), ...listIn(one, 'screenStages')] : []))
    .filter(isObject)
    .filter((stage) => valueOf(stage, 'stageType') === stageType)
    .map((stage) => [instantIn(stage, 'startTime'), instantIn(stage, 'endTime')] as const)
    .filter(([from, to]) => to > from)
    .toSorted(([a], [b]) => a - b);
  let [covered, end] = [0, -Infinity];
  for (const [from, to] of spans) {
    covered += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return covered / 1_000;
}

/** Epoch ms; NaN, which no comparison is true for, when there is none. */
function instantIn(stage: JsonObject, key: string): number {
  return Date.parse(normaliseTimestamp(valueOf(stage, key)) ?? '');
}
