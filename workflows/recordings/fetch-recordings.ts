import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { OpenWindow } from '../../activities/types';
import { store } from '../activity-proxies';
import { downloadAll, type RecordingChunk, type RecordingsDone } from './download-chunk';
import type { downloadRecordings } from './download-recordings';

/** Calls that fit well into one history; a window with more hands chunks of this size to children. */
const chunkSize = 300;

/**
 * Finds and stores the recordings that are due for the window's calls.
 *
 * @param after master contact id after which to go on; null from the start.
 * @returns null when all were queried, or where to go on after continue-as-new.
 */
export async function fetchRecordings(
  window: OpenWindow,
  after: string | null,
  onProgress: (change: RecordingsDone) => void,
): Promise<string | null> {
  const { tenant, recordingsInFlight: inFlight } = window;
  const chunkOf = (masterContactIds: readonly string[]): RecordingChunk => ({
    tenant,
    masterContactIds,
    inFlight,
  });
  const ref = { tenant: window.tenant, windowId: window.windowId, attempt: window.attempt };
  const due = (from: string | null): Promise<readonly string[]> =>
    store.dueRecordings.executeWithOptions({ summary: 'recordings to query' }, [
      { ...ref, after: from, limit: chunkSize },
    ]);

  let chunk = await due(after);
  let chunkNumber = 0;
  while (chunk.length > 0) {
    const last = chunk.at(-1) ?? null;
    const more = chunk.length === chunkSize ? await due(last) : [];
    const alone = chunkNumber === 0 && after === null && more.length === 0;
    chunkNumber += 1;
    if (alone) {
      await downloadAll(chunkOf(chunk), onProgress);
    } else {
      onProgress(await inChild(window, chunkOf(chunk)));
    }
    if (more.length > 0 && workflowInfo().continueAsNewSuggested) return last;
    chunk = more;
  }
  return null;
}

async function inChild(window: OpenWindow, chunk: RecordingChunk): Promise<RecordingsDone> {
  const { masterContactIds } = chunk;
  // Named by the run and its first call, so that a reset finds the same child again.
  return executeChild<typeof downloadRecordings>('downloadRecordings', {
    workflowId: `recordings:${window.tenant}:${window.windowId}.${window.attempt}:${masterContactIds[0]}`,
    args: [chunk],
    staticSummary: `recordings of ${masterContactIds.length} calls (${window.tenant})`,
  });
}
