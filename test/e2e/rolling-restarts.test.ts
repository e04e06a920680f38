import type { Client } from '@temporalio/client';
import { followBackfill, startBackfill } from '../../client/backfill/backfill-run';
import type { FaultRule } from '../../simulator';
import { planBackfill } from '../../workflows/backfill/backfill-input';
import {
  eventually,
  openTestEnvironment,
  settledDay as day,
  type TestEnvironment,
  type TestWorker,
} from './test-environment';
import { compareIds, nothingDiffers, storedContacts, trueContacts } from './truth';

const graceSeconds = 2;
const restart = { SHUTDOWN_GRACE_SECONDS: String(graceSeconds) };

let environment: TestEnvironment;
afterEach(() => environment?.close());

/** Every event of every run of the namespace. */
async function allEvents(client: Client) {
  const events = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    events.push(...(history.events ?? []).map((event) => ({ workflowId, event })));
  }
  return events;
}

/**
 * No step that a worker had begun waited for a heartbeat to be missed: neither for good, nor before it was tried again.
 * One that reached no worker, as may happen on an overloaded server, none can give back; what a stopping worker
 * does to such steps is in test/workflow/stopped-worker.test.ts.
 */
async function expectNoTimeOut(client: Client, workers: readonly TestWorker[]): Promise<void> {
  const begun = new Set(workers.flatMap((worker) => begunSteps(worker.log())));
  const ids = new Map<string, string>();
  for (const { workflowId, event } of await allEvents(client)) {
    const { activityTaskScheduledEventAttributes: scheduled, activityTaskStartedEventAttributes: started } =
      event;
    if (scheduled) ids.set(`${workflowId} ${String(event.eventId)}`, scheduled.activityId ?? '');
    const over = event.activityTaskTimedOutEventAttributes;
    expect(over).toBeFalsy();
    if (started?.lastFailure?.timeoutFailureInfo == null) continue;
    const activityId = ids.get(`${workflowId} ${String(started.scheduledEventId)}`);
    expect(begun).not.toContain(`${workflowId} ${activityId} ${(started.attempt ?? 0) - 1}`);
  }
}

/** How many attempts ended because their worker stopped, as the histories have it. */
async function givenBack(client: Client): Promise<number> {
  const events = await allEvents(client);
  const codes = events.map(
    ({ event }) => event.activityTaskStartedEventAttributes?.lastFailure?.applicationFailureInfo?.type,
  );
  return codes.filter((code) => code === 'WorkerStopping').length;
}

/** Steps that a worker says it began, by run, id and attempt. */
function begunSteps(log: string): string[] {
  return log.split('\n').flatMap((line) => {
    if (!line.includes('"Activity started"')) return [];
    const { workflowId, activityId, attempt } = JSON.parse(line) as Record<string, unknown>;
    return [`${workflowId as string} ${activityId as string} ${attempt as number}`];
  });
}

/** Stops a worker as a deploy does, and expects it to end well: one that is not done 15 s after its grace time fails. */
async function stopped(worker: TestWorker): Promise<void> {
  expect(await worker.stop({ graceMs: 60_000 })).toEqual({ code: 0, signal: null });
  expect(worker.log()).toContain('the worker has stopped');
}

/** Makes pages take longer than the grace time, and waits until one of the workers is fetching such a page. */
async function heldPage(workers: readonly TestWorker[]): Promise<TestWorker> {
  environment.simulator.setFaults([
    { name: 'slow', match: { family: 'contacts' }, args: { delayMs: 12_000 } },
  ]);
  const slowSince = Date.now();
  // By the time in the line: the log itself arrives a moment late.
  const isHeld = (line: string): boolean =>
    line.includes('"Activity started"') &&
    line.includes('"fetchContactPage"') &&
    new Date((JSON.parse(line) as { readonly time: string | number }).time).getTime() > slowSince;
  return eventually('a page in hand', async () => {
    const holder = workers.find((worker) => worker.log().split('\n').slice(0, -1).some(isHeld));
    if (holder === undefined) throw new Error('none');
    return holder;
  });
}

