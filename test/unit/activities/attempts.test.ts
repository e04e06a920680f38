import { CancelledFailure } from '@temporalio/common';
import { createAttemptInterceptor, lateFrom } from '../../../activities/interceptors/late-attempts';
import { failureInterceptor } from '../../../activities/interceptors/failures';
import { createRetryBudgetInterceptor } from '../../../activities/interceptors/retry-budget';
import { CxoneError } from '../../../cxone';
import { memoryWaits } from '../../setup/memory-waits';
import { activityEnvironment } from './fakes';

/** What is reported of one attempt under the interceptors as a worker sets them; how it ended does not matter here. */
async function reportedOf(attempt: number, work: () => Promise<unknown>): Promise<readonly string[]> {
  const reported: string[] = [];
  const environment = activityEnvironment(
    { attempt, activityType: 'fetchContactPage', workflowExecution: { workflowId: 'window', runId: 'run' } },
    {
      interceptors: [
        createAttemptInterceptor((activity) => reported.push(activity)),
        failureInterceptor,
        createRetryBudgetInterceptor(memoryWaits()),
      ].map((inbound) => () => ({ inbound })),
    },
  );
  await environment.run(work).catch(() => undefined);
  return reported;
}

const failing = (error: Error) => async () => Promise.reject(error);
const broken = new CxoneError('CxoneUnavailable', 'CXone answered with status 500.');

it.each([
  ['the first attempt', 1, []],
  ['the last one that may be a hiccup', lateFrom - 1, []],
  ['the first late one', lateFrom, ['fetchContactPage']],
  ['one much later', 400, ['fetchContactPage']],
] as const)('a failure at %s', async (_what, attempt, reported) => {
  expect(await reportedOf(attempt, failing(broken))).toEqual(reported);
});

it('an unforeseen error is reported like any other', async () => {
  expect(await reportedOf(lateFrom, failing(new TypeError('x is undefined')))).toEqual(['fetchContactPage']);
});

it.each([
  ['success', async () => 'done'],
  ['waiting for a quota', failing(new CxoneError('QuotaExhausted', 'Used up.'))],
  ['waiting as CXone asked', failing(new CxoneError('Throttled', 'Later.'))],
  ['being cancelled', failing(new CancelledFailure('stopped'))],
])('%s is no failure, however late', async (_what, work) => {
  expect(await reportedOf(500, work)).toEqual([]);
});
