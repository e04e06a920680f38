import { pino } from 'pino';
import type { QuotaUse } from '../../../../store';
import { limiterMetrics, watchQuotas } from '../../../../workers/metrics/quota-metrics';
import { rememberingMeter as meter } from '../meter';

const size = { requests: 150, perSeconds: 300 };
const use = (changes: Partial<QuotaUse>): QuotaUse => ({
  family: 'media',
  size,
  used: 75,
  share: 1,
  fullPaceAt: null,
  blockedUntil: null,
  ...changes,
});
const quiet = pino({ level: 'silent' });

it('waits and refusals are counted by tenant and family', () => {
  const { meter: made, counted } = meter();
  const count = limiterMetrics(made)('acme');
  count('media', 'wait');
  count('contacts', 'throttled');
  expect(counted).toEqual([
    ['cxone_quota_waits', 1, { tenant: 'acme', family: 'media' }],
    ['cxone_throttled', 1, { tenant: 'acme', family: 'contacts' }],
  ]);
});

it('the use of the quotas is shown at once, and again every 15 seconds until it is no longer watched', async () => {
  jest.useFakeTimers();
  try {
    const { meter: made, shown } = meter();
    const uses = [use({}), use({ family: 'contacts', size: undefined, used: null, share: 0.5 })];
    const listAmong = async () => new Map([['acme', uses]]);
    const stop = watchQuotas({ listAmong }, [{ tenant: 'acme', limits: { media: size } }], made, quiet);
    await jest.advanceTimersByTimeAsync(0);
    expect(shown).toEqual([
      ['cxone_quota_used_ratio', 0.5, { tenant: 'acme', family: 'media' }],
      ['cxone_quota_pace_ratio', 1, { tenant: 'acme', family: 'media' }],
      ['cxone_quota_pace_ratio', 0.5, { tenant: 'acme', family: 'contacts' }],
    ]);
    await jest.advanceTimersByTimeAsync(15_000);
    expect(shown).toHaveLength(6);
    await stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(shown).toHaveLength(6);
  } finally {
    jest.useRealTimers();
  }
});

it('a database that does not answer costs the figures, not the worker', async () => {
  const { meter: made, shown } = meter();
  const listAmong = async () => Promise.reject(new Error('no database'));
  await watchQuotas({ listAmong }, [{ tenant: 'acme', limits: {} }], made, quiet)();
  expect(shown).toEqual([]);
});
