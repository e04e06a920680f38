import type { WindowReport } from '../../activities/types';
import { taskQueues } from '../../workflows/task-queues';
import type { StatusReport, TenantStatus } from '../../client/status/status-report';
import { runCommand } from './run-command';
import { eventually, openTestEnvironment, type TestEnvironment } from './test-environment';
import { differences, storedContacts, trueContacts } from './truth';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const begin = Date.parse('2025-03-20T10:00:00Z');

/** CXone's clock, moved by the tests. */
let now = begin;
let environment: TestEnvironment;

beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: {
      clock: () => now,
      contactsPerDay: 3_000,
      agents: 40,
      loggedShare: 0.05,
      recordingDelaySeconds: 60,
    },
    tenant: { pageSize: 100, overlapMinutes: 30, recordingGiveUpHours: 8_760 },
  });
  await environment.startWorker();
});
afterAll(() => environment?.close());
afterEach(() => environment.simulator.setFaults([]));

let ticks = 0;
const tick = (): Promise<WindowReport> =>
  environment.client.workflow.execute('incrementalSync', {
    taskQueue: taskQueues.workflows,
    workflowId: `incremental:acme-${(ticks += 1)}`,
    args: [{ tenant: 'acme' }],
  });

const watermark = async (): Promise<number> => {
  const [row] = await environment.query<{ value: Date }>(
    `select value from cxone.watermark where tenant = 'acme' and stream = 'contacts'`,
  );
  return row?.value.getTime() ?? 0;
};

/** What the source holds now that changed since `since`, and is not stored in that state. */
async function wrongSince(since: number): Promise<string[]> {
  const span = {
    from: new Date(begin - 72 * hourMs).toISOString(),
    to: new Date(now + hourMs).toISOString(),
  };
  const [truth, stored] = [await trueContacts(environment, span), await storedContacts(environment, span)];
  const changed = [...truth].filter(([, record]) => Date.parse(String(record['lastUpdateTime'])) >= since);
  expect(changed.length).toBeGreaterThan(100);
  return changed.flatMap(([id, record]) =>
    differences(record, stored.get(id)).map((what) => `${id} ${what}`),
  );
}

describe('the live sync of a tenant', () => {
  it('begins a day back, reads all that changed since, and sets its watermark by CXone’s clock', async () => {
    const report = await tick();
    expect(report.fetched).toBeGreaterThanOrEqual(report.expected ?? Infinity);
    expect(await watermark()).toBe(begin);
    expect(await wrongSince(begin - 24 * hourMs)).toEqual([]);
  });

  it('reads only the changes since its watermark, and the overlap', async () => {
    const before = environment.simulator.journal.count({ family: 'contacts' });
    now += 10 * minuteMs;
    const report = await tick();
    expect(report.fetched).toBeLessThan(1_000);
    expect(environment.simulator.journal.count({ family: 'contacts' }) - before).toBeLessThan(40);
    expect(await watermark()).toBe(now);
    expect(await wrongSince(begin - 24 * hourMs)).toEqual([]);
  });

  it('loses nothing while contacts change, arrive late with an old start, and are deleted under its pages', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      now += 7 * minuteMs;
      environment.simulator.setFaults([
        { name: 'updateRows', match: { family: 'contacts' }, onCall: [2, 3, 5], args: { count: 3 } },
        {
          name: 'insertLate',
          match: { family: 'contacts' },
          onCall: [3, 4],
          args: { count: 2, agoSeconds: 600 },
        },
      ]);
      await tick();
    }
    environment.simulator.setFaults([]);
    now += minuteMs;
    await tick();
    expect(await wrongSince(begin - 23 * hourMs)).toEqual([]);
  });

  it('fetches the recordings of new calls by a sweep of its own', async () => {
    const due = async (): Promise<number> => {
      const [row] = await environment.query<{ n: number }>(
        `select count(*)::int as n from cxone.recording where status = 'pending' and attempts = 0`,
      );
      return row?.n ?? -1;
    };
    await eventually('no recording waits for its first look', async () => {
      if ((await due()) > 0) throw new Error(`${await due()} wait`);
    });
    const [stored] = await environment.query<{ n: number }>(
      `select count(*)::int as n from cxone.recording where status = 'stored'`,
    );
    expect(stored?.n).toBeGreaterThan(10);
  });

  it('leaves its watermark where it was when it fails, and absorbs the missed time afterwards', async () => {
    const mark = await watermark();
    now += 20 * minuteMs;
    environment.simulator.setFaults([
      { name: 'forbidden', match: { family: 'contacts' }, onCall: [4, 5, 6, 7] },
    ]);
    await expect(tick()).rejects.toThrow();
    expect(await watermark()).toBe(mark);
    environment.simulator.setFaults([]);
    now += 20 * minuteMs;
    await tick();
    expect(await watermark()).toBe(now);
    expect(await wrongSince(mark - 30 * minuteMs)).toEqual([]);
  });
});

