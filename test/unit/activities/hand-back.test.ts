import { cancellationSignal } from '@temporalio/activity';
import { ActivityCancellationDetails, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { failureInterceptor } from '../../../activities/interceptors/failures';
import { handBackInterceptor } from '../../../activities/interceptors/shutdown';
import { createRetryBudgetInterceptor } from '../../../activities/interceptors/retry-budget';
import { memoryWaits } from '../../setup/memory-waits';
import { activityEnvironment } from './fakes';

const stops = new ActivityCancellationDetails({ workerShutdown: true });

function attempt(waits = memoryWaits()) {
  return activityEnvironment(
    { attempt: 3, activityId: '7', workflowExecution: { workflowId: 'window', runId: 'run' } },
    {
      interceptors: [failureInterceptor, handBackInterceptor, createRetryBudgetInterceptor(waits)].map(
        (inbound) => () => ({ inbound }),
      ),
    },
  );
}

/** A request that breaks off when it is aborted, as a library of HTTP sees it. */
const request = async (): Promise<never> =>
  new Promise((_resolve, reject) => {
    cancellationSignal().addEventListener('abort', () => reject(new Error('socket hang up')));
  });

const endOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (result) => result,
    (error: unknown) => error,
  );

describe('a step whose worker stops', () => {
  it('is given back to be taken up at once, however many attempts it has had, and is not counted', async () => {
    const waits = memoryWaits();
    const environment = attempt(waits);
    const end = endOf(environment.run(request));
    environment.cancel('WORKER_SHUTDOWN', stops);
    const failure = await end;
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: 'WorkerStopping', nonRetryable: false, nextRetryDelay: 1 });
    expect([...waits.counts.values()]).toEqual([1]);
  });

  it('is given back a little later when it cannot be aborted', async () => {
    const environment = attempt();
    let finish = (): void => undefined;
    const end = endOf(environment.run(async () => new Promise<void>((resolve) => (finish = resolve))));
    const began = Date.now();
    environment.cancel('WORKER_SHUTDOWN', stops);
    expect(await end).toMatchObject({ type: 'WorkerStopping' });
    expect(Date.now() - began).toBeGreaterThanOrEqual(2_900);
    finish();
  });

  it('is done when it ends within that little while', async () => {
    const environment = attempt();
    const end = endOf(
      environment.run(
        async () =>
          new Promise((resolve) => {
            cancellationSignal().addEventListener('abort', () => setTimeout(() => resolve('stored'), 50));
          }),
      ),
    );
    environment.cancel('WORKER_SHUTDOWN', stops);
    expect(await end).toBe('stored');
  });
});

describe('a step whose run is cancelled', () => {
  it.each([
    ['on its own', new ActivityCancellationDetails({ cancelRequested: true })],
    [
      'while the worker stops',
      new ActivityCancellationDetails({ cancelRequested: true, workerShutdown: true }),
    ],
  ])('is cancelled and not given back: %s', async (_when, details) => {
    const waits = memoryWaits();
    const environment = attempt(waits);
    const end = endOf(environment.run(request));
    environment.cancel('CANCELLED', details);
    expect(await end).toBeInstanceOf(CancelledFailure);
    expect(waits.counts.size).toBe(0);
  });
});
