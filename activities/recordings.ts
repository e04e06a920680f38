import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { CxoneError, type CxoneClient, type Interaction } from '../cxone';
import {
  RecordingFileError,
  recordingKey,
  type RecordingFiles,
  type Store,
  type StoredRecording,
} from '../store';
import type { Tenant, TenantDirectory } from './tenants';
import { triesSoFar } from './tries';
import type { DownloadInput, DownloadResult, DueRecordingsInput } from './types';

export interface RecordingDependencies {
  readonly store: Store;
  readonly files: RecordingFiles | null;
  readonly tenants: TenantDirectory;
  /** Bytes beyond which a body is no recording. */
  readonly maxRecordingBytes: number;
  readonly now: () => number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A recording that is not there yet is looked for again after so long: the look-ups before, the longer. */
const looksAfterMs = [5 * minuteMs, 15 * minuteMs, hourMs, 4 * hourMs, 12 * hourMs];
/** Look-ups and downloads of one call that may fail before its row says `failed`. */
const triesAtMost = 5;

/** Errors of one recording, not of the tenant: they end in its row, never in the window. */
const ofOneRecording = new Set([
  'MediaLinkExpired',
  'MediaIncomplete',
  'MediaUnavailable',
  'CxoneUnavailable',
  'RequestTimeout',
  'IncompleteAnswer',
  'UnexpectedShape',
  'UnexpectedHtml',
  'BadRequest',
  'MediaTooLarge',
  'RecordingIncomplete',
  'RecordingEmpty',
  'RecordingTooLarge',
]);

/** Call recordings: which are due, and look-up plus download of one call within one attempt. */
export function createRecordingActivities(dependencies: RecordingDependencies) {
  const { store, tenants, now } = dependencies;
  return {
    /** Master contact ids of the window's calls whose recording is to be looked for now, in ascending order. */
    async dueRecordings(input: DueRecordingsInput): Promise<readonly string[]> {
      return store.recordings.due(input.windowId, input.attempt, input.after, input.limit, new Date(now()));
    },

    /**
     * Looks up a call's interactions and stores each one's file. Both happen in one attempt, because the link is
     * short-lived and a secret (contract §4.4). What is stored already is not downloaded again.
     *
     * A 404 leaves the call `pending` with a next look, or `absent` once it is old (contract §4.5).
     */
    async downloadRecording(input: DownloadInput): Promise<DownloadResult> {
      const tenant = tenants(input.tenant);
      const { masterContactId } = input;
      const files = dependencies.files ?? noRecordingStore();
      try {
        const interactions = await tenant.cxone.interactions(masterContactId, cancellationSignal());
        const playable = (interactions ?? []).filter((interaction) => interaction.url !== null);
        // An interaction without a link has no recording (contract §4.2); a call without any may be too young.
        if (playable.length > 0) return await storeAll(tenant, files, masterContactId, playable);
        const nothing = { files: 0, bytes: 0 };
        if (await lookAgainLater(tenant, masterContactId)) return { ...nothing, status: 'pending' };
        await store.recordings.absent(tenant.name, masterContactId, 'NotFound');
        return { ...nothing, status: 'absent' };
      } catch (error) {
        const known = error instanceof CxoneError || error instanceof RecordingFileError;
        if (!known || !ofOneRecording.has(error.code)) throw error;
        const retryable = error instanceof CxoneError ? error.kind === 'retryable' : error.retryable;
        if (retryable && (await triesSoFar(store.waits)) < triesAtMost) throw error;
        const next = new Date(now() + hourMs);
        await store.recordings.failed(input.tenant, masterContactId, null, error.code, next);
        return { status: 'failed', files: 0, bytes: 0 };
      }
    },
  };

  async function storeAll(
    { name, cxone }: Tenant,
    files: RecordingFiles,
    masterContactId: string,
    interactions: readonly Interaction[],
  ): Promise<DownloadResult> {
    const rows = await store.recordings.known(name, masterContactId);
    const stored = new Set(rows.filter((row) => row.status === 'stored').map((row) => row.segmentId));
    const call = await store.recordings.call(name, masterContactId);
    let count = 0;
    let bytes = 0;
    for (const interaction of interactions) {
      if (interaction.url === null || stored.has(interaction.segmentId)) continue;
      const media = await cxone.download(interaction.url, cancellationSignal(), {
        maxBytes: dependencies.maxRecordingBytes,
      });
      const saved = await saveFile(files, name, masterContactId, call.startedAt, interaction, media);
      await store.recordings.stored(name, masterContactId, saved);
      count += 1;
      bytes += saved.bytes;
    }
    await store.recordings.settled(name, masterContactId);
    return { status: 'stored', files: count, bytes };
  }

  async function saveFile(
    files: RecordingFiles,
    tenant: string,
    masterContactId: string,
    startedAt: Date,
    { segmentId, mediaType, channelType, startTime, endTime }: Interaction,
    media: Awaited<ReturnType<CxoneClient['download']>>,
  ): Promise<StoredRecording> {
    const { contentType } = media;
    const facts = { segmentId, mediaType, channelType, contentType, startTime, endTime };
    const storageKey = recordingKey({ tenant, startedAt, masterContactId, segmentId, extension: 'mp4' });
    const { bytes, sha256 } = await files.save(storageKey, media.body, {
      ...(media.contentLength === undefined ? {} : { expectedBytes: media.contentLength }),
      maxBytes: dependencies.maxRecordingBytes,
      signal: cancellationSignal(),
      onProgress: (sofar) => heartbeat({ masterContactId, bytes: sofar }),
      facts: { tenant, masterContactId, ...facts },
    });
    return { ...facts, storageKey, bytes, sha256 };
  }

  /** Puts a call off while it is young enough for its recording to come; false when it is not. */
  async function lookAgainLater({ name, tuning }: Tenant, masterContactId: string): Promise<boolean> {
    const call = await store.recordings.call(name, masterContactId);
    if (now() - call.startedAt.getTime() > tuning.recordingGiveUpHours * hourMs) return false;
    const wait = looksAfterMs[Math.min(call.looks, looksAfterMs.length - 1)] ?? hourMs;
    const nextAttemptAt = new Date(now() + wait);
    await store.recordings.postpone(name, masterContactId, { nextAttemptAt, errorCode: 'NotFound' });
    return true;
  }
}

/** A run may ask for recordings although no tenant of the workers' has them: said at once, before any look-up. */
function noRecordingStore(): never {
  const remedy = 'Set "recordings": true for the tenant and RECORDINGS_URL, and restart the workers.';
  throw new RecordingFileError(
    'RecordingStorageRefused',
    'The workers have no recordings folder.',
    remedy,
    false,
  );
}
