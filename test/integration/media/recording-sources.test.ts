import type { DownloadResult } from '../../../activities/types';
import { describeRecordingSource, type SourceUnderTest } from './source-conformance';
import type { MediaStand, MediaWorker } from './stand';

const lookUp: SourceUnderTest = {
  tuned: {},
  answers: [],
  namesSegments: true,
  lookUps: 1,
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
  if (!Array.isArray(due)) throw new Error('a list of calls to look up is expected');
  if (due.includes(String(masterContactId))) return worker.fetch(masterContactId, runId);
  return { status: 'stored', files: 0, bytes: 0 };
}

async function list(stand: MediaStand, masterContactId: number): Promise<void> {
  await stand.store.pool.query(
    `insert into cxone.interaction_metadata (tenant, segment_id, acd_call_id, voice_recording_status)
     values ('acme', gen_random_uuid()::text, $1, 'Success')`,
    [masterContactId],
  );
}

const listed: SourceUnderTest = {
  tuned: { recordingSource: 'listed' },
  answers: [],
  namesSegments: true,
  lookUps: 1,
  know: list,
  fetch: fetchIfDue,
};

/** What a window does, with requests of one or several calls. */
const bulkOf = (others: readonly string[], form: 'entities' | 'segments'): SourceUnderTest => ({
  tuned: { recordingSource: 'bulk' },
  answers: [{ name: 'bulkLinks', match: { family: 'bulk' }, args: { form } }],
  namesSegments: form === 'segments',
  lookUps: 0,
  know: async () => undefined,
  async fetch(worker, masterContactId, runId) {
    const { activities } = worker;
    const input = { tenant: 'acme', masterContactIds: [String(masterContactId), ...others] };
    const { requestId } = await worker.attempt(() => activities.requestBulk(input));
    if (requestId === null) return worker.fetch(masterContactId, runId);
    for (;;) {
      const polled = await worker.attempt(() => activities.pollBulk({ ...input, requestId }));
      if (polled.status === 'running') continue;
      const brings = polled.brought.includes(String(masterContactId));
      const bulk = { requestId, alone: others.length === 0 };
      return worker.fetch(masterContactId, runId, brings ? bulk : undefined);
    }
  },
});

describe('calls that are looked up', () => describeRecordingSource(lookUp));
describe('calls that are listed', () => describeRecordingSource(listed));
describe('calls asked for in bulk, with a link for each segment', () =>
  describeRecordingSource(bulkOf(['1'], 'segments')));
describe('calls asked for in bulk, with a link for each call', () =>
  describeRecordingSource(bulkOf(['1'], 'entities')));
