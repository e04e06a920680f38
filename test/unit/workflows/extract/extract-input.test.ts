import { planExtraction } from '../../../../workflows/extract/extract-input';
import { extractId, extractSummary } from '../../../../workflows/ids';

const now = new Date('2026-11-25T09:30:00Z');
const input = { tenant: 'acme', dataset: 'evaluations', from: '2026-11-01', to: '2026-11-03' };
const plan = (change: object) => planExtraction({ ...input, ...change }, now);
const refusal = (change: object) => {
  try {
    plan(change);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was taken');
};

describe('the days of an extraction', () => {
  it('are counted from the first up to the one that is not among them', () => {
    expect(plan({})).toEqual({ ...input, days: 2, force: false });
    expect(plan({ to: '2026-11-02', force: true })).toMatchObject({ days: 1, force: true });
  });

  it('may be given by their first instants, in any zone', () => {
    expect(plan({ from: '2026-11-01T00:00:00Z', to: '2026-11-03T01:00:00+01:00' })).toMatchObject({
      from: '2026-11-01',
      to: '2026-11-03',
    });
  });

  it('may be the last ones before the day of the start', () => {
    const { from: _from, to: _to, ...rest } = input;
    expect(planExtraction({ ...rest, lastDays: 3 }, now)).toMatchObject({
      from: '2026-11-22',
      to: '2026-11-25',
      days: 3,
    });
  });

  it('may end with today, and not later', () => {
    expect(plan({ from: '2026-11-25', to: '2026-11-26' })).toMatchObject({ days: 1 });
    expect(refusal({ to: '2026-11-27' })).toMatch(
      /"to": "2026-11-27" goes beyond today \(2026-11-25 in UTC\)/,
    );
  });

  it.each([
    ['no day at all', { to: undefined }, /"to": missing/],
    ['days in the wrong order', { to: '2026-11-01' }, /"to": must be later than "from"/],
    ['an instant within a day', { from: '2026-11-01T08:00:00Z' }, /is not the beginning of a day in UTC/],
    ['a day that is none', { from: '2026-02-30' }, /not a day of the calendar/],
    [
      'an unknown dataset',
      { dataset: 'calls' },
      /"dataset": expected "interaction-metadata" or "evaluations"/,
    ],
    ['both ways of saying which days', { lastDays: 2 }, /stands instead of "from" and "to"/],
    ['a field that is none', { window: '1d' }, /"window": no such field/],
    ['more days than it takes', { from: '2020-01-01' }, /at most 800/],
  ])('%s are refused, naming the field and a right input', (_what, change, message) => {
    expect(refusal(change)).toMatch(message);
    expect(refusal(change)).toContain('A right input: {"tenant":"acme"');
  });

  it('give the run its id: the day, or the range', () => {
    expect(extractId({ ...plan({ to: '2026-11-02' }) })).toBe('extract:acme:evaluations:2026-11-01');
    expect(extractId(plan({}))).toBe('extract:acme:evaluations:2026-11-01/2026-11-03');
    // Over the end of a month, and of a year.
    expect(extractId({ ...input, from: '2025-12-31', to: '2026-01-01' })).toBe(
      'extract:acme:evaluations:2025-12-31',
    );
    expect(extractSummary(plan({}))).toBe('evaluations of 2026-11-01 – 2026-11-03 (acme)');
  });
});
