import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '../../simulator';
import {
  eventually,
  openTestEnvironment,
  reportOf,
  settledDay as day,
  type TestEnvironment,
  type TestWorker,
} from './test-environment';
import { compareIds, filesBelow, nothingDiffers, storedContacts, trueContacts } from './truth';

const contactsPerDay = 4_000;
const pagesInFlight = 4;
const recordingsInFlight = 4;

let environment: TestEnvironment;
beforeEach(async () => {
  environment = await openTestEnvironment({
    simulator: {
      contactsPerDay,
      // Pages are slow, so that some are under way whenever the worker ends.
      faults: [{ name: 'slow', match: { family: 'contacts' }, args: { delayMs: 250 } }],
      loggedShare: 0.1,
      // Large enough to be cut off half way.
      mediaBytes: { min: 4_000_000, max: 8_000_000 },
    },
    tenant: { pageSize: 100, pagesInFlight, recordingsInFlight },
  });
});
afterEach(() => environment?.close());

const pages = (): JournalEntry[] =>
  environment.simulator.journal
    .entries({ family: 'contacts' })
    .filter(({ query }) => Number(query['top']) > 2);

/** The queries that had been asked before. */
function repeated(): readonly string[] {
  const asked = pages().map(({ query }) => JSON.stringify(query));
  return asked.filter((query, index) => asked.indexOf(query) !== index);
}

const requestsSeen = (count: number) =>
  eventually(`${count} page requests`, async () => {
    if (pages().length < count) throw new Error(`${pages().length} so far`);
  });

/** Runs the day, ends the worker by `end` in the middle, starts another one and waits for the run's end. */
async function interrupt(end: (worker: TestWorker) => Promise<unknown>) {
  const worker = await environment.startWorker();
  const handle = await environment.start({ ...day, recordings: false });
  await requestsSeen(12);
  await end(worker);
  const endedAt = Date.now();
  expect(pages().length).toBeLessThan(contactsPerDay / 100);
  await environment.startWorker();
  return { handle, endedAt, report: await handle.result() };
}

async function expectTheWholeDay() {
  const truth = await trueContacts(environment, day);
  const stored = await storedContacts(environment, day);
  expect(truth.size).toBe(contactsPerDay);
  expect(compareIds(truth.keys(), stored.keys())).toEqual(nothingDiffers);
}

describe('a worker that is killed in the middle of a window', () => {
  it('is noticed within 30 s, and another one goes on: only pages in flight are asked for again', async () => {
    // The pages after the twelfth are held for long, so that the worker dies with all of them under way.
    const held = { name: 'slow', match: { family: 'contacts' } } as const;
    environment.simulator.setFaults([
      { ...held, args: { delayMs: 250 } },
      { ...held, onCall: [13, 14, 15, 16], args: { delayMs: 20_000 } },
    ]);
    const { handle, endedAt, report } = await interrupt(async (worker) => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      process.kill(-(worker.pid ?? 0), 'SIGKILL');
      expect(await worker.exited).toMatchObject({ signal: 'SIGKILL' });
    });
    expect(report).toMatchObject({ status: 'complete', expected: contactsPerDay, fetched: contactsPerDay });
    expect(repeated().length).toBeLessThanOrEqual(pagesInFlight);
    await expectTheWholeDay();

    const { events } = await handle.fetchHistory();
    const secondAttempts = (events ?? []).filter(
      ({ activityTaskStartedEventAttributes: started }) => (started?.attempt ?? 1) > 1,
    );
    expect(secondAttempts.length).toBeGreaterThan(0);
    for (const { eventTime } of secondAttempts) {
      expect(Number(eventTime?.seconds) * 1_000 - endedAt).toBeLessThan(30_000);
    }
    expect(await environment.query('select attempt, status from cxone.sync_window')).toEqual([
      { attempt: 1, status: 'complete' },
    ]);
  });
});

