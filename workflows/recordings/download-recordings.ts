import {
  addRecordings,
  downloadAll,
  noRecordings,
  type RecordingChunk,
  type RecordingsDone,
} from './download-chunk';
import { failRun } from '../failures';

/**
 * A chunk of a window's recordings, in a history of its own. Started by `syncWindow` only.
 *
 * @returns what became of the calls of the chunk.
 */
export async function downloadRecordings(chunk: RecordingChunk): Promise<RecordingsDone> {
  let done = noRecordings;
  try {
    await downloadAll(chunk, (change) => {
      done = addRecordings(done, change);
    });
  } catch (error) {
    return failRun(error);
  }
  return done;
}
