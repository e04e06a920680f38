import fc from 'fast-check';
import { syncWindowId } from '../../../workflows/ids';
import { InvalidInputError, parseSyncWindowInput, readInstant } from '../../../workflows/inputs';

const right = { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };

function refusal(input: unknown): string {
  try {
    parseSyncWindowInput(input);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
  throw new Error('the input was accepted');
}

describe('the input of syncWindow', () => {
  it('takes tenant and dates, and leaves the rest to the settings', () => {
    expect(parseSyncWindowInput(right)).toEqual({
      tenant: 'acme',
      from: new Date('2026-11-01T00:00:00Z'),
      to: new Date('2026-11-02T00:00:00Z'),
      by: 'start',
    });
  });

  it('reads dates in any zone as the same instant', () => {
    const input = { ...right, from: '2026-11-01T02:00:00+02:00', to: '2026-11-01T19:00:00-05:00' };
    expect(syncWindowId(parseSyncWindowInput(input))).toBe(
      'sync-window:acme:2026-11-01T00:00:00Z/2026-11-02T00:00:00Z',
    );
  });

  it.each([
    [
      'a date without zone',
      { ...right, from: '2026-11-01T00:00:00' },
      /"from": .*no time zone.*2026-11-01T00:00:00Z/,
    ],
    ['a day alone', { ...right, from: '2026-11-01' }, /"from": .*ISO 8601 with a zone/],
    [
      'a day that is not in the calendar',
      { ...right, from: '2026-02-30T00:00:00Z' },
      /not a day of the calendar/,
    ],
    ['from = to', { ...right, to: right.from }, /"to": must be later than "from"/],
    ['from > to', { ...right, from: '2026-12-01T00:00:00Z' }, /"to": must be later than "from"/],
    ['an unknown field', { ...right, skill: [1] }, /"skill": no such field/],
    ['a missing field', { tenant: 'acme', from: right.from }, /"to": missing/],
    ['a tenant that is no name', { ...right, tenant: 'ACME Inc' }, /"tenant": .*lower-case/],
    ['ids as text', { ...right, skillIds: ['12'] }, /"skillIds.0": .*\[12, 34\]/],
    ['ids below one', { ...right, campaignIds: [0] }, /"campaignIds.0": expected ids above 0/],
    ['another mode', { ...right, by: 'finish' }, /"by": expected "start"/],
    ['text for a switch', { ...right, recordings: 'no' }, /"recordings": expected true, false or "later"/],
    ['no object', 'acme', /one JSON object/],
    ['nothing', undefined, /one JSON object/],
  ])('refuses %s, says why and shows a right one', (_what, input, message) => {
    expect(refusal(input)).toMatch(message);
    expect(refusal(input)).toContain('A right input: {"tenant":"acme"');
  });

  it('names every field that is wrong at once', () => {
    const message = refusal({ tenant: 'acme', from: 'x', to: 'y', zzz: 1 });
    for (const field of ['"from"', '"to"', '"zzz"']) expect(message).toContain(field);
  });

  it('never fails with anything but its own error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        try {
          parseSyncWindowInput(input);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }),
    );
  });

  it('reads every instant that it writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          expect(readInstant(date.toISOString())).toEqual(date);
        },
      ),
    );
  });
});

describe('the id of a window', () => {
  it('is the same for the same filter in any order', () => {
    const a = syncWindowId(parseSyncWindowInput({ ...right, skillIds: [3, 1, 3], campaignIds: [9] }));
    const b = syncWindowId(parseSyncWindowInput({ ...right, skillIds: [1, 3], campaignIds: [9] }));
    expect(a).toBe(b);
    expect(a).toBe('sync-window:acme:2026-11-01T00:00:00Z/2026-11-02T00:00:00Z:skills=1,3;campaigns=9');
  });

  it('stays within the 255 characters of PostgreSQL visibility, and distinct, however long the filter', () => {
    const ids = (last: number) => [...Array.from({ length: 300 }, (_, n) => 100_000 + n), last];
    const a = syncWindowId(
      parseSyncWindowInput({ ...right, tenant: 'a'.repeat(63), skillIds: ids(900_001) }),
    );
    const b = syncWindowId(
      parseSyncWindowInput({ ...right, tenant: 'a'.repeat(63), skillIds: ids(900_002) }),
    );
    expect(a.length).toBeLessThanOrEqual(255);
    expect(a).not.toBe(b);
  });
});
