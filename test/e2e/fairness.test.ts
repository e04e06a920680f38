import type { FaultRule } from '../../simulator';
import type { BackfillProgress } from '../../workflows/backfill/backfill-progress';
import { taskQueues } from '../../workflows/task-queues';
import { eventually, settledDay } from './test-environment';
import { openTwoTenants, type TwoTenants } from './two-tenants';

jest.setTimeout(180_000);

/** Requests that a worker has under way at CXone at most (workers/queues.ts). */
const slots = 8;
const contactsPerDay = 200;
const dayMs = 86_400_000;

let environment: TwoTenants;
beforeAll(async () => {
  environment = await openTwoTenants({
    simulator: { loggedShare: 0, agents: 20 },
    small: { contactsPerDay },
    big: { contactsPerDay: 100 * contactsPerDay },
    tenant: { pageSize: 50, pagesInFlight: 8, recordings: false },
  });
});
afterAll(() => environment?.close());
beforeEach(() => environment.simulator.journal.clear());
afterEach(() => environment.simulator.setFaults([]));

let ranges = 0;
/** Ten days of the past that no other test reads. */
function tenDays() {
  const to = Date.parse(settledDay.from) - (ranges += 1) * 20 * dayMs;
  return { from: new Date(to - 10 * dayMs).toISOString(), to: new Date(to).toISOString() };
}

/** Requests that wait in the queue for a slot, as far as Temporal knows. */
async function waiting(): Promise<number> {
  const { stats } = await environment.client.workflowService.describeTaskQueue({
    namespace: environment.namespace,
    taskQueue: { name: taskQueues.api },
    taskQueueType: 2,
    reportStats: true,
  });
  return Number(stats?.approximateBacklogCount ?? 0);
}

/** Lets `big` backfill at full speed, more pages waiting than the worker has slots, while `work` runs. */
async function whileBigHammers(work: () => Promise<unknown>): Promise<void> {
  environment.simulator.setFaults([
    { name: 'slow', match: { tenant: 'big', family: 'contacts' }, args: { delayMs: 300 } },
  ]);
  const handle = await environment.backfill({ tenant: 'big', ...tenDays(), window: '6h', concurrency: 12 });
  try {
    await eventually('a queue', async () => expect(await waiting()).toBeGreaterThan(6 * slots), 120_000);
    await work();
    const { stage, remaining, running } = await handle.query<BackfillProgress>('progress');
    // Otherwise the test shows nothing.
    expect({ stage, busy: remaining + running > 4 }).toEqual({ stage: 'running', busy: true });
  } finally {
    await handle.executeUpdate('cancel');
    await handle.result().catch(() => undefined);
  }
}

/** How many requests of `big` came between the first and the last of `small`, and how many `small` had. */
function requestsDuringSmall(): { readonly ofBig: number; readonly ofSmall: number } {
  const asked = environment.asked();
  const isSmall = ({ tenant }: { readonly tenant?: string }): boolean => tenant === 'small';
  const between = asked.slice(asked.findIndex(isSmall), asked.findLastIndex(isSmall) + 1);
  const ofSmall = between.filter(isSmall).length;
  return { ofSmall, ofBig: between.length - ofSmall };
}

/** Each request of `small` waits for a slot, and none for the pages that `big` has waiting: at least twice as many. */
function expectTurns(): void {
  const { ofSmall, ofBig } = requestsDuringSmall();
  expect(ofSmall).toBeGreaterThan(8);
  expect(ofBig).toBeGreaterThan(0);
  expect(ofBig / ofSmall).toBeLessThan(3 * slots);
}

describe('a tenant beside one with a hundred times its volume', () => {
  it('has its live sync done after a bounded number of the other’s pages', async () => {
    await whileBigHammers(async () => {
      expect(await environment.tick('small')).toMatchObject({ status: 'complete' });
    });
    expectTurns();
  });

  it('takes turns with it also where both run a backfill', async () => {
    await whileBigHammers(async () => {
      const range = { from: settledDay.from, to: settledDay.to };
      const handle = await environment.backfill({ tenant: 'small', ...range, window: '12h', concurrency: 1 });
      expect(await handle.result()).toMatchObject({ status: 'complete', contacts: contactsPerDay });
    });
    expectTurns();
  });
});

const ofBig = { tenant: 'big', family: 'contacts' } as const;

describe('a tenant beside one whose requests fail', () => {
  it.each<readonly [string, FaultRule]>([
    ['for want of a permission', { name: 'forbidden', match: ofBig }],
    ['as its quota is used up', { name: 'tooManyRequests', match: ofBig, args: { retryAfter: 5 } }],
    ['as its key was taken away', { name: 'keyRevoked', match: { tenant: 'big' } }],
  ])('%s notices nothing of it', async (_why, fault) => {
    environment.simulator.setFaults([fault]);
    const handle = await environment.backfill({ tenant: 'big', ...tenDays(), window: '12h', concurrency: 8 });
    try {
      await eventually('refusals of big', async () => {
        const refused = environment.simulator.journal
          .entries({ tenant: 'big' })
          .filter(({ status }) => status > 400);
        expect(refused.length).toBeGreaterThan(0);
      });
      expect(await environment.tick('small')).toMatchObject({ status: 'complete' });
      expect(
        environment.simulator.journal.entries({ tenant: 'small' }).filter(({ status }) => status > 204),
      ).toEqual([]);
      const { complete } = await handle.query<BackfillProgress>('progress');
      expect(complete).toBe(0);
    } finally {
      await handle.executeUpdate('cancel').catch(() => undefined);
      await handle.result().catch(() => undefined);
    }
  });
});
