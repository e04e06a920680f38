import { createLiveActivities } from '../../../../activities/live/live';
import type { ClockReading, FilterChange, OpenGap, SetBackOptions } from '../../../../store';
import type { UpdatedPageRequest } from '../../../../cxone';
import type { TenantTuning } from '../../../../activities/tenants';
import type { RunState } from '../../../../activities/backfill';
import { acme, fakeStore, run } from '../fakes';

const cxoneClock = '2026-11-20T12:00:00.000Z';
const dayMs = 86_400_000;

interface GivenGaps {
  readonly open: readonly OpenGap[];
  readonly run?: Partial<RunState>;
  /** Another run was faster. */
  readonly taken?: boolean;
}

function environment(
  mark: string | null,
  changes: Partial<TenantTuning> = {},
  lastPollTime: string | null = cxoneClock,
  header: Date | null = null,
  gaps: GivenGaps = { open: [] },
  clocks: { readonly latest?: Date; readonly date?: Date } = {},
) {
  const readings: ClockReading[] = [];
  const setBacks: SetBackOptions[] = [];
  const asked: UpdatedPageRequest[] = [];
  const begun: string[] = [];
  const noted: string[] = [];
  const adopted: FilterChange[] = [];
  const found: object[] = [];
  const note = (what: string, { from }: { readonly from: Date }) =>
    void noted.push(`${what} ${from.toISOString()}`);
  const activities = createLiveActivities({
    store: fakeStore({
      clocks: {
        async note(_tenant, reading) {
          readings.push(reading);
          return clocks.latest ?? null;
        },
        async setBack(options) {
          setBacks.push(options);
          return null;
        },
      },
      watermarks: {
        async begin(_tenant, _stream, value) {
          begun.push(value.toISOString());
          return mark === null ? value : new Date(mark);
        },
        async moveOver(stream, windowId, attempt) {
          noted.push(`moved ${stream} ${windowId} ${attempt}`);
          return true;
        },
      },
      filters: {
        async adopt(change) {
          adopted.push(change);
          return 'same';
        },
      },
      gaps: {
        settle: async () => undefined,
        open: async () => gaps.open,
        async found(_tenant, gap) {
          note('found', gap);
          found.push(gap);
        },
        hasten: async (_tenant, reason) => void noted.push(`hastened ${reason}`),
        giveUp: async (_tenant, gap) => note('given up', gap),
        takeOn: async (_tenant, _gap, range) => note('taken on', range),
        async begin(_tenant, gap) {
          note('begun', gap);
          return gaps.taken !== true;
        },
      },
    }),
    inspectBackfill: async (_tenant, range) => {
      note('asked', range);
      return { status: 'failed', contacts: 0, recordings: 0, ...gaps.run };
    },
    tenants: acme(
      {
        async updatedPage(request) {
          asked.push(request);
          return {
            body: Buffer.alloc(0),
            records: [],
            totalRecords: null,
            lastPollTime,
            firstStart: null,
            lastStart: null,
            lastUpdate: null,
            clock: clocks.date ?? (lastPollTime === null ? header : null),
          };
        },
      },
      changes,
    ),
    now: () => Date.parse('2026-11-20T11:50:00.000Z'),
  });
  return {
    plan: () => run(activities, 'planIncrement', { tenant: 'acme' }),
    lookAtGap: (from: Date, to: Date) =>
      run(activities, 'lookAtGap', { tenant: 'acme', from: from.toISOString(), to: to.toISOString() }),
    readings,
    setBacks,
    move: (tooManyRejected?: boolean) =>
      run(activities, 'moveWatermark', {
        tenant: 'acme',
        windowId: '7',
        attempt: 2,
        from: '2026-11-20T11:25:00.000Z',
        to: cxoneClock,
        ...(tooManyRejected && { tooManyRejected }),
      }),
    readRejectedAgain: () => run(activities, 'readRejectedAgain', { tenant: 'acme' }),
    asked,
    begun,
    noted,
    adopted,
    found,
  };
}

