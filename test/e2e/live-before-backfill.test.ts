import { startBackfill } from '../../client/backfill/backfill-run';
import { planBackfill } from '../../workflows/backfill/backfill-input';
import { taskQueues } from '../../workflows/task-queues';
import {
  eventually,
  openTestEnvironment,
  settledDay,
  settledNow,
  type TestEnvironment,
} from './test-environment';

/** One in two seconds: so slow that everything waits for the quota alone, also on a busy machine. */
const quota = { requests: 30, perSeconds: 60 };
/** Playback queries that a window, or a sweep, has under way at a time. */
const inFlight = 8;
const dayMs = 86_400_000;

jest.setTimeout(240_000);

let environment: TestEnvironment;
beforeAll(async () => {
  const start = Date.now();
  environment = await openTestEnvironment({
    simulator: {
      // A running clock: the simulator's quota depends on time.
      clock: () => settledNow + (Date.now() - start),
      contactsPerDay: 60,
      loggedShare: 0.5,
      mediaQuota: quota,
      recordingDelaySeconds: 60,
    },
    tenant: { limits: { media: quota }, recordingsInFlight: inFlight },
  });
  await environment.startWorker();
});
afterAll(() => environment?.close());

/** Playback queries in the order they came in, by whose calls they are. */
async function playbackQueries(): Promise<readonly ('live' | 'backfill')[]> {
  const rows = await environment.query<{ id: string }>(
    'select distinct master_contact_id::text as id from cxone.contact where contact_start_date < $1',
    [settledDay.to],
  );
  const old = new Set(rows.map(({ id }) => id));
  return environment.simulator.journal
    .entries({ family: 'media' })
    .map(({ query }) => (old.has(query['acd-call-id'] ?? '') ? 'backfill' : 'live'));
}

describe('a quota that a backfill has used up for a long time', () => {
  it('serves the live sync’s recordings first, each call once, and refuses none', async () => {
    const from = new Date(Date.parse(settledDay.from) - 3 * dayMs).toISOString();
    const range = { tenant: 'acme', from, to: settledDay.to, window: '2d', concurrency: 2 };
    const backfill = await startBackfill(environment.client, range, planBackfill(range, new Date()));
    try {
      await eventually('playback queries of the backfill', async () =>
        expect((await playbackQueries()).length).toBeGreaterThan(inFlight / 2),
      );
      await environment.client.workflow.execute('incrementalSync', {
        taskQueue: taskQueues.workflows,
        workflowId: 'incremental:acme-1',
        args: [{ tenant: 'acme' }],
      });
      await environment.client.workflow.getHandle('sweep-recordings:acme').result();
      const served = await playbackQueries();
      const between = served.slice(served.indexOf('live'), served.lastIndexOf('live') + 1);
      const live = between.filter((whose) => whose === 'live').length;
      expect(live).toBeGreaterThan(inFlight);
      // The backfill has twice as many under way, yet gets only the places that live work leaves.
      expect(between.length - live).toBeLessThan(live / 2);
      // It still had playback queries waiting all the time.
      const [waiting] = await environment.query<{ n: number }>(
        `select count(*)::int as n from cxone.recording where status = 'pending' and attempts = 0`,
      );
      expect(waiting?.n).toBeGreaterThan(10);
      const asked = environment.simulator.journal.entries({ family: 'media' });
      expect(new Set(asked.map(({ query }) => query['acd-call-id'])).size).toBe(asked.length);
      expect(asked.filter(({ status }) => status === 429)).toEqual([]);
    } finally {
      await backfill.executeUpdate('cancel');
      await backfill.result().catch(() => undefined);
    }
  });
});