describe('a worker that is frozen in the middle of a window, beside a healthy one', () => {
  it('does not hold the run up for a minute, and nothing is missing', async () => {
    const frozen = await environment.startWorker();
    await environment.startWorker();
    const handle = await environment.start({ ...day, recordings: false });
    await requestsSeen(12);
    process.kill(-(frozen.pid ?? 0), 'SIGSTOP');
    try {
      const run = { over: false };
      const end = handle.result().finally(() => (run.over = true));
      let [seen, seenAt, longestGap] = [pages().length, Date.now(), 0];
      while (!run.over) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        longestGap = Math.max(longestGap, Date.now() - seenAt);
        if (pages().length > seen) [seen, seenAt] = [pages().length, Date.now()];
      }
      expect(await end).toMatchObject({ status: 'complete', fetched: contactsPerDay });
      expect(longestGap).toBeLessThan(60_000);
      process.stdout.write(`frozen worker: the longest time without a page was ${longestGap} ms\n`);
      await expectTheWholeDay();
    } finally {
      process.kill(-(frozen.pid ?? 0), 'SIGKILL');
    }
  });
});

describe('a worker that is asked to stop in the middle of a window', () => {
  it('finishes what it has in hand, and another one goes on: nothing is asked for again', async () => {
    const { report } = await interrupt(async (worker) => {
      const exit = await worker.stop();
      expect(exit).toEqual({ code: 0, signal: null });
      expect(worker.log()).toContain('the worker has stopped');
    });
    expect(report).toMatchObject({ status: 'complete', expected: contactsPerDay, fetched: contactsPerDay });
    expect(repeated()).toEqual([]);
    await expectTheWholeDay();
  });
});

describe('a worker that is killed while it downloads recordings', () => {
  it('leaves whole files only, and another one fetches what is missing', async () => {
    const span = { ...day, skillIds: [4_501] };
    const filter = { from: Date.parse(day.from), to: Date.parse(day.to), skillIds: span.skillIds };
    const { recordings = [] } = environment.simulator.truth({ ...filter, recordings: true });
    const files = () => environment.simulator.journal.count({ family: 'file' });
    expect(recordings.length).toBeGreaterThan(3 * recordingsInFlight);

    const worker = await environment.startWorker();
    const handle = await environment.start(span);
    await eventually('downloads', async () => {
      if (files() < recordingsInFlight) throw new Error('not yet');
    });
    process.kill(-(worker.pid ?? 0), 'SIGKILL');
    await worker.exited;
    await environment.startWorker();
    expect((await handle.result()).recordings).toMatchObject({ stored: recordings.length, failed: 0 });
    expect(files()).toBeLessThanOrEqual(recordings.length + recordingsInFlight);
    const stored = [...filesBelow(environment.recordingsFolder)].filter(([path]) => path.endsWith('.mp4'));
    expect(
      compareIds(
        recordings.map(({ bytes, sha256 }) => `${bytes} ${sha256}`),
        stored.map(([, { bytes, sha256 }]) => `${bytes} ${sha256}`),
      ),
    ).toEqual(nothingDiffers);
    await expectHalvesGo();
  });

  /** What the dead worker had begun lies apart; once no process can still write it, the next download removes it. */
  async function expectHalvesGo(): Promise<void> {
    const halves = () =>
      [...filesBelow(environment.recordingsFolder).keys()].filter((path) => !path.endsWith('.mp4'));
    const anHourAgo = new Date(Date.now() - 3_600_000);
    for (const path of halves()) {
      expect(path).toMatch(/^\.incoming\//);
      utimesSync(join(environment.recordingsFolder, path), anHourAgo, anHourAgo);
    }
    const { recordings } = reportOf(await environment.sync({ ...day, skillIds: [4_506] }));
    expect(recordings.stored).toBeGreaterThan(0);
    expect(halves()).toEqual([]);
  }
});

describe('a database that ends all connections in the middle of a window', () => {
  it('costs no contact, and at most the pages in flight', async () => {
    await environment.startWorker();
    const handle = await environment.start({ ...day, recordings: false });
    for (const seen of [8, 16]) {
      await requestsSeen(seen);
      await environment.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'cxone-sync worker' and datname = current_database()`,
      );
    }
    expect(await handle.result()).toMatchObject({ status: 'complete', fetched: contactsPerDay });
    // A page whose landing was cut off is the only kind that has to be asked for again.
    expect(repeated().length).toBeLessThanOrEqual(2 * pagesInFlight);
    await expectTheWholeDay();
  });
});
