import { ApplicationFailure } from '@temporalio/common';
import { createDeadlineInterceptor, createHungSteps } from '../../../activities/interceptors/deadline';
import { failureInterceptor } from '../../../activities/interceptors/failures';
import { activityEnvironment } from './fakes';

function attempt(hung = createHungSteps(), startToCloseTimeoutMs = 100) {
  return activityEnvironment(
    { activityType: 'downloadRecording', startToCloseTimeoutMs },
    {
      interceptors: [failureInterceptor, createDeadlineInterceptor(hung)].map((inbound) => () => ({
        inbound,
      })),
    },
  );
}

describe('a step that does not end in its time', () => {
  it('is given up to be tried again, and counts as hung until what it had begun ends', async () => {
    const changes: [string, number][] = [];
    const hung = createHungSteps((activity, count) => void changes.push([activity, count]));
    let end = (): void => undefined;
    const failure: unknown = await attempt(hung)
      .run(async () => new Promise<void>((resolve) => (end = resolve)))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: 'StepHung', nonRetryable: false });
    expect(hung.count()).toBe(1);
    end();
    await new Promise(setImmediate);
    expect(hung.count()).toBe(0);
    expect(changes).toEqual([
      ['downloadRecording', 1],
      ['downloadRecording', 0],
    ]);
  });

  it('is given up also when it fails later, which ends nothing else', async () => {
    const hung = createHungSteps();
    let fail = (_error: Error): void => undefined;
    await attempt(hung)
      .run(async () => new Promise<void>((_resolve, reject) => (fail = reject)))
      .catch(() => undefined);
    fail(new Error('connection reset'));
    await new Promise(setImmediate);
    expect(hung.count()).toBe(0);
  });
});

describe('a step that ends in its time', () => {
  it('is what it was', async () => {
    const hung = createHungSteps();
    expect(await attempt(hung, 60_000).run(async () => 'stored')).toBe('stored');
    await expect(
      attempt(hung, 60_000).run(async () => Promise.reject(ApplicationFailure.create({ type: 'Gone' }))),
    ).rejects.toMatchObject({ type: 'Gone' });
    expect(hung.count()).toBe(0);
  });
});
