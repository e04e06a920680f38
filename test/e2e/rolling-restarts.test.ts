import type { Client } from '@temporalio/client';
import { followBackfill, startBackfill } from '../../client/run-backfill';
import type { FaultRule } from '../../simulator';
import { planBackfill } from '../../workflows/backfill-input';
import { eventually, openStand, settledDay as day, type Stand, type StandWorker } from './stand';
import { compareIds, nothingDiffers, storedContacts, trueContacts } from './truth';

const graceSeconds = 2;
/** Beyond the grace time: what cannot be aborted is given 3 s, then connections close; the rest is a loaded machine. */
const aLittleMs = 10_000;
const restart = { SHUTDOWN_GRACE_SECONDS: String(graceSeconds) };

let stand: Stand;
afterEach(() => stand?.close());

/** Every event of every run of the namespace. */
async function allEvents(client: Client) {
  const events = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    events.push(...(history.events ?? []));
  }
  return events;
}

/** No step waited for a heartbeat to be missed: neither for good, nor before it was tried again. */
async function expectNoTimeOut(client: Client): Promise<void> {
  for (const event of await allEvents(client)) {
    expect(event.activityTaskTimedOutEventAttributes).toBeFalsy();
    const last = event.activityTaskStartedEventAttributes?.lastFailure;
    expect(last?.timeoutFailureInfo).toBeFalsy();
  }
}

/** Stops a worker as a deploy does, and expects it to end well, soon after its grace time. */
async function stopped(worker: StandWorker): Promise<number> {
  const began = Date.now();
  expect(await worker.stop({ graceMs: 60_000 })).toEqual({ code: 0, signal: null });
  expect(worker.log()).toContain('the worker has stopped');
  const tookMs = Date.now() - began;
  expect(tookMs).toBeLessThan(graceSeconds * 1_000 + aLittleMs);
  return tookMs;
}

const pages = () =>
  stand.simulator.journal.entries({ family: 'contacts' }).filter(({ query }) => query['top'] !== '1');
const repeated = (): number => {
  const asked = pages().map(({ query }) => JSON.stringify(query));
  return asked.length - new Set(asked).size;
};

describe('a backfill during rolling restarts of its workers', () => {
  it('ends complete, with the truth; each restart costs at most the pages it cut off, and no time-out', async () => {
    stand = await openStand({
      simulator: {
        contactsPerDay: 2_400,
        faults: [
          // Slower than the grace time now and then, so that restarts cut some off.
          { name: 'slow', match: { family: 'contacts' }, args: { delayMs: 3_500 }, probability: 0.3 },
        ],
      },
      tenant: { pageSize: 10, pagesInFlight: 2, recordings: false },
    });
    const restarts = 4;
    const span = { from: day.from, to: new Date(Date.parse(day.from) + 24 * 3_600_000).toISOString() };
    let [worker, other] = [await stand.startWorker(restart), await stand.startWorker(restart)];
    const input = { tenant: 'acme', ...span, window: '1h', concurrency: 3 };
    const handle = await startBackfill(stand.client, input, planBackfill(input, new Date()));
    const end = followBackfill(stand.client, handle, () => undefined);

    let cutOff = 0;
    for (let n = 0; n < restarts; n += 1) {
      const sofar = pages().length;
      await eventually('pages', async () => {
        if (pages().length < sofar + 6) throw new Error('not yet');
      });
      // The new one is there before the old one goes.
      const next = await stand.startWorker(restart);
      await stopped(worker);
      cutOff += (worker.log().match(/another worker takes it over/g) ?? []).length;
      [worker, other] = [other, next];
    }
    const result = await end;
    if (!result.ok) throw new Error(`${result.code}: ${result.message}`);
    expect(result.report).toMatchObject({ status: 'complete', windows: 24, complete: 24 });
    const [truth, stored] = [await trueContacts(stand, span), await storedContacts(stand, span)];
    expect(compareIds(truth.keys(), stored.keys())).toEqual(nothingDiffers);
    expect(cutOff).toBeGreaterThan(0);
    expect(repeated()).toBeLessThanOrEqual(cutOff);
    await expectNoTimeOut(stand.client);
  }, 240_000);
});

describe('a step that takes longer than the grace time of a worker that is stopped', () => {
  /** How a step was taken up again: what the attempt before ended with, and when it began. */
  async function takenUp(workflowId: string): Promise<{ readonly code: string; readonly at: number }[]> {
    const { events } = await stand.client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).flatMap(({ eventTime, activityTaskStartedEventAttributes: started }) => {
      const code = started?.lastFailure?.applicationFailureInfo?.type;
      return code == null ? [] : [{ code, at: Number(eventTime?.seconds) * 1_000 }];
    });
  }

  async function cutOff(match: FaultRule['match'], recordings: boolean) {
    stand = await openStand({
      simulator: {
        contactsPerDay: 200,
        mediaBytes: { min: 1_000_000, max: 2_000_000 },
        loggedShare: 0.1,
        faults: [
          { name: 'slowBody', match: match ?? {}, times: 1, args: { chunkBytes: 400, delayMs: 1_000 } },
        ],
      },
      tenant: { pageSize: 50, pagesInFlight: 2, recordingsInFlight: 2 },
    });
    const span = { ...day, skillIds: [4_501], recordings };
    const worker = await stand.startWorker(restart);
    const handle = await stand.start(span);
    await eventually('a step that hangs', async () => {
      const { raw } = await handle.describe();
      const startedAt = (raw.pendingActivities ?? [])
        .filter(({ activityType }) => /^(fetchContactPage|downloadRecording)$/.test(activityType?.name ?? ''))
        .map(({ lastStartedTime }) => Number(lastStartedTime?.seconds ?? Infinity) * 1_000);
      if (!startedAt.some((at) => Date.now() - at > 3_000)) throw new Error('not yet');
    });
    await stand.startWorker(restart);
    await stopped(worker);
    const endedAt = Date.now();
    const report = await handle.result();
    return { report, endedAt, tookMs: Date.now() - endedAt, again: await takenUp(handle.workflowId) };
  }

  it.each([
    ['a page', { family: 'contacts' }, false],
    ['a download', { family: 'file' }, true],
  ] as const)(
    'is given back and taken up by another at once: %s',
    async (_what, match, recordings) => {
      const { report, endedAt, again } = await cutOff(match, recordings);
      expect(report).toMatchObject({ status: 'complete' });
      expect(again.map(({ code }) => code)).toEqual(['WorkerStopping']);
      // By the time the old worker is gone the new one has begun: neither a heartbeat time-out (20 s) nor a back-off.
      expect((again[0]?.at ?? Infinity) - endedAt).toBeLessThan(2_000);
      await expectNoTimeOut(stand.client);
      if (recordings) {
        const { recordings: truth = [] } = stand.simulator.truth({
          from: Date.parse(day.from),
          to: Date.parse(day.to),
          skillIds: [4_501],
          recordings: true,
        });
        expect(report.recordings).toMatchObject({ stored: truth.length, failed: 0, pending: 0 });
      }
    },
    120_000,
  );
});
