import fc from 'fast-check';
import { recoveryMs, paceAt, backoffMs } from '../../../../store/quotas/backoff';

const now = Date.parse('2026-11-20T12:00:00Z');

describe('the pace after a refusal', () => {
  it('is half of what it was, and half of that after another one', () => {
    const first = now + backoffMs(null, now);
    expect(paceAt(first, now)).toBeCloseTo(0.5);
    const second = now + backoffMs(first, now);
    expect(paceAt(second, now)).toBeCloseTo(0.25);
  });

  it('grows by a tenth of the full pace a minute, and is full in the end', () => {
    const fullAt = now + backoffMs(null, now);
    expect(paceAt(fullAt, now + 60_000)).toBeCloseTo(0.6);
    expect(paceAt(fullAt, now + 4 * 60_000)).toBeCloseTo(0.9);
    expect(paceAt(fullAt, now + 5 * 60_000)).toBe(1);
    expect(paceAt(null, now)).toBe(1);
  });

  it('never falls below a twentieth, and never takes longer than ten minutes to come back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 120_000 }), { maxLength: 40 }), (pauses) => {
        let at = now;
        let fullAt: number | null = null;
        for (const pause of pauses) {
          at += pause;
          const before = paceAt(fullAt, at);
          fullAt = at + backoffMs(fullAt, at);
          expect(paceAt(fullAt, at)).toBeGreaterThanOrEqual(0.05);
          expect(paceAt(fullAt, at)).toBeLessThanOrEqual(Math.max(0.05, before / 2) + 1e-9);
          expect(fullAt - at).toBeLessThanOrEqual(recoveryMs);
        }
      }),
    );
  });
});
