import { AsyncResource } from 'node:async_hooks';
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { failureInterceptor } from '../../../activities/interceptors/failures';
import { heartbeatInterceptor } from '../../../activities/interceptors/heartbeats';
import { CxoneError } from '../../../cxone';
import { type CxoneErrorCode, cxoneErrors } from '../../../errors';
import { RecordingFileError, StoreError } from '../../../store';
import { activityEnvironment } from './fakes';

const within = (
  interceptor: ActivityInboundCallsInterceptor,
  info: Parameters<typeof activityEnvironment>[0] = {},
) =>
  activityEnvironment(
    { activityType: 'fetchContactPage', ...info },
    { interceptors: [() => ({ inbound: interceptor })] },
  );

/** What an activity that throws `error` ends with. */
async function failureOf(
  error: unknown,
  info: Parameters<typeof activityEnvironment>[0] = {},
): Promise<ApplicationFailure> {
  const end: unknown = await within(failureInterceptor, info)
    .run(async () => Promise.reject(error))
    .catch((failure: unknown) => failure);
  if (!(end instanceof ApplicationFailure))
    throw new Error('the activity did not end with a failure of ours');
  return end;
}

describe('failures', () => {
  it.each(Object.entries(cxoneErrors).map(([code, entry]) => [code as CxoneErrorCode, entry] as const))(
    '%s of CXone becomes a failure of that type, tried again only if it may pass, ending with what to do',
    async (code, { kind, remedy }) => {
      const failure = await failureOf(new CxoneError(code, 'CXone said no.'));
      expect(failure.type).toBe(code);
      expect(failure.nonRetryable).toBe(kind !== 'retryable');
      expect(failure.message).toBe(`CXone said no. ${remedy}`);
      // A run that failed for a transient cause waits by itself, any other for an operator (workflows/parking.ts).
      const details = { message: 'CXone said no.', remedy };
      expect(failure.details).toEqual([kind === 'retryable' ? { ...details, passing: true } : details]);
      expect(failure.nextRetryDelay).toBeUndefined();
    },
  );

  it('wait as long as CXone asked for', async () => {
    const failure = await failureOf(
      new CxoneError('Throttled', 'CXone asks for patience.', { retryAfterMs: 17_500 }),
    );
    expect(failure).toMatchObject({ type: 'Throttled', nonRetryable: false, nextRetryDelay: 17_500 });
  });

  it.each([
    [0, 3, undefined],
    [1_000, 3, undefined],
    [5_000, 3, 5_000],
    // The back-off has grown to its longest by then, a minute.
    [59_000, 20, undefined],
    [61_000, 20, 61_000],
    [86_400_000, 1, 3_600_000],
  ])(
    'never wait less than our own back-off, nor for days: asked for %i ms at attempt %i',
    async (retryAfterMs, attempt, delay) => {
      const retryPolicy = { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 };
      const error = new CxoneError('Throttled', 'CXone asks for patience.', { retryAfterMs });
      expect((await failureOf(error, { attempt, retryPolicy })).nextRetryDelay).toBe(delay);
    },
  );

  it('say message and remedy to who reads them in Web UI, and keep them apart for programs', async () => {
    const [message, remedy] = ['The database lacks a table', 'Run: cxone-sync migrate'];
    const failure = await failureOf(new StoreError('DatabaseNotMigrated', message, remedy));
    expect(failure.message).toBe(`${message}. ${remedy}`);
    expect(failure.details).toEqual([{ message, remedy }]);
  });

  it.each([true, false])('of the store are tried again if they may pass: %s', async (retryable) => {
    const failure = await failureOf(
      new StoreError('DatabaseError', 'PostgreSQL reported an error', 'Look.', retryable ? 'XX000' : '23505'),
    );
    expect(failure).toMatchObject({
      type: 'DatabaseError',
      nonRetryable: !retryable,
      message: 'PostgreSQL reported an error. Look.',
      details: [
        { message: 'PostgreSQL reported an error', remedy: 'Look.', ...(retryable && { passing: true }) },
      ],
    });
  });

  it('of the recordings storage keep code and remedy', async () => {
    const failure = await failureOf(
      new RecordingFileError('RecordingStorageFull', 'No space left below /data', 'Free or add disk space.'),
    );
    expect(failure).toMatchObject({ type: 'RecordingStorageFull', nonRetryable: true });
  });

  it('of unknown origin show their kind and place, never their message, and are tried again', async () => {
    const error = new RangeError('jane@example.com\nis not a phone number', {
      cause: new Error('canary-secret'),
    });
    const failure = await failureOf(error);
    expect(failure).toMatchObject({
      type: 'Unexpected',
      nonRetryable: false,
      message: 'Unexpected RangeError in fetchContactPage.',
    });
    expect(failure.stack).toContain('interceptors.test.ts');
    expect(`${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toMatch(
      /jane|phone|canary/,
    );
  });

  it('show no name and no line of a message that a library took from an answer', async () => {
    const error = new Error('bad\n    at Jane Roe (born 1980-05-23)\n    at diabetes.ts:1:1');
    error.name = 'JaneRoe';
    const failure = await failureOf(error);
    expect(failure.message).toBe('Unexpected error in fetchContactPage.');
    expect(failure.stack).toContain('interceptors.test.ts');
    expect(`${failure.stack} ${JSON.stringify(failure)}`).not.toMatch(/Jane|diabetes/);
  });

  it('that are no errors at all show only what they are', async () => {
    expect(await failureOf('jane@example.com')).toMatchObject({
      type: 'Unexpected',
      message: 'Unexpected string in fetchContactPage.',
    });
  });

  it('that activities raise themselves stay as they are', async () => {
    const own = ApplicationFailure.create({ type: 'WindowBusy', message: 'busy', nonRetryable: true });
    expect(await failureOf(own)).toBe(own);
  });

  it('leave what succeeds alone', async () => {
    expect(await within(failureInterceptor).run(async () => 'done')).toBe('done');
  });

  it('are a cancellation when the activity was cancelled, whatever the aborted request threw', async () => {
    const environment = within(failureInterceptor);
    const end = environment.run(
      async () =>
        new Promise<void>((_resolve, reject) => {
          cancellationSignal().addEventListener('abort', () => reject(new Error('socket hang up')));
        }),
    );
    environment.cancel();
    await expect(end).rejects.toBeInstanceOf(CancelledFailure);
  });
});

describe('heartbeats', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    // Real timers keep the activity's context; those of Jest must be bound to it.
    const every = setInterval;
    jest
      .spyOn(globalThis, 'setInterval')
      .mockImplementation((beat: () => void, ms?: number) => every(AsyncResource.bind(beat), ms));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  /** Heartbeats of an activity that takes 17 seconds. */
  async function beatsOf(
    heartbeatTimeoutMs: number | undefined,
    ending: () => Promise<void>,
  ): Promise<number> {
    const environment = within(
      heartbeatInterceptor,
      heartbeatTimeoutMs === undefined ? {} : { heartbeatTimeoutMs },
    );
    let beats = 0;
    environment.on('heartbeat', () => (beats += 1));
    const end = environment
      .run(async () => {
        await new Promise((resolve) => setTimeout(resolve, 17_000));
        return ending();
      })
      .catch(() => undefined);
    await jest.advanceTimersByTimeAsync(17_000);
    await end;
    const atEnd = beats;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(beats).toBe(atEnd);
    return beats;
  }

  it('are sent every five seconds for as long as the activity runs', async () => {
    expect(await beatsOf(20_000, async () => undefined)).toBe(3);
  });

  it('end with an activity that fails', async () => {
    expect(await beatsOf(20_000, async () => Promise.reject(new Error('no')))).toBe(3);
  });

  it('are not sent where nothing waits for them', async () => {
    expect(await beatsOf(undefined, async () => undefined)).toBe(0);
  });
});
