import { downloadAll, type RecordingChunk, type RecordingsDone } from './download-all';
import { failRun } from './failures';

/**
 * A chunk of a window's recordings, in a history of its own. Started by `syncWindow` only.
 *
 * @returns what became of the calls of the chunk.
 */
export async function downloadRecordings(chunk: RecordingChunk): Promise<RecordingsDone> {
  let done: RecordingsDone = { stored: 0, pending: 0, failed: 0, bytes: 0 };
  try {
    await downloadAll(chunk, (change) => {
      done = {
        stored: done.stored + change.stored,
        pending: done.pending + change.pending,
        failed: done.failed + change.failed,
        bytes: done.bytes + change.bytes,
      };
    });
  } catch (error) {
    return failRun(error);
  }
  return done;
}