describe('a clock of CXone’s that is wrong', () => {
  const status = async (): Promise<Pick<TenantStatus, 'clock' | 'setBack'> | undefined> => {
    const { stdout } = await runCommand(environment, ['status', '--tenant', 'acme', '--json']);
    return (JSON.parse(stdout) as StatusReport).tenants[0];
  };

  it.each([
    ['three hours ahead', 10_800],
    ['of 2031', 180_000_000],
  ])('(%s) moves the watermark no further than the header says, and is named', async (_what, seconds) => {
    now += 5 * minuteMs;
    environment.simulator.setFaults([{ name: 'wrongPollTime', args: { seconds } }]);
    await tick();
    expect(await watermark()).toBe(now);
    expect((await status())?.clock).toMatchObject({ code: 'ClockImplausible' });
    const [gaps] = await environment.query<{ n: number }>('select count(*)::int as n from cxone.live_gap');
    expect(gaps?.n).toBe(0);
    now += 5 * minuteMs;
    environment.simulator.setFaults([]);
    await tick();
    expect(await watermark()).toBe(now);
    expect(await wrongSince(begin - 23 * hourMs)).toEqual([]);
  });

  it('(behind its header) makes windows shorter, tick after tick, and no tick fails', async () => {
    environment.simulator.setFaults([{ name: 'wrongPollTime', args: { seconds: -45 } }]);
    for (let turn = 0; turn < 2; turn += 1) {
      now += 5 * minuteMs;
      await tick();
      expect(await watermark()).toBe(now - 45_000);
    }
    const [line] = await environment.query<{ read_to: Date }>(
      `select read_to from cxone.sync_window where window_end = $1 and read_by = 'update'`,
      [new Date(now).toISOString()],
    );
    expect(line?.read_to).toEqual(new Date(now - 45_000));
    environment.simulator.setFaults([]);
    now += minuteMs;
    await tick();
    expect(await wrongSince(begin - 23 * hourMs)).toEqual([]);
  });

  it('that has poisoned a watermark is undone: it goes back to the end of the last window before it', async () => {
    const mark = await watermark();
    now += 10 * minuteMs;
    await environment.query(
      `update cxone.watermark set value = '2030-12-03T00:00:00Z' where tenant = 'acme' and stream = 'contacts'`,
    );
    await tick();
    expect(await watermark()).toBe(now);
    expect(await wrongSince(mark - 30 * minuteMs)).toEqual([]);
    expect((await status())?.setBack).toMatchObject({
      from: '2030-12-03T00:00:00Z',
      to: new Date(mark).toISOString().replace('.000Z', 'Z'),
    });
  });
});

describe('a tick in which nothing new is there', () => {
  it('is one run of two activities; its watermark and its line in the ledger are as after a window', async () => {
    now = Date.parse('2025-03-21T03:30:00Z');
    await tick();
    await eventually('the sweep has ended', async () => {
      const { status } = await environment.client.workflow.getHandle('sweep-recordings:acme').describe();
      if (status.name === 'RUNNING') throw new Error('it runs');
    });
    now += minuteMs;
    const requests = environment.simulator.journal.count({ family: 'contacts' });
    const { expected, fetched, ...report } = await tick();
    expect(report).toMatchObject({ status: 'complete', to: new Date(now).toISOString() });
    expect([expected, await watermark()]).toEqual([fetched, now]);
    expect(environment.simulator.journal.count({ family: 'contacts' })).toBe(requests + 2);
    const { events } = await environment.client.workflow
      .getHandle(`incremental:acme-${ticks}`)
      .fetchHistory();
    const started = events?.flatMap(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
    );
    expect(started).toEqual(['authenticate', 'planIncrement']);
    expect(events?.length).toBeLessThanOrEqual(20);
    const lines = await environment.query<object>(
      `select status, expected::int, fetched, unchanged, pages from cxone.sync_window where window_end = $1 and read_by = 'update'`,
      [new Date(now).toISOString()],
    );
    expect(lines).toEqual([{ status: 'complete', expected, fetched, unchanged: fetched, pages: 0 }]);
    expect(await wrongSince(begin - 23 * hourMs)).toEqual([]);
  });
});

describe('a window by update started by hand', () => {
  it('holds what changed in it, and moves the watermark only when it reaches back to it', async () => {
    const mark = await watermark();
    const window = {
      from: new Date(begin - 3 * hourMs).toISOString(),
      to: new Date(begin - hourMs).toISOString(),
      by: 'update' as const,
    };
    const end = await environment.sync(window);
    expect(end).toMatchObject({ ok: true, report: { status: 'complete' } });
    expect(await watermark()).toBe(mark);
  });

  it('does not move the watermark for a filter of its own', async () => {
    const mark = await watermark();
    now += 5 * minuteMs;
    const window = {
      from: new Date(mark - minuteMs).toISOString(),
      to: new Date(now).toISOString(),
      by: 'update' as const,
      mediaTypeIds: [4],
    };
    expect(await environment.sync(window)).toMatchObject({ ok: true });
    expect(await watermark()).toBe(mark);
  });
});
