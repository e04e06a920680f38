import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { failureInterceptor } from '../../../activities/interceptors/failures';
import { createRetryBudgetInterceptor } from '../../../activities/interceptors/retry-budget';
import { CxoneError } from '../../../cxone';
import type { CxoneErrorCode } from '../../../errors';
import { type QuotaWaits, StoreError } from '../../../store';
import { memoryWaits } from '../../setup/memory-waits';
import { activityEnvironment } from './fakes';

const unreachable = async () =>
  Promise.reject(new StoreError('DatabaseUnavailable', 'PostgreSQL cannot be reached', ''));

/** Runs one attempt under the interceptors as a worker sets them. */
async function attemptOf(
  waits: QuotaWaits,
  attempt: number,
  work: () => Promise<unknown>,
  activityId = '7',
): Promise<unknown> {
  const environment = activityEnvironment(
    { attempt, activityId, workflowExecution: { workflowId: 'window', runId: 'run' } },
    {
      interceptors: [failureInterceptor, createRetryBudgetInterceptor(waits)].map((inbound) => () => ({
        inbound,
      })),
    },
  );
  return environment.run(work);
}

async function failureOf(waits: QuotaWaits, attempt: number, error: Error): Promise<ApplicationFailure> {
  const end = await attemptOf(waits, attempt, async () => Promise.reject(error)).catch(
    (failure: unknown) => failure,
  );
  if (!(end instanceof ApplicationFailure))
    throw new Error('the activity did not end with a failure of ours');
  return end;
}

const used = new CxoneError('QuotaExhausted', 'Used up.', { retryAfterMs: 4_200 });
const broken = new CxoneError('CxoneUnavailable', 'CXone answered with status 500.');

describe('waiting for a quota', () => {
  it('is a benign failure that says when the turn comes', async () => {
    const failure = await failureOf(memoryWaits(), 1, used);
    expect(failure).toMatchObject({
      type: 'QuotaExhausted',
      nonRetryable: false,
      nextRetryDelay: 4_200,
      category: ApplicationFailureCategory.BENIGN,
    });
  });

  it('is an ordinary failure where CXone itself refused', async () => {
    const failure = await failureOf(memoryWaits(), 1, new CxoneError('Throttled', 'No.'));
    expect(failure.category ?? undefined).toBeUndefined();
  });

  it('is a matter of seconds after a 429 that did not say how long, however many attempts there were', async () => {
    const failure = await failureOf(memoryWaits(), 500, new CxoneError('Throttled', 'No.'));
    expect(failure.nonRetryable).toBe(false);
    expect(failure.nextRetryDelay).toBeGreaterThanOrEqual(5_000);
    expect(failure.nextRetryDelay).toBeLessThanOrEqual(10_000);
    const withDelay = new CxoneError('Throttled', 'No.', { retryAfterMs: 90_000 });
    expect((await failureOf(memoryWaits(), 500, withDelay)).nextRetryDelay).toBe(90_000);
  });

  it.each([
    [1, 4_200],
    [500, 4_200],
    // The limiter's delay is not requested by CXone, so neither a back-off nor an hour bounds it.
    [500, 1],
    [1, 7_200_000],
  ])('ends at the very moment of the turn: attempt %i, in %i ms', async (attempt, retryAfterMs) => {
    const failure = await failureOf(
      memoryWaits(),
      attempt,
      new CxoneError('QuotaExhausted', 'Used up.', { retryAfterMs }),
    );
    expect(failure.nextRetryDelay).toBe(retryAfterMs);
    expect(failure.category).toBe(ApplicationFailureCategory.BENIGN);
  });

  it.each([
    // A date that has passed, by a clock that is off, would make us ask again at once and for ever.
    [0, 5_000, 10_000],
    [1_000, 1_000, 1_000],
    [9_000, 9_000, 9_000],
    [86_400_000, 3_600_000, 3_600_000],
  ])('after a 429 that asks for %i ms is from %i to %i ms, at any attempt', async (asked, least, most) => {
    for (const attempt of [1, 500]) {
      const error = new CxoneError('Throttled', 'No.', { retryAfterMs: asked });
      const { nextRetryDelay } = await failureOf(memoryWaits(), attempt, error);
      expect(nextRetryDelay).toBeGreaterThanOrEqual(least);
      expect(nextRetryDelay).toBeLessThanOrEqual(most);
    }
  });

  it.each<CxoneErrorCode>(['QuotaExhausted', 'Throttled'])(
    'may take hundreds of attempts (%s), which are not counted',
    async (code) => {
      const waits = memoryWaits();
      for (let attempt = 1; attempt <= 400; attempt += 1) {
        const { nonRetryable } = await failureOf(waits, attempt, new CxoneError(code, 'Later.'));
        expect(nonRetryable).toBe(false);
      }
      expect(await failureOf(waits, 401, broken)).toMatchObject({
        nonRetryable: false,
        nextRetryDelay: 1_000,
      });
      expect(await failureOf(waits, 402, broken)).toMatchObject({
        nonRetryable: false,
        nextRetryDelay: 2_000,
      });
      expect(await failureOf(waits, 429, broken)).toMatchObject({
        nonRetryable: false,
        nextRetryDelay: 60_000,
      });
      expect(await failureOf(waits, 430, broken)).toMatchObject({
        nonRetryable: true,
        type: 'CxoneUnavailable',
      });
    },
  );

  it('is counted for each activity on its own, and forgotten when it succeeds', async () => {
    const waits = memoryWaits();
    await failureOf(waits, 1, used);
    await attemptOf(waits, 1, async () => Promise.reject(used), '8').catch(() => undefined);
    expect([...waits.counts]).toEqual([
      ['run:7', 1],
      ['run:8', 1],
    ]);
    expect(await attemptOf(waits, 2, async () => 'done')).toBe('done');
    expect([...waits.counts.keys()]).toEqual(['run:8']);
  });
});

