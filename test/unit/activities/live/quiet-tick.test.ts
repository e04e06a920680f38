import { createLiveActivities } from '../../../../activities/live/live';
import type { TenantTuning } from '../../../../activities/tenants';
import { CxoneError, type UpdatedPage, type UpdatedPageRequest } from '../../../../cxone';
import { StoreError } from '../../../../store';
import { acme, fakeStore, run } from '../fakes';

const clock = '2026-11-20T12:00:00.000Z';
const from = '2026-11-20T11:25:00.000Z';

interface Situation {
  /** Records of the look; each is a contact that is stored just so, unless `holds` says otherwise. */
  readonly records?: readonly unknown[];
  readonly page?: Partial<UpdatedPage>;
  readonly holds?: boolean;
  /** The watermark may move. */
  readonly moves?: boolean;
  readonly due?: readonly string[];
  readonly unlikely?: readonly string[];
  readonly tuning?: Partial<TenantTuning>;
  /** What the look throws. */
  readonly error?: Error;
  /** What the sweep's preparation throws. */
  readonly trouble?: Error;
}

const contacts = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    contactId: n + 1,
    masterContactId: n + 1,
    contactStartDate: '2026-11-20T11:20:00.000Z',
    lastUpdateTime: '2026-11-20T11:30:00.000Z',
  }));

/** Plans a tick whose overlap begins at `from`; the first request asks for the clock, those after it look. */
async function plan(
  {
    records = [],
    page = {},
    holds = true,
    moves = true,
    due = [],
    unlikely = [],
    tuning = {},
    error,
    trouble,
  }: Situation,
  looks = true,
) {
  const asked: UpdatedPageRequest[] = [];
  const lines: object[] = [];
  const activities = createLiveActivities({
    store: fakeStore({
      clocks: { note: async () => null, setBack: async () => null },
      watermarks: { begin: async () => new Date('2026-11-20T11:55:00.000Z') },
      filters: { adopt: async () => 'same' },
      gaps: { settle: async () => undefined, open: async () => [] },
      contacts: { holds: async () => holds },
      windows: {
        async closeQuiet(window) {
          lines.push(window);
          return moves;
        },
      },
      recordings: {
        async catchUp() {
          if (trouble) throw trouble;
          return { older: 0, listed: 0, notLogged: 0, more: false };
        },
        isTimeToSettle: async () => false,
        dueOfTenant: async () => [...due],
        unlikelyOfTenant: async () => [...unlikely],
      },
    }),
    inspectBackfill: async () => ({ status: 'failed', contacts: 0, recordings: 0 }),
    tenants: acme(
      {
        async updatedPage(request) {
          asked.push(request);
          if (asked.length > 1 && error) throw error;
          return {
            ...{ body: Buffer.alloc(0), records: asked.length > 1 ? records : [], totalRecords: null },
            ...{ lastPollTime: clock, firstStart: null, lastStart: null, lastUpdate: null, clock: null },
            ...(asked.length > 1 && page),
          };
        },
      },
      tuning,
    ),
    now: () => Date.parse('2026-11-20T12:00:01.000Z'),
  });
  const increment = await run(activities, 'planIncrement', { tenant: 'acme', ...(looks && { looks }) });
  return { increment, asked: asked.slice(1), lines };
}

const filter = { skillIds: [], campaignIds: [], mediaTypeIds: [] };

describe('a tick that finds nothing new', () => {
  it('is closed at once, where CXone shows nothing since the watermark and its overlap', async () => {
    const { increment, asked, lines } = await plan({ tuning: { lookupRefreshHours: 6 } });
    expect(increment).toMatchObject({ from, to: clock, quiet: { unchanged: 0, sweep: false } });
    expect(asked).toEqual([{ since: new Date(from), filter: {}, skip: 0, top: 50 }]);
    const span = { from: new Date(from), to: new Date(clock) };
    const line = { tenant: 'acme', ...span, by: 'update', filter, unchanged: 0, refreshHours: 6 };
    expect(lines).toEqual([line]);
  });

  it('is closed as well where all that CXone shows is stored', async () => {
    const { increment } = await plan({ records: contacts(24), page: { totalRecords: 24 } });
    expect(increment).toMatchObject({ quiet: { unchanged: 24 } });
  });

  it('ends at the clock of the slowest answer', async () => {
    const lastPollTime = '2026-11-20T11:58:00.000Z';
    const { increment, lines } = await plan({ page: { lastPollTime } });
    expect(increment).toMatchObject({ to: lastPollTime, quiet: {} });
    expect(lines).toMatchObject([{ to: new Date(lastPollTime) }]);
  });

  it('looks once for each pass of the filter', async () => {
    const { increment, asked } = await plan({ tuning: { skillIds: [7, 3] }, records: contacts(2) });
    expect(asked.map((request) => request.filter)).toEqual([{ skillId: 7 }, { skillId: 3 }]);
    expect(increment).toMatchObject({ quiet: { unchanged: 4 } });
  });

  it.each([
    ['a recording is due', { due: ['1'] }, true],
    ['a call that probably has nothing may be asked about', { unlikely: ['1'] }, true],
    ['the database does not say', { trouble: new StoreError('DatabaseUnavailable', 'No.') }, true],
    ['nothing is due', {}, false],
    ['the tenant wants no recordings', { due: ['1'], tuning: { recordings: false } }, false],
    [
      'only logged calls are asked about',
      { unlikely: ['1'], tuning: { recordedCalls: 'logged' as const } },
      false,
    ],
  ])('says whether a sweep has something to do: %s', async (_what, situation, sweep) => {
    expect((await plan(situation)).increment).toMatchObject({ quiet: { sweep } });
  });
});

describe('a tick is left to a window', () => {
  it.each<[string, Situation, number]>([
    ['a contact is not stored as CXone shows it', { records: contacts(3), holds: false }, 1],
    ['a record would be rejected', { records: [{ contactId: 'none' }] }, 1],
    ['CXone shows as many rows as a page may be cut to', { records: contacts(25) }, 1],
    ['CXone counts more than it shows', { records: contacts(3), page: { totalRecords: 4 } }, 1],
    ['CXone counts fewer than it shows', { records: contacts(3), page: { totalRecords: 2 } }, 1],
    ['another page is linked', { records: contacts(3), page: { hasNext: true } }, 1],
    ['the filter has more than four passes', { tuning: { skillIds: [1, 2, 3, 4, 5] } }, 0],
    ['a clock lies before the overlap', { page: { lastPollTime: from } }, 1],
    ['the watermark may not move', { moves: false }, 1],
    ['the tenant wants smaller pages than a look', { tuning: { pageSize: 49 } }, 0],
    ['the next overlap does not reach back to the watermark', { tuning: { overlapMinutes: 4 } }, 0],
    ['CXone fails', { error: new CxoneError('QuotaExhausted', 'No.') }, 1],
  ])('where %s', async (_what, situation, looks) => {
    const { increment, asked } = await plan(situation);
    expect(increment).not.toHaveProperty('quiet');
    expect(increment).toMatchObject({ to: clock });
    expect(asked).toHaveLength(looks);
  });

  it('where the run began with an earlier release, which asks for no look', async () => {
    const { increment, asked } = await plan({}, false);
    expect([increment.quiet, asked]).toEqual([undefined, []]);
  });
});
