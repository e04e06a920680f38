import type { CxoneClient, Interaction, InteractionMetadata } from '../cxone';

/** One interaction of a call, and where its file is now. */
export interface FoundFile extends Omit<Interaction, 'metadata'> {
  /** What the source tells of the interaction besides; null when it tells nothing. */
  readonly metadata: InteractionMetadata | null;
}

/**
 * Where the files of calls are found. What is done with a file once it is found (download, checks, storage, rows) does
 * not depend on it; test/integration/media/source-conformance.ts holds every source to that.
 */
export interface RecordingSource {
  /**
   * A call's interactions, with links that work now; again for new links. Empty, or without any link: there is nothing
   * (yet). Within one attempt only, because links are short-lived secrets.
   *
   * @throws CxoneError
   */
  find(masterContactId: string, signal: AbortSignal): Promise<readonly FoundFile[]>;
}

/** Media Playback, call by call: knows every recording, and costs a look-up of the quota each time. */
function lookUps(cxone: CxoneClient): RecordingSource {
  return {
    find: async (masterContactId, signal) => (await cxone.interactions(masterContactId, signal)) ?? [],
  };
}

/** What a bulk request has brought: costs no look-up, and tells of a call nothing but where its files are. */
function bulkAnswer(cxone: CxoneClient, requestId: string, asked: readonly string[]): RecordingSource {
  return {
    async find(masterContactId, signal) {
      const { calls } = await cxone.bulkDownload(requestId, asked, signal);
      return (calls.get(masterContactId) ?? []).map((file) => ({
        ...file,
        mediaType: null,
        channelType: null,
        startTime: null,
        endTime: null,
        metadata: null,
      }));
    },
  };
}

/** A bulk request that a call was part of. */
export interface BulkRef {
  readonly requestId: string;
  /** Whether it was the only call of the request: then the location of the whole request is its own. */
  readonly alone: boolean;
}

/** The sources a call is looked for in, one after the other; the last one has the last word. */
export function sourcesOf(
  cxone: CxoneClient,
  masterContactId: string,
  bulk: BulkRef | undefined,
): readonly RecordingSource[] {
  if (bulk === undefined) return [lookUps(cxone)];
  // Who else was asked for does not matter to this call, but that somebody was does.
  const asked = bulk.alone ? [masterContactId] : [masterContactId, ''];
  return [bulkAnswer(cxone, bulk.requestId, asked), lookUps(cxone)];
}

/**
 * Errors of a source that has another one behind it: what it has brought is of no use, however often it is asked, or its
 * file or link is not what it should be. What concerns every source alike (credentials, quota, disk, database), or passes
 * by itself, is no reason to spend a look-up.
 */
export const failsOver: ReadonlySet<string> = new Set([
  'NotFound',
  'BadRequest',
  'BulkForbidden',
  'UnexpectedShape',
  'UnexpectedHtml',
  'MediaLinkExpired',
  'MediaHostRefused',
  'MediaUnavailable',
  'MediaChanged',
  'MediaTooLarge',
  'RecordingIncomplete',
  'RecordingEmpty',
  'RecordingTooLarge',
]);