describe('what the live sync reads next', () => {
  it('is what changed since the watermark less the overlap, up to CXone’s clock', async () => {
    const { plan, asked } = environment('2026-11-20T11:55:00.000Z');
    expect(await plan()).toEqual({
      from: '2026-11-20T11:25:00.000Z',
      to: cxoneClock,
      gap: null,
      recordings: true,
    });
    expect(asked).toHaveLength(1);
  });

  it('begins a day back for a tenant without a watermark, and remembers that', async () => {
    const { plan, begun } = environment(null, { overlapMinutes: 0 });
    expect(await plan()).toMatchObject({ from: '2026-11-19T12:00:00.000Z', gap: null });
    expect(begun).toEqual(['2026-11-19T12:00:00.000Z']);
  });

  it('goes by the clock of HTTP’s header where an answer has no rows', async () => {
    const { plan } = environment('2026-11-20T11:00:00.000Z', {}, null, new Date('2026-11-20T12:00:01Z'));
    expect(await plan()).toMatchObject({ to: '2026-11-20T12:00:01.000Z' });
  });

  it('goes by our own clock, a minute early, where CXone gives none', async () => {
    const { plan } = environment('2026-11-20T11:00:00.000Z', {}, null);
    expect(await plan()).toMatchObject({ to: '2026-11-20T11:49:00.000Z' });
  });

  it.each([
    ['three hours ahead', '2026-11-20T15:00:00.000Z'],
    ['of 2031', '2031-01-02T00:00:00.000Z'],
  ])('ends at the header’s clock where CXone’s word is %s, and begins no backfill', async (_what, word) => {
    const date = new Date('2026-11-20T11:50:02Z');
    const { plan, readings, setBacks } = environment(
      '2026-11-20T11:45:00.000Z',
      {},
      word,
      null,
      { open: [] },
      { date },
    );
    expect(await plan()).toMatchObject({
      from: '2026-11-20T11:15:00.000Z',
      to: '2026-11-20T11:50:02.000Z',
      gap: null,
    });
    expect(readings).toEqual([
      {
        lastPollTime: new Date(word),
        dateHeader: date,
        ownClock: new Date('2026-11-20T11:50:00.000Z'),
        clock: new Date('2026-11-20T11:50:02.000Z'),
      },
    ]);
    expect(setBacks).toMatchObject([
      { tenant: 'acme', stream: 'contacts', clock: readings[0]?.clock, lookBackDays: 30 },
    ]);
  });

  it('ends a quarter of an hour after our own clock at most', async () => {
    const { plan } = environment('2026-11-20T11:45:00.000Z', {}, '2026-11-20T15:00:00.000Z');
    expect(await plan()).toMatchObject({ to: '2026-11-20T12:05:00.000Z' });
  });

  it('sets no watermark back by a clock that has lost more than the look-back', async () => {
    const lost = '1999-12-31T00:00:00.000Z';
    const { plan, setBacks } = environment(
      '2026-11-20T11:45:00.000Z',
      {},
      lost,
      null,
      { open: [] },
      {
        latest: new Date('2026-11-20T11:40:00Z'),
      },
    );
    const { from, to, gap } = await plan();
    expect([to, gap]).toEqual([lost, null]);
    expect(Date.parse(from)).toBeLessThan(Date.parse(to));
    expect(setBacks).toEqual([]);
  });

  it('is read under the tenant’s filter of now, to which the watermark’s is compared by CXone’s clock', async () => {
    const { plan, adopted } = environment('2026-11-20T11:55:00.000Z', {
      skillIds: [102, 101],
      rereadDays: 0,
    });
    await plan();
    expect(adopted).toMatchObject([
      {
        tenant: 'acme',
        stream: 'contacts',
        filter: { skillIds: [102, 101], campaignIds: [], mediaTypeIds: [] },
        clock: new Date(cxoneClock),
        changesForDays: 3,
        lookBackDays: 30,
      },
    ]);
  });

  it('is a window of its own also when the watermark is ahead of CXone’s clock', async () => {
    const { from, to } = await environment('2026-11-20T13:00:00.000Z').plan();
    expect(Date.parse(from)).toBeLessThan(Date.parse(to));
  });

  it.each([
    ['29 days', 29, false],
    ['30 days and more', 31, true],
    ['a year', 365, true],
  ])('after a pause of %s leaves no time unread', async (_what, days, hasGap) => {
    const mark = Date.parse(cxoneClock) - days * dayMs;
    const { from, to, gap } = await environment(new Date(mark).toISOString()).plan();
    expect(gap !== null).toBe(hasGap);
    const begin = gap === null ? from : gap.from;
    expect(Date.parse(begin)).toBeLessThanOrEqual(mark - 30 * 60_000);
    // What is asked by update lies within what CXone can answer, and joins what is read by start.
    expect(Date.parse(to) - Date.parse(from)).toBeLessThanOrEqual(30 * dayMs);
    if (gap) expect(Date.parse(gap.to)).toBeGreaterThanOrEqual(Date.parse(from));
    // A contact may change for days after it started: the gap begins that much earlier.
    if (gap) expect(Date.parse(gap.from)).toBe(mark - 30 * 60_000 - 3 * dayMs);
  });
});

