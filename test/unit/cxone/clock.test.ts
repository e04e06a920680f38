import fc from 'fast-check';
import { earliestClock, implausibleClock } from '../../../cxone';

const ours = Date.parse('2026-11-20T12:00:00Z');
const minute = 60_000;
const clocks = (lastPollTime: number | null, date: number | null) => ({
  lastPollTime: lastPollTime === null ? null : ours + lastPollTime,
  date: date === null ? null : ours + date,
  ours,
});

describe('the clock to go by', () => {
  it.each([
    ['CXone’s own word while all agree', 300, 0, 300],
    ['the header where CXone’s word is of 2031, to the end of its second', 1.3e11, 2_000, 3_000],
    ['the header where CXone’s word is three hours ahead', 180 * minute, -4_000, -3_000],
    ['CXone’s word where it lags behind the header', -45_000, 0, -45_000],
    ['CXone’s word where the header is ahead', 10, 60 * minute, 10],
    ['ours and a quarter of an hour where both of CXone’s are ahead', 1.3e11, 1.3e11, 15 * minute],
    ['ours and a quarter of an hour where there is no header', 180 * minute, null, 15 * minute],
    ['the header where CXone says nothing', null, 7_000, 8_000],
    ['ours where nothing is said', null, null, 0],
  ])('is %s', (_what, lastPollTime, date, expected) => {
    expect(earliestClock(clocks(lastPollTime, date)) - ours).toBe(expected);
  });

  it('is never ahead of a clock that is right', () => {
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: -1e12, max: 1e12 })),
        fc.option(fc.integer({ min: -1e12, max: 1e12 })),
        fc.integer({ min: 0, max: 2 }),
        (lastPollTime, date, right) => {
          const offsets = [lastPollTime, date, 0].with(right, right === 1 ? -999 : 0);
          const clock = earliestClock(clocks(offsets[0] ?? null, offsets[1] ?? null)) - ours;
          expect(clock).toBeLessThanOrEqual(right === 2 ? 15 * minute : 1);
        },
      ),
    );
  });
});

describe('clocks that cannot all be right', () => {
  it.each([
    ['none while they differ by five minutes', 5 * minute, 0, null],
    ['CXone’s word, three hours ahead', 180 * minute, 1_000, ['lastPollTime', 180 * minute - 1_000]],
    ['CXone’s word, behind', -10 * minute, 0, ['lastPollTime', -10 * minute]],
    ['the header', 0, -60 * minute, ['date', -60 * minute]],
    ['ours, where CXone’s two agree', 20 * minute, 20 * minute, ['ours', -20 * minute]],
    [
      'CXone’s word, where there is nothing but ours to compare',
      9 * minute,
      null,
      ['lastPollTime', 9 * minute],
    ],
    ['none where CXone says nothing', null, null, null],
  ] as const)('are %s', (_which, lastPollTime, date, expected) => {
    const found = implausibleClock(clocks(lastPollTime, date));
    expect(found && [found.clock, found.offByMs]).toEqual(expected);
  });
});
