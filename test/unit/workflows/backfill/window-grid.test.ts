import fc from 'fast-check';
import {
  countWindows,
  indexOfWindow,
  readWindowLength,
  windowAt,
} from '../../../../workflows/backfill/window-grid';

const minute = 60_000;
const ranges = fc
  .record({
    from: fc.integer({ min: Date.UTC(2020), max: Date.UTC(2026) }),
    lasts: fc.integer({ min: 1, max: 3_000 * minute }),
    windowMs: fc.integer({ min: 2, max: 2_000 }).map((n) => n * minute),
  })
  .map(({ from, lasts, windowMs }) => ({ from, to: from + lasts, windowMs }));

const all = (range: Parameters<typeof countWindows>[0]) =>
  Array.from({ length: countWindows(range) }, (_, index) => windowAt(range, index));

describe('cutting a range into windows', () => {
  it('leaves no gap and no overlap, from the first moment to the last', () => {
    fc.assert(
      fc.property(ranges, (range) => {
        const windows = all(range);
        expect(windows[0]?.from).toBe(range.from);
        expect(windows.at(-1)?.to).toBe(range.to);
        for (const [index, window] of windows.entries()) {
          expect(window.from).toBeLessThan(window.to);
          expect(window.to - window.from).toBeLessThanOrEqual(range.windowMs);
          if (index > 0) expect(window.from).toBe(windows[index - 1]?.to);
        }
      }),
    );
  });

  it('cuts at multiples of the length since 1970, so that overlapping ranges share their inner windows', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 0, max: 500 * minute }), (range, shift) => {
        for (const { to } of all(range).slice(0, -1)) expect(to % range.windowMs).toBe(0);
        const other = { ...range, from: range.from - shift, to: range.to + shift };
        const known = new Set(all(other).map(({ from, to }) => `${from}/${to}`));
        for (const { from, to } of all(range).slice(1, -1)) expect(known).toContain(`${from}/${to}`);
      }),
    );
  });

  it('finds a window’s number by its dates, and none for other dates', () => {
    fc.assert(
      fc.property(ranges, fc.nat(), (range, pick) => {
        const index = pick % countWindows(range);
        const window = windowAt(range, index);
        expect(indexOfWindow(range, window)).toBe(index);
        expect(indexOfWindow(range, { ...window, to: window.to + 1 })).toBeNull();
        expect(indexOfWindow(range, { from: window.from + 1, to: window.to })).toBeNull();
        expect(indexOfWindow(range, { from: range.to, to: range.to + range.windowMs })).toBeNull();
      }),
    );
  });

  it('takes a day as a day', () => {
    const day = { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 3, 12), windowMs: 86_400_000 };
    expect(all(day).map(({ from }) => new Date(from).toISOString().slice(0, 13))).toEqual([
      '2026-11-01T00',
      '2026-11-02T00',
      '2026-11-03T00',
    ]);
  });
});

describe('the length of a window', () => {
  it.each([
    ['1d', 86_400_000],
    ['6h', 21_600_000],
    ['30m', 1_800_000],
    ['31d', 31 * 86_400_000],
    ['2m', 120_000],
  ])('%s', (text, ms) => expect(readWindowLength(text)).toBe(ms));

  it.each(['', 'd', '1', '1w', '1.5h', '-1d', '1 d', '1D', '6hours', '999999d'])(
    'refuses "%s" and shows right ones',
    (text) => expect(readWindowLength(text)).toMatch(/is not a length such as "1d", "6h" or "30m"/),
  );

  it.each(['0d', '1m', '32d', '99999h'])('refuses "%s" and says the bounds', (text) => {
    expect(readWindowLength(text)).toMatch(/from "2m" to "31d"/);
  });
});