describe('a gap that its backfill has not filled', () => {
  const from = new Date('2026-09-01T00:00:00.000Z');
  const missing = { from: new Date('2026-09-05T00:00:00.000Z'), to: new Date('2026-09-06T00:00:00.000Z') };
  const begun = { from: new Date('2026-09-02T00:00:00.000Z'), to: missing.to, at: new Date(cxoneClock) };
  const gap: OpenGap = {
    reason: 'away',
    waits: false,
    from,
    to: missing.to,
    missing,
    begun,
    due: true,
    givenUp: false,
  };
  const plan = (given: GivenGaps, mark = '2026-11-20T11:55:00.000Z') => {
    const { plan: ask, noted } = environment(mark, {}, cxoneClock, null, given);
    return ask().then(({ again }) => ({ again, noted }));
  };
  const asked = 'asked 2026-09-02T00:00:00.000Z';

  it.each([
    ['ended with windows that failed', { status: 'failed' }],
    ['is not known to Temporal any more', { status: 'gone' }],
    ['ended, though an operator skipped a window', { status: 'complete' }],
  ] as const)('is begun again where that %s, for what is missing', async (_what, ended) => {
    expect(await plan({ open: [gap], run: ended })).toEqual({
      again: { from: missing.from.toISOString(), to: missing.to.toISOString() },
      noted: [asked, `begun ${from.toISOString()}`],
    });
  });

  it.each(['running', 'parked'] as const)('is left alone while that is %s', async (status) => {
    expect(await plan({ open: [gap], run: { status } })).toEqual({ again: undefined, noted: [asked] });
  });

  it.each(['Cancelled', 'Terminated'] as const)('is left to a person who ended it (%s)', async (code) => {
    const planned = await plan({ open: [gap], run: { status: 'failed', code } });
    expect(planned).toEqual({ again: undefined, noted: [asked, `given up ${from.toISOString()}`] });
    expect(await plan({ open: [{ ...gap, givenUp: true }] })).toEqual({ again: undefined, noted: [] });
  });

  it('costs no look at Temporal before a day has passed, and is not started twice', async () => {
    expect(await plan({ open: [{ ...gap, due: false }] })).toEqual({ again: undefined, noted: [] });
    expect(await plan({ open: [gap], taken: true })).toMatchObject({ again: undefined });
  });

  it('is noted when it is found, before anything reads it', async () => {
    const { again, noted } = await plan({ open: [gap] }, '2026-09-20T00:00:00.000Z');
    expect(again).toBeUndefined();
    expect(noted).toEqual(['found 2026-09-16T23:30:00.000Z']);
  });

  it('is begun at the first look where nothing was begun for it, without a question to Temporal', async () => {
    expect(await plan({ open: [{ ...gap, reason: 'filter', begun: null }] })).toEqual({
      again: { from: missing.from.toISOString(), to: missing.to.toISOString() },
      noted: [`begun ${from.toISOString()}`],
    });
  });

  it('waits for another one for which nothing was begun yet', async () => {
    const later = { ...gap, from: new Date('2026-09-03T00:00:00.000Z'), begun: null };
    expect((await plan({ open: [gap, later] })).noted).toEqual([`begun ${later.from.toISOString()}`]);
  });

  describe('and about which a person decides', () => {
    const waiting: OpenGap = { ...gap, reason: 'filter', waits: true };
    const ask = async (given: GivenGaps) => {
      const { plan: asks, noted } = environment('2026-11-20T11:55:00.000Z', {}, cxoneClock, null, given);
      return { ...(await asks()), noted };
    };

    it('is asked about as a whole, and not begun', async () => {
      for (const open of [{ ...waiting, begun: null }, waiting]) {
        const planned = await ask({ open: [open] });
        expect(planned.again).toBeUndefined();
        expect(planned.ask).toEqual({ from: from.toISOString(), to: missing.to.toISOString() });
        expect(planned.noted).toContain(`begun ${from.toISOString()}`);
      }
    });

    it('is kept going like any other once a person has begun its backfill', async () => {
      const planned = await ask({ open: [waiting], run: { status: 'running' } });
      expect([planned.ask, planned.again]).toEqual([undefined, undefined]);
      expect(planned.noted).toContain('taken on 2026-09-02T00:00:00.000Z');
    });

    it('is said to be missing until its backfill is under way, or it is read', async () => {
      const look = async (given: GivenGaps, end = missing.to) => {
        const { lookAtGap, noted } = environment(null, {}, cxoneClock, null, given);
        return { unread: await lookAtGap(from, end), noted };
      };
      const span = { from: missing.from.toISOString(), to: missing.to.toISOString() };
      expect(await look({ open: [waiting] })).toMatchObject({ unread: span });
      expect(await look({ open: [] })).toMatchObject({ unread: null });
      expect(await look({ open: [gap] })).toMatchObject({ unread: null });
      expect(await look({ open: [waiting] }, from)).toMatchObject({ unread: null });
      const running = await look({ open: [waiting], run: { status: 'parked' } });
      expect(running.unread).toBeNull();
      expect(running.noted).toContain('taken on 2026-09-02T00:00:00.000Z');
    });
  });
});