const pages = () =>
  environment.simulator.journal
    .entries({ family: 'contacts' })
    .filter(({ query }) => Number(query['top']) > 2);
const repeated = (): number => {
  const asked = pages().map(({ query }) => JSON.stringify(query));
  return asked.length - new Set(asked).size;
};

describe('a backfill during rolling restarts of its workers', () => {
  it('ends complete, with the truth; each restart costs at most the pages it cut off, and no time-out', async () => {
    environment = await openTestEnvironment({
      simulator: { contactsPerDay: 2_400 },
      tenant: { pageSize: 10, pagesInFlight: 2, recordings: false },
    });
    const restarts = 4;
    const span = { from: day.from, to: new Date(Date.parse(day.from) + 24 * 3_600_000).toISOString() };
    const workers = [await environment.startWorker(restart), await environment.startWorker(restart)];
    let running = [...workers];
    const input = { tenant: 'acme', ...span, window: '1h', concurrency: 3 };
    const handle = await startBackfill(environment.client, input, planBackfill(input, new Date()));
    const end = followBackfill(environment.client, handle, () => undefined);

    for (let n = 0; n < restarts; n += 1) {
      const sofar = pages().length;
      const further = async (): Promise<void> => {
        if (pages().length < sofar + 6) throw new Error('not yet');
      };
      await eventually('pages', further, 60_000);
      // The new one is there before an old one goes.
      const next = await environment.startWorker(restart);
      workers.push(next);
      const holder = await heldPage([...running, next]);
      await stopped(holder);
      environment.simulator.setFaults([]);
      running = [...running, next].filter((worker) => worker !== holder);
    }
    const result = await end;
    if (!result.ok) throw new Error(`${result.code}: ${result.message}`);
    expect(result.report).toMatchObject({ status: 'complete', windows: 24, complete: 24 });
    const [truth, stored] = [await trueContacts(environment, span), await storedContacts(environment, span)];
    expect(compareIds(truth.keys(), stored.keys())).toEqual(nothingDiffers);
    const cutOff = await givenBack(environment.client);
    expect(cutOff).toBeGreaterThan(0);
    expect(repeated()).toBeLessThanOrEqual(cutOff);
    await expectNoTimeOut(environment.client, workers);
  });
});

describe('a step that takes longer than the grace time of a worker that is stopped', () => {
  /** How the attempts ended that were followed by another. */
  async function takenUp(workflowId: string): Promise<string[]> {
    const { events } = await environment.client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) => {
      const code = started?.lastFailure?.applicationFailureInfo?.type;
      return code == null ? [] : [code];
    });
  }

  async function cutOff(match: FaultRule['match'], recordings: boolean) {
    environment = await openTestEnvironment({
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
    const worker = await environment.startWorker(restart);
    const handle = await environment.start(span);
    await eventually('a step that hangs', async () => {
      const { raw } = await handle.describe();
      const startedAt = (raw.pendingActivities ?? [])
        .filter(({ activityType }) => /^(fetchContactPage|downloadRecording)$/.test(activityType?.name ?? ''))
        .map(({ lastStartedTime }) => Number(lastStartedTime?.seconds ?? Infinity) * 1_000);
      if (!startedAt.some((at) => Date.now() - at > 3_000)) throw new Error('not yet');
    });
    const next = await environment.startWorker(restart);
    await stopped(worker);
    const report = await handle.result();
    return { report, workers: [worker, next], again: await takenUp(handle.workflowId) };
  }

  it.each([
    ['a page', { family: 'contacts' }, false],
    ['a download', { family: 'file' }, true],
  ] as const)(
    'is given back and taken up by another at once: %s',
    async (_what, match, recordings) => {
      const { report, workers, again } = await cutOff(match, recordings);
      expect(report).toMatchObject({ status: 'complete' });
      // Neither a heartbeat time-out nor an error, which would be followed by a back-off (hand-back.test.ts).
      expect(again).toEqual(['WorkerStopping']);
      await expectNoTimeOut(environment.client, workers);
      if (recordings) {
        const { recordings: truth = [] } = environment.simulator.truth({
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
