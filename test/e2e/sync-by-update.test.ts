import type { FaultRule } from '../../simulator';
import { runCommand } from './run-command';
import { openTestEnvironment, settledNow, type Span, type TestEnvironment } from './test-environment';
import { type ApiRecord, differences, storedContacts, trueContacts } from './truth';

jest.setTimeout(180_000);

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const pageSize = 10;

/** CXone's clock, moved by the tests. */
let now = settledNow;
let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { clock: () => now, contactsPerDay: 2_000, agents: 30, loggedShare: 0.9 },
    tenant: { pageSize },
  });
  await environment.startWorker();
});
afterAll(() => environment?.close());
afterEach(() => environment.simulator.setFaults([]));

const ofContacts = { family: 'contacts' } as const;
const iso = (time: number): string => new Date(time).toISOString();

/** Runs `sync --by update` under faults. */
async function sync(span: Span, faults: readonly FaultRule[] = []) {
  environment.simulator.journal.clear();
  environment.simulator.setFaults(faults);
  const range = ['--from', span.from, '--to', span.to];
  const args = ['sync', '--tenant', 'acme', ...range, '--by', 'update', '--no-recordings', '--json'];
  const { status, stdout, stderr } = await runCommand(environment, args);
  environment.simulator.setFaults([]);
  return { status, stderr, report: stdout === '' ? {} : (JSON.parse(stdout) as Record<string, number>) };
}

/** What CXone holds now that was last updated in the span, by contact id. */
async function changedIn({ from, to }: Span): Promise<ReadonlyMap<string, ApiRecord>> {
  const all = await trueContacts(environment, { from: iso(Date.parse(from) - 72 * hourMs), to });
  const isWithin = ({ lastUpdateTime }: ApiRecord): boolean => {
    const stamp = Date.parse(String(lastUpdateTime));
    return stamp >= Date.parse(from) && stamp < Date.parse(to);
  };
  return new Map([...all].filter(([, record]) => isWithin(record)));
}

/** What was last updated in the span and is not stored in that state. */
async function wrongIn(span: Span, least = 50): Promise<string[]> {
  const stored = await storedContacts(environment, { from: '2025-03-01T00:00:00Z', to: iso(now + hourMs) });
  const changed = await changedIn(span);
  expect(changed.size).toBeGreaterThan(least);
  return [...changed].flatMap(([id, record]) =>
    differences(record, stored.get(id)).map((what) => `${id} ${what}`),
  );
}

/** The largest number of contacts of the span that share one stamp. */
async function largestGroup(span: Span): Promise<number> {
  const groups = new Map<unknown, number>();
  for (const { lastUpdateTime } of (await changedIn(span)).values()) {
    groups.set(lastUpdateTime, (groups.get(lastUpdateTime) ?? 0) + 1);
  }
  return Math.max(...groups.values());
}

/** Two hours of the past that no other test reads: busy ones, `hours` before noon. */
const hoursBack = (hours: number): Span => ({
  from: iso(settledNow - hours * hourMs),
  to: iso(settledNow - (hours - 2) * hourMs),
});

describe('cxone-sync sync --by update', () => {
  it('loses nothing though three rows change under its pages again and again, and ends with 0', async () => {
    const span = hoursBack(24);
    const changes: FaultRule = {
      name: 'updateRows',
      match: ofContacts,
      onCall: [2, 3, 5, 8],
      args: { count: 3 },
    };
    const { status, report } = await sync(span, [changes]);
    expect([status, report['status']]).toEqual([0, 'complete']);
    expect(await wrongIn(span)).toEqual([]);
    expect(report['fetched']).toBeGreaterThanOrEqual(report['expected'] ?? Infinity);

    // The changed rows have left the window; they are found where they are now.
    now += minuteMs;
    const later = { from: iso(settledNow - minuteMs), to: iso(now) };
    expect((await sync(later)).status).toBe(0);
    expect(await wrongIn(span)).toEqual([]);
    const moved = [...(await changedIn(later))].filter(
      ([, { contactStartDate }]) => String(contactStartDate) < span.to,
    );
    expect(moved.length).toBeGreaterThanOrEqual(3);
    expect(await wrongIn(later, 3)).toEqual([]);
  });

  it('loses nothing though contacts arrive late under old stamps, as long as it can count them', async () => {
    const span = hoursBack(28);
    const agoSeconds = (now - Date.parse(span.from)) / 1_000 - 600;
    const late: FaultRule = {
      name: 'insertLate',
      match: ofContacts,
      onCall: [4, 6],
      args: { count: 4, agoSeconds },
    };
    const { status, report } = await sync(span, [late]);
    expect(status).toBe(0);
    // Only the count showed that they were missing.
    expect(report['rereads']).toBeGreaterThan(0);
    expect(await wrongIn(span)).toEqual([]);
  });

  it('reads groups of equal stamps that are larger than its page', async () => {
    const span = hoursBack(20);
    expect(await largestGroup(span)).toBeGreaterThan(pageSize);
    expect((await sync(span)).status).toBe(0);
    expect(await wrongIn(span)).toEqual([]);
  });

  it.each<readonly [string, FaultRule, number]>([
    [
      'pages are smaller than asked',
      { name: 'smallPages', match: ofContacts, args: { top: 7, most: 60 } },
      32,
    ],
    ['pages come twice', { name: 'duplicatePage', match: ofContacts }, 36],
    ['large pages time out', { name: 'timeout408WhenTopOver', match: ofContacts, args: { top: 100 } }, 40],
    [
      'updatedSince is rounded down to the minute',
      { name: 'roundedSince', match: ofContacts, args: { seconds: 60 } },
      44,
    ],
    [
      'updatedSince is rounded down to the hour',
      { name: 'roundedSince', match: ofContacts, args: { seconds: 3_600 } },
      46,
    ],
    ['contacts are listed twice', { name: 'listedTwice', match: ofContacts, args: { every: 7 } }, 50],
    [
      'the total is capped',
      { name: 'smallTotal', match: ofContacts, args: { form: 'capped', count: 40 } },
      52,
    ],
    [
      'the total counts the page alone',
      { name: 'smallTotal', match: ofContacts, args: { form: 'pageOnly' } },
      54,
    ],
  ])('is complete where %s', async (_what, fault, hours) => {
    const span = hoursBack(hours);
    const { status } = await sync(span, [fault]);
    expect(status).toBe(0);
    expect(await wrongIn(span)).toEqual([]);
  });

  it('ends with 4 and the count it misses where CXone counts a contact that it does not show', async () => {
    const span = { from: iso(now - hourMs), to: iso(now) };
    const { status, stderr } = await sync(span, [
      { name: 'wrongTotal', match: ofContacts, args: { count: 1 } },
    ]);
    expect([status, stderr]).toEqual([4, expect.stringContaining('CountMismatch')]);
    const [line] = await environment.query(
      `select status, error_code from cxone.sync_window where window_start = $1 and window_end = $2`,
      [span.from, span.to],
    );
    expect(line).toEqual({ status: 'failed', error_code: 'CountMismatch' });
    expect((await sync(span)).status).toBe(0);
    expect(await wrongIn(span)).toEqual([]);
  });
});
