import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { readAnswer, readJson } from '../http/read-json';
import type { Api, ApiQuery } from '../api';
import { CxoneError } from '../cxone-error';
import { type Circumstances, type InteractionMetadata, metadataOf, replacedIn } from './interaction-metadata';
import { isObject, type JsonObject, valueOf } from '../json/json';
import { normaliseTimestamp } from '../records/timestamp';

/** One interaction of a contact: one file at most. */
export interface Interaction {
  /** The first segment's id, or `interaction-<n>` (from 1); unique within the answer and safe in a file name. */
  readonly segmentId: string;
  /** A short-lived secret: fetch at once, never store or log. Null when there is no recording. */
  readonly url: string | null;
  readonly mediaType: string | null;
  readonly channelType: string | null;
  /** ISO 8601 with Z. */
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly metadata: InteractionMetadata;
}

const id = z.union([z.string(), z.number(), z.bigint()]).transform(String).nullish().catch(null);
const words = z.string().nullish().catch(null);
const segments = z
  .array(z.looseObject({ segmentId: id }).catch({ segmentId: null }))
  .nullish()
  .catch(null);
const times = { startTime: z.unknown().optional(), endTime: z.unknown().optional() };
// Lenient but where it matters: a link that cannot be read must not pass for a call without a recording.
const interaction = z.looseObject({
  ...times,
  mediaType: words,
  channelType: words,
  data: z
    .looseObject({
      ...times,
      fileToPlayUrl: z.string().nullish(),
      segmentsDataList: segments,
      participantDataList: segments,
    })
    .nullish(),
});

/** The request for a call's interactions; 404 is an answer (contract §4.5). */
export function playbackQuery(masterContactId: string): ApiQuery {
  return {
    family: 'media',
    path: '/media-playback/v1/contacts',
    parameters: { 'acd-call-id': masterContactId, 'media-type': 'all', 'exclude-waveforms': 'true' },
    accept: [404],
  };
}

/**
 * Looks up all interactions of a master contact in Media Playback (contract §4.1, §4.2). All media are asked for,
 * since screen recordings of chats and e-mails are files as well; waveforms are left out for their size.
 * @returns null for 404 and an empty answer: nothing there, or not there yet (§4.5)
 * @throws CxoneError
 */
export async function fetchInteractions(
  api: Api,
  masterContactId: string,
  signal?: AbortSignal,
): Promise<readonly Interaction[] | null> {
  const answer = await api.get(playbackQuery(masterContactId), signal);
  if (answer.status === 404) return null;
  return readAnswer(answer, parseInteractions);
}

/**
 * Reads every shape the API has been seen to answer with: `interactions`, `Interactions`,
 * `value.Interactions[].Interaction` and a lone `redirectUrl` (contract §4.2, §4.3).
 * @throws CxoneError `UnexpectedHtml`, `IncompleteAnswer`, `UnexpectedShape`
 */
export function parseInteractions(body: Buffer, contentType?: string): readonly Interaction[] | null {
  const answer = readJson(body, 'media', contentType);
  if (answer === undefined || answer === null) return null;
  if (!isObject(answer)) throw unexpected();
  const value = valueOf(answer, 'value');
  const holder = isObject(value) ? value : answer;
  const circumstances = { isText: isUtf8(body), ...(holder !== answer && { around: answer }) };
  const list = valueOf(holder, 'interactions');
  const redirect = valueOf(holder, 'redirectUrl');
  if (list === undefined && typeof redirect === 'string')
    return [interactionOf(holder, { data: { fileToPlayUrl: redirect } }, 0, circumstances)];
  if (list === null || (list === undefined && isAboutContact(holder))) return [];
  if (!Array.isArray(list)) throw unexpected();
  return distinct(list.map((item, index) => interactionOf(holder, item, index, circumstances)));
}

function interactionOf(
  holder: JsonObject,
  item: unknown,
  index: number,
  circumstances: Circumstances,
): Interaction {
  const nested = isObject(item) ? valueOf(item, 'Interaction') : undefined;
  const own = isObject(nested) ? nested : item;
  const parsed = interaction.safeParse(own);
  if (!parsed.success || !isObject(own)) throw unexpected();
  const { data, mediaType, channelType, startTime, endTime } = parsed.data;
  const ids = [...(data?.segmentsDataList ?? []), ...(data?.participantDataList ?? [])].map(
    (one) => one.segmentId,
  );
  const facts = {
    segmentId: ids.find(isFileName) ?? `interaction-${index + 1}`,
    url: data?.fileToPlayUrl || null,
    mediaType: mediaType ?? null,
    channelType: channelType ?? null,
    startTime: normaliseTimestamp(startTime ?? data?.startTime),
    endTime: normaliseTimestamp(endTime ?? data?.endTime),
  };
  const metadata = metadataOf(holder, own, circumstances);
  if (circumstances.isText !== false) return { ...facts, metadata };
  return { ...facts, metadata: { ...metadata, replaced: [...replacedIn(facts), ...metadata.replaced] } };
}

/**
 * Voice and screen of one segment may come as two interactions: the later one gets a number, so both are kept. One that
 * is listed twice with the same file is taken once.
 */
function distinct(interactions: readonly Interaction[]): readonly Interaction[] {
  const seen = new Map<string, Set<string>>();
  return interactions.flatMap((one) => {
    const before = seen.get(one.segmentId) ?? new Set();
    const size = before.size;
    seen.set(one.segmentId, before.add(identityOf(one)));
    if (before.size === size) return [];
    return [size === 0 ? one : { ...one, segmentId: `${one.segmentId}-${size + 1}` }];
  });
}

/** What two tellings of the same interaction have in common: the file, whose signature differs each time. */
function identityOf({ url, mediaType, channelType, startTime, endTime }: Interaction): string {
  return JSON.stringify([url?.replace(/[?#].*$/s, '') ?? null, mediaType, channelType, startTime, endTime]);
}

/** The id becomes part of a path, so it must be nothing but a plain name. */
function isFileName(segmentId: string | null | undefined): segmentId is string {
  return typeof segmentId === 'string' && /^[A-Za-z0-9][\w-]{0,89}$/.test(segmentId);
}

function isAboutContact(answer: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(answer).length === 0 || valueOf(answer, 'contactId') !== undefined;
}

function unexpected(): CxoneError {
  return new CxoneError('UnexpectedShape', 'CXone Media Playback answered without a list of interactions.', {
    remedy: 'The answer is not one we know: report it with the correlation id to the maintainers.',
  });
}
