import { createLiveActivities } from '../../../activities/live';
import type { UpdatedPageRequest } from '../../../cxone';
import type { TenantTuning } from '../../../activities/tenants';
import { acme, fakeStore, run } from './fakes';

const cxoneClock = '2026-11-20T12:00:00.000Z';
const dayMs = 86_400_000;

function stand(
  mark: string | null,
  changes: Partial<TenantTuning> = {},
  lastPollTime: string | null = cxoneClock,
  header: Date | null = null,
) {
  const asked: UpdatedPageRequest[] = [];
  const begun: string[] = [];
  const activities = createLiveActivities({
    store: fakeStore({
      watermarks: {
        async begin(_tenant, _stream, value) {
          begun.push(value.toISOString());
          return mark === null ? value : new Date(mark);
        },
      },
    }),
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
            clock: lastPollTime === null ? header : null,
          };
        },
      },
      changes,
    ),
    now: () => Date.parse('2026-11-20T11:50:00.000Z'),
  });
  return { plan: () => run(activities, 'planIncrement', { tenant: 'acme' }), asked, begun };
}

describe('what the live sync reads next', () => {
  it('is what changed since the watermark less the overlap, up to CXone’s clock', async () => {
    const { plan, asked } = stand('2026-11-20T11:55:00.000Z');
    expect(await plan()).toEqual({
      from: '2026-11-20T11:25:00.000Z',
      to: cxoneClock,
      gap: null,
      recordings: true,
    });
    expect(asked).toHaveLength(1);
  });

  it('begins a day back for a tenant without a watermark, and remembers that', async () => {
    const { plan, begun } = stand(null, { overlapMinutes: 0 });
    expect(await plan()).toMatchObject({ from: '2026-11-19T12:00:00.000Z', gap: null });
    expect(begun).toEqual(['2026-11-19T12:00:00.000Z']);
  });

  it('goes by the clock of HTTP’s header where an answer has no rows', async () => {
    const { plan } = stand('2026-11-20T11:00:00.000Z', {}, null, new Date('2026-11-20T12:00:01Z'));
    expect(await plan()).toMatchObject({ to: '2026-11-20T12:00:01.000Z' });
  });

  it('goes by our own clock, a minute early, where CXone tells none', async () => {
    const { plan } = stand('2026-11-20T11:00:00.000Z', {}, null);
    expect(await plan()).toMatchObject({ to: '2026-11-20T11:49:00.000Z' });
  });

  it('is a window of its own also when the watermark is ahead of CXone’s clock', async () => {
    const { from, to } = await stand('2026-11-20T13:00:00.000Z').plan();
    expect(Date.parse(from)).toBeLessThan(Date.parse(to));
  });

  it.each([
    ['29 days', 29, false],
    ['30 days and more', 31, true],
    ['a year', 365, true],
  ])('after a pause of %s leaves no time unread', async (_what, days, hasGap) => {
    const mark = Date.parse(cxoneClock) - days * dayMs;
    const { from, to, gap } = await stand(new Date(mark).toISOString()).plan();
    expect(gap !== null).toBe(hasGap);
    const begin = gap === null ? from : gap.from;
    expect(Date.parse(begin)).toBeLessThanOrEqual(mark - 30 * 60_000);
    // What is asked by update lies within what CXone can answer, and joins what is read by start.
    expect(Date.parse(to) - Date.parse(from)).toBeLessThanOrEqual(30 * dayMs);
    if (gap) expect(Date.parse(gap.to)).toBeGreaterThanOrEqual(Date.parse(from));
    // A contact may change for days after it started: the gap begins so much earlier.
    if (gap) expect(Date.parse(gap.from)).toBe(mark - 30 * 60_000 - 3 * dayMs);
  });
});