describe('the watermark', () => {
  const rejected = { reason: 'rejected', to: new Date(cxoneClock) };
  const gapFrom = (day: string): OpenGap => {
    const [from, to] = [new Date(day), new Date('2026-11-20T11:55:00.000Z')];
    return {
      ...{ reason: 'rejected', waits: false, from, to, missing: { from, to }, begun: null },
      ...{ due: false, givenUp: false },
    };
  };

  it('moves over a window without more', async () => {
    const { move, noted } = environment(null);
    await move();
    expect(noted).toEqual(['moved contacts 7 2']);
  });

  it('moves over a window of which too much was rejected once its time is noted, with the days in which contacts change', async () => {
    const { move, noted, found } = environment(null, { rereadDays: 5 });
    await move(true);
    expect(noted).toEqual(['found 2026-11-15T11:25:00.000Z', 'moved contacts 7 2']);
    expect(found).toEqual([{ ...rejected, from: new Date('2026-11-15T11:25:00.000Z') }]);
  });

  it('leaves one gap behind it, however many such windows it moves over', async () => {
    const earlier = gapFrom('2026-11-16T00:00:00.000Z');
    const away: OpenGap = { ...gapFrom('2026-01-01T00:00:00.000Z'), reason: 'away' };
    const { move, found } = environment(null, {}, cxoneClock, null, { open: [away, earlier] });
    await move(true);
    expect(found).toEqual([{ ...rejected, from: earlier.from }]);
  });

  it('has such gaps read at the next tick once an operator let pass what was rejected', async () => {
    const { readRejectedAgain, noted } = environment(null);
    await readRejectedAgain();
    expect(noted).toEqual(['hastened rejected']);
  });
});
