import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { CxoneError, type Interaction } from '../../cxone';
import {
  type InteractionRow,
  recordingKey,
  type RecordingFiles,
  type SpaceGuard,
  type Store,
  type StoredRecording,
} from '../../store';
import type { Tenant } from '../tenants';

export interface FetchDependencies {
  readonly store: Store;
  readonly guardSpace: SpaceGuard;
  /** Bytes beyond which a body is no recording. */
  readonly maxRecordingBytes: number;
}

/** A call, and how its files are found within one attempt. */
export interface FetchedCall {
  readonly tenant: Tenant;
  readonly files: RecordingFiles;
  readonly masterContactId: string;
  /** Finds the call's files again, for new links. May cost quota. */
  readonly find: () => Promise<readonly Interaction[]>;
  /** Called as bytes are stored. */
  readonly onProgress: () => void;
}

/** New links within one attempt; each must be paid for with bytes that the ones before have brought. */
const newLinksAtMost = 5;
/** How often a file that was replaced while it was read is begun from its start, within one attempt. */
const freshStarts = 2;

/**
 * Stores the files of all interactions of an answer that are not stored yet, one after the other. Links are short-lived
 * (contract §4.4): one that has expired, before its file or half-way, is replaced by finding the call's files again.
 *
 * @returns files stored now, and their bytes
 * @throws CxoneError, RecordingFileError, StoreError; files that were stored before stay stored
 */
export async function fetchFiles(
  { store, guardSpace, maxRecordingBytes }: FetchDependencies,
  { tenant, files, masterContactId, find, onProgress }: FetchedCall,
  interactions: readonly Interaction[],
): Promise<{ readonly files: number; readonly bytes: number }> {
  const { name, cxone } = tenant;
  const rows = await store.recordings.known(name, masterContactId);
  const stored = new Set(rows.filter((row) => row.status === 'stored').map((row) => row.segmentId));
  const { startedAt } = await store.recordings.call(name, masterContactId);
  let links = new Map(interactions.map(({ segmentId, url }) => [segmentId, url]));
  let sinceFound = 0;
  let newLinks = 0;

  const renew = async (segmentId: string): Promise<string | null> => {
    // A link that never worked would not work renewed: that is left to a later attempt.
    if (sinceFound === 0 || newLinks === newLinksAtMost) return null;
    newLinks += 1;
    sinceFound = 0;
    links = new Map((await find()).map((one) => [one.segmentId, one.url]));
    return links.get(segmentId) ?? null;
  };

  const fetchFile = async (interaction: Interaction, url: string): Promise<StoredRecording> => {
    const { segmentId, mediaType, channelType, startTime, endTime } = interaction;
    const media = await cxone.download(url, cancellationSignal(), {
      maxBytes: maxRecordingBytes,
      renew: () => renew(segmentId),
      accept: guardSpace,
    });
    const { contentType } = media;
    const facts = { segmentId, mediaType, channelType, contentType, startTime, endTime };
    const storageKey = recordingKey({
      tenant: name,
      startedAt,
      masterContactId,
      segmentId,
      extension: 'mp4',
    });
    const { bytes, sha256 } = await files.save(storageKey, media.body, {
      ...(media.contentLength === undefined ? {} : { expectedBytes: media.contentLength }),
      maxBytes: maxRecordingBytes,
      signal: cancellationSignal(),
      onProgress(sofar) {
        sinceFound += 1;
        heartbeat({ masterContactId, bytes: sofar });
        onProgress();
      },
      facts: { tenant: name, masterContactId, ...facts },
    });
    return { ...facts, storageKey, bytes, sha256 };
  };

  let [count, bytes] = [0, 0];
  for (const interaction of interactions) {
    const { segmentId } = interaction;
    if (interaction.url === null || stored.has(segmentId)) continue;
    const saved = await againIfReplaced(() =>
      fetchFile(interaction, links.get(segmentId) ?? interaction.url ?? ''),
    );
    await store.recordings.stored(name, masterContactId, saved, ...toRows([interaction]));
    count += 1;
    bytes += saved.bytes;
  }
  return { files: count, bytes };
}

async function againIfReplaced<T>(work: () => Promise<T>): Promise<T> {
  for (let starts = 0; ; starts += 1) {
    try {
      return await work();
    } catch (error) {
      const replaced = error instanceof CxoneError && error.code === 'MediaChanged';
      if (!replaced || starts === freshStarts) throw error;
    }
  }
}

/** What the table `interaction` keeps of them. */
export function toRows(found: readonly Interaction[]): readonly InteractionRow[] {
  return found.map(({ url, metadata, ...interaction }) => ({
    ...interaction,
    ...metadata,
    hasFile: url !== null,
  }));
}
