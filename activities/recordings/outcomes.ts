import { CxoneError, type Interaction } from '../../cxone';
import { errorTable } from '../../errors';
import { RecordingFileError, type Store } from '../../store';
import { countedAttempts } from '../attempts';
import type { Tenant } from '../tenants';
import type { DownloadResult } from '../types';
import { toRows } from './download-files';
import { nextAfterFailure } from './retry-schedule';

/** Playback queries and downloads of one call that may fail before its row says `failed`. */
const attemptsAtMost = 5;

/** How an attempt at a call ends in its rows, when it does not end with a file. */
export function createOutcomes({ store, now }: { readonly store: Store; readonly now: () => number }) {
  return {
    /** Notes that what is open of a call is not there: not yet, or with `next` null not any more. */
    async notFound(
      { name }: Tenant,
      masterContactId: string,
      next: Date | null,
      found: readonly Interaction[] = [],
    ): Promise<'pending' | 'absent'> {
      const errorCode = 'NotFound';
      if (next === null) await store.recordings.absent(name, masterContactId, errorCode, toRows(found));
      else await store.recordings.postpone(name, masterContactId, { nextAttemptAt: next, errorCode });
      return next === null ? 'absent' : 'pending';
    },

    /** Notes an error of this one recording in its row; null when it is not one, or may pass by itself. */
    async endInRow(
      { name }: Tenant,
      masterContactId: string,
      error: unknown,
    ): Promise<DownloadResult | null> {
      if (!isOfCxoneOrFile(error) || !isOfOneRecording(error)) return null;
      if (error.retryable && (await countedAttempts(store.waits)) < attemptsAtMost) return null;
      const { failures } = await store.recordings.call(name, masterContactId);
      const next = nextAfterFailure(failures, now());
      await store.recordings.failed(name, masterContactId, {
        segmentId: null,
        errorCode: error.code,
        nextAttemptAt: next,
      });
      return { status: 'failed', files: 0, bytes: 0 };
    },

    /** A call that is not to be queried after all: what its rows say of it. */
    async doneElsewhere({ name }: Tenant, masterContactId: string): Promise<DownloadResult> {
      const rows = await store.recordings.known(name, masterContactId);
      const statuses = new Set(rows.map(({ status }) => status));
      const status = (['pending', 'failed', 'stored'] as const).find((one) => statuses.has(one)) ?? 'absent';
      return { status, files: 0, bytes: 0 };
    },
  };
}

/** Errors of one recording, not of the tenant: they end in its row, never in the window. */
function isOfOneRecording({ code }: CxoneError | RecordingFileError): boolean {
  const { scope } = errorTable[code];
  return scope === 'recording' || scope === 'request';
}

function isOfCxoneOrFile(error: unknown): error is CxoneError | RecordingFileError {
  return error instanceof CxoneError || error instanceof RecordingFileError;
}
