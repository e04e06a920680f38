import type { DownloadResult } from '../../../activities/types';
import { describeRecordingSource, type SourceUnderTest } from './source-conformance';
import type { MediaEnvironment, MediaWorker } from './test-environment';

const byPlaybackQuery: SourceUnderTest = {
  tuned: {},
  know: async () => undefined,
  fetch: (worker, masterContactId, runId) => worker.fetch(masterContactId, runId),
};

/** What a sweep does: a call that is not due is left alone. */
async function fetchIfDue(
  worker: MediaWorker,
  masterContactId: number,
  runId?: string,
): Promise<DownloadResult> {
  const due = await worker.attempt(() =>
    worker.activities.recordingsToSweep({ tenant: 'acme', after: null, limit: 1_000 }),
  );
  if ('unlikely' in due) throw new Error('logged calls are never unlikely');
  if (due.includes(String(masterContactId))) return worker.fetch(masterContactId, runId);
  return { status: 'stored', files: 0, bytes: 0 };
}

async function list(environment: MediaEnvironment, masterContactId: number): Promise<void> {
  await environment.store.pool.query(
    `insert into cxone.interaction_metadata (tenant, segment_id, acd_call_id, voice_recording_status)
     values ('acme', gen_random_uuid()::text, $1, 'Success')`,
    [masterContactId],
  );
}

const listed: SourceUnderTest = {
  tuned: { recordedCalls: 'listed' },
  know: list,
  fetch: fetchIfDue,
};

describe('calls that are looked up', () => describeRecordingSource(byPlaybackQuery));
describe('calls that are listed', () => describeRecordingSource(listed));