describe('failing', () => {
  it('ends after thirty counted attempts, as without any quota', async () => {
    const waits = memoryWaits();
    for (let attempt = 1; attempt < 30; attempt += 1) {
      expect((await failureOf(waits, attempt, broken)).nonRetryable).toBe(false);
    }
    const last = await failureOf(waits, 30, broken);
    expect(last).toMatchObject({ nonRetryable: true, type: 'CxoneUnavailable' });
    expect(last.details).toEqual([{ message: broken.message, remedy: broken.remedy, passing: true }]);
  });

  it('for good is for good at once', async () => {
    const failure = await failureOf(memoryWaits(), 1, new CxoneError('BadRequest', 'No.'));
    expect(failure.nonRetryable).toBe(true);
  });

  it('waits as long as the other side asked for, by the counted attempts so far and not by all of them', async () => {
    const asked = new CxoneError('CxoneUnavailable', 'No.', { retryAfterMs: 9_000 });
    expect((await failureOf(memoryWaits(), 3, asked)).nextRetryDelay).toBe(9_000);
    const waits = memoryWaits();
    for (let attempt = 1; attempt <= 400; attempt += 1) await failureOf(waits, attempt, used);
    expect((await failureOf(waits, 403, asked)).nextRetryDelay).toBe(9_000);
    // The fifth counted attempt would wait for 16 s anyway.
    expect((await failureOf(waits, 405, asked)).nextRetryDelay).toBe(16_000);
  });

  it('is not final while the database cannot say how many attempts were waits', async () => {
    const waits: QuotaWaits = { add: unreachable, count: unreachable, forget: unreachable };
    expect(await failureOf(waits, 500, broken)).toMatchObject({
      type: 'CxoneUnavailable',
      nonRetryable: false,
    });
    expect(await failureOf(waits, 500, used)).toMatchObject({
      type: 'QuotaExhausted',
      nextRetryDelay: 4_200,
    });
    expect(await attemptOf(waits, 2, async () => 'done')).toBe('done');
  });
});
