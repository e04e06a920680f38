import { backfillId } from '../../../../workflows/ids';
import { planBackfill } from '../../../../workflows/backfill/backfill-input';
import { InvalidInputError } from '../../../../workflows/inputs';

const start = new Date('2026-11-20T02:00:30Z');
const right = { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-08T00:00:00Z' };

function refusal(input: unknown): string {
  try {
    planBackfill(input, start);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
  throw new Error('the input was accepted');
}

describe('the input of backfill', () => {
  it('takes tenant and dates: days, four at a time', () => {
    expect(planBackfill(right, start)).toMatchObject({ windowMs: 86_400_000, windows: 7, concurrency: 4 });
  });

  it('takes whole days before the scheduled day, and that day up to a quarter of an hour before', () => {
    const { from, to } = planBackfill({ tenant: 'acme', lastDays: 2 }, start);
    expect(from.toISOString()).toBe('2026-11-18T00:00:00.000Z');
    expect(to.toISOString()).toBe('2026-11-20T01:45:00.000Z');
  });

  it.each([
    ['no range', { tenant: 'acme' }, /"from": missing/],
    ['half a range', { tenant: 'acme', from: right.from }, /"to": missing/],
    ['two ranges', { ...right, lastDays: 3 }, /"lastDays": stands instead of/],
    ['from after to', { ...right, to: '2026-10-01T00:00:00Z' }, /"to": must be later than "from"/],
    ['an odd length', { ...right, window: '1w' }, /"window": "1w" is not a length such as "1d"/],
    ['a length as a number', { ...right, window: 3_600 }, /"window": expected a length such as "1d"/],
    ['none at a time', { ...right, concurrency: 0 }, /"concurrency": expected at least 1/],
    ['too many at a time', { ...right, concurrency: 33 }, /"concurrency": expected at most 32/],
    ['half a day', { tenant: 'acme', lastDays: 0.5 }, /"lastDays": expected a whole number/],
    ['an unknown field', { ...right, by: 'start' }, /"by": no such field/],
    [
      'more windows than can be carried',
      { ...right, from: '2020-01-01T00:00:00Z', window: '30m' },
      /"window": makes \d+ windows of the range; at most 10000/,
    ],
  ])('refuses %s, says why and shows a right one', (_what, input, message) => {
    expect(refusal(input)).toMatch(message);
    expect(refusal(input)).toContain('A right input: {"tenant":"acme"');
  });

  it('names the run by tenant, range and filter', () => {
    expect(backfillId(planBackfill(right, start))).toBe(
      'backfill:acme:2026-11-01T00:00:00Z/2026-11-08T00:00:00Z',
    );
    expect(backfillId(planBackfill({ ...right, skillIds: [2, 1] }, start))).toMatch(/:skills=1,2$/);
  });
});
