import fc from 'fast-check';
import { utcDays } from '../../../../client/verify/utc-days';

const moment = fc.date({
  min: new Date('2024-01-01T00:00:00Z'),
  max: new Date('2026-12-31T00:00:00Z'),
  noInvalidDate: true,
});

describe('a range cut into UTC days', () => {
  it('is covered without gap or overlap, each part within its day', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 40 * 86_400_000 }), (from, length) => {
        const to = new Date(from.getTime() + length);
        const days = [...utcDays(from, to)];
        expect(days[0]?.from).toEqual(from);
        expect(days.at(-1)?.to).toEqual(to);
        for (const [n, span] of days.entries()) {
          expect(span.from.getTime()).toBeLessThan(span.to.getTime());
          expect(span.from.toISOString().slice(0, 10)).toBe(span.day);
          expect(new Date(span.to.getTime() - 1).toISOString().slice(0, 10)).toBe(span.day);
          if (n > 0) expect(span.from).toEqual(days[n - 1]?.to);
        }
        expect(new Set(days.map(({ day }) => day)).size).toBe(days.length);
      }),
    );
  });

  it('keeps whole days whole', () => {
    const days = [...utcDays(new Date('2024-02-28T00:00:00Z'), new Date('2024-03-01T00:00:00Z'))];
    expect(days.map(({ day }) => day)).toEqual(['2024-02-28', '2024-02-29']);
  });

  it('is nothing when it is empty', () => {
    const now = new Date();
    expect([...utcDays(now, now)]).toEqual([]);
  });
});
