import { createRequestLimiter, type LimiterEvent } from '../../../activities/request-limiter';
import type { ApiFamily } from '../../../errors';
import type { Admission, QuotaName } from '../../../store';
import { activityEnvironment } from './fakes';

function environment(answer: Admission | Error = { admitted: true }) {
  const asked: { readonly name: QuotaName; readonly backfill: boolean }[] = [];
  const refused: { readonly name: QuotaName; readonly retryAfterMs: number | undefined }[] = [];
  const events: [ApiFamily, LimiterEvent][] = [];
  const errors: unknown[] = [];
  const limiter = createRequestLimiter({
    tenant: 'acme',
    limits: { media: { requests: 150, perSeconds: 300 } },
    quotas: {
      async admit(name, backfill) {
        asked.push({ name, backfill });
        if (answer instanceof Error) throw answer;
        return answer;
      },
      async refused(name, retryAfterMs) {
        if (answer instanceof Error) throw answer;
        refused.push({ name, retryAfterMs });
      },
    },
    onEvent: (family, event) => events.push([family, event]),
    onError: (error) => errors.push(error),
  });
  return { limiter, asked, refused, events, errors };
}

const withPriority = (priorityKey?: number) =>
  activityEnvironment(priorityKey === undefined ? {} : { priority: { priorityKey } });

describe('the limiter of a tenant', () => {
  it.each([
    [1, false],
    [2, false],
    [3, false],
    [undefined, false],
    [4, true],
    [5, true],
  ])('takes work of priority %s for a backfill: %s', async (priority, backfill) => {
    const { limiter, asked } = environment();
    await withPriority(priority).run(async () => limiter.acquire('media'));
    expect(asked).toEqual([
      { name: { tenant: 'acme', family: 'media', size: { requests: 150, perSeconds: 300 } }, backfill },
    ]);
  });

  it('knows no number for a family that the tenants file does not limit', async () => {
    const { limiter, asked } = environment();
    await withPriority().run(async () => limiter.acquire('contacts'));
    expect(asked).toMatchObject([{ name: { family: 'contacts', size: undefined } }]);
  });

  it('refuses at once and says when to come again; nothing waits', async () => {
    const { limiter, events } = environment({ admitted: false, retryAfterMs: 12_345 });
    const end = withPriority().run(async () => limiter.acquire('media'));
    await expect(end).rejects.toMatchObject({
      code: 'QuotaExhausted',
      kind: 'retryable',
      retryAfterMs: 12_345,
      message: 'The quota of acme for media is used up; the turn comes in 13 s.',
    });
    expect(events).toEqual([['media', 'wait']]);
  });

  it.each<ApiFamily>(['discovery', 'auth', 'file'])('lets %s through unasked', async (family) => {
    const { limiter, asked, refused } = environment({ admitted: false, retryAfterMs: 1 });
    await limiter.acquire(family);
    await limiter.onThrottled(family, 1_000);
    expect([asked, refused]).toEqual([[], []]);
  });

  it('asks for nothing that its caller has given up', async () => {
    const { limiter, asked } = environment();
    await expect(limiter.acquire('media', AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(asked).toEqual([]);
  });

  it('passes on what CXone refused', async () => {
    const { limiter, refused, events } = environment();
    await limiter.onThrottled('agents', 7_000);
    expect(refused).toEqual([
      { name: { tenant: 'acme', family: 'agents', size: undefined }, retryAfterMs: 7_000 },
    ]);
    expect(events).toEqual([['agents', 'throttled']]);
  });

  it('does not fail over a refusal it cannot note', async () => {
    const trouble = new Error('no database');
    const { limiter, errors } = environment(trouble);
    await limiter.onThrottled('media', undefined);
    expect(errors).toEqual([trouble]);
  });
});
