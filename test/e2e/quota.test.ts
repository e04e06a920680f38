import { openTestEnvironment, reportOf, settledDay as day, type TestEnvironment } from './test-environment';
import { compareIds, filesBelow, nothingDiffers } from './truth';

const quota = { requests: 12, perSeconds: 6 };
/** A hundredth of its span is what a request may take to CXone: on a busy machine that is not little. */
const slowQuota = { requests: 20, perSeconds: 40 };

jest.setTimeout(180_000);

let environment: TestEnvironment;
afterEach(() => environment?.close());

/** A test environment whose simulator and tenants file agree on the quota, with `contactsPerDay` contacts in the day. */
async function open(mediaQuota: typeof quota | 'off', contactsPerDay: number, media = quota): Promise<void> {
  const start = Date.now();
  environment = await openTestEnvironment({
    // A running clock: the simulator's quota depends on time.
    simulator: {
      clock: () => Date.parse('2025-03-20T12:00:00Z') + (Date.now() - start),
      contactsPerDay,
      loggedShare: 0.5,
      mediaQuota,
    },
    tenant: { limits: { media }, recordingsInFlight: 8 },
  });
}

const playbackQueries = (status?: number) =>
  environment.simulator.journal.entries({ family: 'media', ...(status === undefined ? {} : { status }) });

/** Every recording of the day that the source has is stored, and nothing failed. */
async function expectAllStored(): Promise<number> {
  const span = { from: Date.parse(day.from), to: Date.parse(day.to) };
  const { recordings = [] } = environment.simulator.truth({ ...span, recordings: true });
  const rows = await environment.query<{ storage_key: string; status: string }>(
    'select storage_key, status from cxone.recording',
  );
  expect(rows.filter(({ status }) => status === 'failed' || status === 'pending')).toEqual([]);
  const stored = rows.filter(({ status }) => status === 'stored');
  expect(stored).toHaveLength(recordings.length);
  expect(
    compareIds(
      stored.map((row) => row.storage_key),
      filesBelow(environment.recordingsFolder).keys(),
    ),
  ).toEqual(nothingDiffers);
  return stored.length;
}

describe('a quota that is much smaller than the work', () => {
  it('is kept by two workers together: no request is refused, and every recording is stored', async () => {
    await open(slowQuota, 60, slowQuota);
    const workers = [await environment.startWorker(), await environment.startWorker()];
    const report = reportOf(await environment.sync(day));
    expect(report).toMatchObject({ status: 'complete', recordings: { failed: 0, pending: 0 } });
    expect(await expectAllStored()).toBeGreaterThan(15);
    const asked = playbackQueries();
    expect(playbackQueries(429)).toEqual([]);
    expect(asked.length).toBeGreaterThan(slowQuota.requests);
    // No playback query is wasted on waiting: one for each call.
    expect(new Set(asked.map(({ query }) => query['acd-call-id'])).size).toBe(asked.length);
    // Waiting is no error: only the debug level logs it.
    const waitsLogged = workers.flatMap((worker) =>
      worker
        .log()
        .split('\n')
        .filter((line) => line.includes('QuotaExhausted')),
    );
    expect(waitsLogged.length).toBeGreaterThan(10);
    expect(waitsLogged.filter((line) => !line.startsWith('{"level":"debug"'))).toEqual([]);
    const waits = await environment.query(`select key from cxone.quota where key like 'waits:%'`);
    expect(waits).toEqual([]);
  });

  it('is found out when CXone refuses: the pace falls, and the window still completes', async () => {
    await open('off', 30);
    await environment.startWorker();
    environment.simulator.setFaults([
      { name: 'tooManyRequests', match: { family: 'media' }, times: 6 },
      { name: 'tooManyRequests', match: { family: 'contacts' }, times: 2, args: { retryAfter: 1 } },
    ]);
    const slowed: number[] = [];
    const sampling = setInterval(() => {
      const sql = `select points from cxone.quota where key = 'acme:media:slow'`;
      void environment.query<{ points: number }>(sql).then(
        ([row]) => row && slowed.push(row.points),
        () => undefined,
      );
    }, 250);
    const report = await environment
      .sync(day)
      .then(reportOf)
      .finally(() => clearInterval(sampling));
    expect(report).toMatchObject({ status: 'complete', recordings: { failed: 0, pending: 0 } });
    await expectAllStored();
    expect(playbackQueries(429)).toHaveLength(6);
    expect(slowed.at(-1)).toBeGreaterThanOrEqual(1);
    // After the refusals, in no second as many as at the full pace of two.
    const last = Math.max(...playbackQueries(429).map(({ at }) => at));
    const after = playbackQueries().filter(({ at }) => at > last);
    const seconds = (Math.max(...after.map(({ at }) => at)) - last) / 1_000;
    expect(after.length / seconds).toBeLessThan(1.7);
  });
});
