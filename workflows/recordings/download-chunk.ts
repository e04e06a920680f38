import type { Priority } from '@temporalio/common';
import { media } from '../activity-proxies';

/** Calls whose recordings are to be fetched, by master contact id; `inFlight` at a time. */
export interface RecordingChunk {
  readonly tenant: string;
  readonly masterContactIds: readonly string[];
  readonly inFlight: number;
  /** What they yield to; absent: as the run itself. */
  readonly priority?: Priority;
}

/** What became of them: files stored, calls whose recording is not there yet, calls that failed, bytes stored. */
export interface RecordingsDone {
  readonly stored: number;
  readonly pending: number;
  readonly failed: number;
  readonly bytes: number;
}

export const noRecordings: RecordingsDone = { stored: 0, pending: 0, failed: 0, bytes: 0 };

/** Both together. */
export function addRecordings(one: RecordingsDone, other: RecordingsDone): RecordingsDone {
  return {
    stored: one.stored + other.stored,
    pending: one.pending + other.pending,
    failed: one.failed + other.failed,
    bytes: one.bytes + other.bytes,
  };
}

/**
 * Finds and stores the recordings of a chunk, a bounded number at a time.
 *
 * A recording that cannot be had is a row with its reason, not a failure of the window (activities/recordings/recordings.ts).
 * What fails here concerns all of them: credentials, a permission, the disk. Then no new one is begun.
 */
export async function downloadAll(
  chunk: RecordingChunk,
  onProgress: (change: RecordingsDone) => void,
): Promise<void> {
  const { tenant, priority } = chunk;
  const waiting = chunk.masterContactIds[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;

  const worker = async (): Promise<void> => {
    for (const masterContactId of waiting) {
      try {
        const done = await media.downloadRecording.executeWithOptions(
          { summary: `recording of ${masterContactId}`, ...(priority && { priority }) },
          [{ tenant, masterContactId }],
        );
        onProgress({
          stored: done.files,
          pending: done.status === 'pending' ? 1 : 0,
          failed: done.status === 'failed' ? 1 : 0,
          bytes: done.bytes,
        });
      } catch (error) {
        failure ??= { error };
      }
      if (failure) return;
    }
  };

  await Promise.all(Array.from({ length: Math.min(chunk.inFlight, chunk.masterContactIds.length) }, worker));
  if (failure) throw failure.error;
}
