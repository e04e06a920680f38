import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, RetryState, TerminatedFailure } from '@temporalio/common';
import { followWindow, startWindow, type WindowHandle } from '../../../../client/sync/window-run';
import { parseSyncWindowInput } from '../../../../workflows/inputs';
import { noProgress, type Progress } from '../../../../workflows/window/window-state';

const report = { status: 'complete', fetched: 3 };
const failed = (cause: Error) => new WorkflowFailedError('failed', cause, RetryState.NON_RETRYABLE_FAILURE);

/** A run that ends when the test says so, and answers queries until then. */
function handleOf(
  result: Promise<unknown>,
  query: () => Promise<Progress> = async () => noProgress,
): WindowHandle {
  const client = { withAbortSignal: async (_signal: AbortSignal, wait: () => Promise<unknown>) => wait() };
  return { client, result: () => result, query } as unknown as WindowHandle;
}

describe('following a window', () => {
  it('answers the report of a run that completes', async () => {
    expect(await followWindow(handleOf(Promise.resolve(report)), () => undefined)).toEqual({
      ok: true,
      report,
    });
  });

  it.each([
    [
      ApplicationFailure.create({ type: 'CountMismatch', message: '3 are missing' }),
      'CountMismatch',
      '3 are missing',
    ],
    [ApplicationFailure.create({ message: 'odd' }), 'Unexpected', 'odd'],
    [new CancelledFailure('cancelled'), 'Cancelled', 'The run was cancelled.'],
    [new TerminatedFailure('x'), 'Terminated', 'The run was terminated.'],
    [new Error('jane@example.com'), 'Unexpected', 'The run failed; see it in Web UI.'],
  ])('reports the cause of %s', async (cause, code, message) => {
    const end = await followWindow(handleOf(Promise.reject(failed(cause))), () => undefined);
    expect(end).toEqual({ ok: false, code, message });
  });

  it('leaves a run that is parked, and says all it waits for', async () => {
    const waitsFor = (['AgentsForbidden', 'MediaForbidden'] as const).map((code) => ({
      code,
      message: 'No.',
      remedy: 'Ask.',
    }));
    const never = new Promise<never>(() => undefined);
    const end = await followWindow(
      handleOf(never, async () => ({ ...noProgress, waitsFor })),
      () => undefined,
    );
    expect(end).toEqual({ ...waitsFor[0], ok: false, parked: true, causes: waitsFor });
  });

  it('passes on what is no end of the run: the server is gone', async () => {
    const gone = new Error('14 UNAVAILABLE');
    await expect(followWindow(handleOf(Promise.reject(gone)), () => undefined)).rejects.toBe(gone);
  });

  it('shows progress while it waits, and stops asking at the end', async () => {
    let end: (value: unknown) => void = () => undefined;
    let asked = 0;
    const result = new Promise((resolve) => (end = resolve));
    const query = async () => {
      asked += 1;
      return { ...noProgress, contacts: 7 };
    };
    const seen: number[] = [];
    await followWindow(handleOf(result, query), (progress) => {
      seen.push(progress.contacts);
      end(report);
    });
    expect(seen).toEqual([7]);
    expect(asked).toBe(1);
  });

  it('does not mind a worker that is away and cannot answer', async () => {
    const answer = followWindow(
      handleOf(new Promise((resolve) => setImmediate(() => resolve(report))), async () =>
        Promise.reject(new Error('query timed out')),
      ),
      () => {
        throw new Error('there was no progress to show');
      },
    );
    expect(await answer).toMatchObject({ ok: true });
  });
});

describe('a run that waits for a person', () => {
  const cause = { code: 'MediaForbidden', message: 'Refused.', remedy: 'Fix it.' };

  it('is left at once with all its causes, and what waits for its end is called off', async () => {
    let calledOff = false;
    const client = {
      withAbortSignal: (left: AbortSignal, ask: () => unknown) => {
        left.addEventListener('abort', () => (calledOff = true));
        return ask();
      },
    };
    const causes = [cause, { ...cause, code: 'AgentsForbidden' }];
    const handle = {
      client,
      // As in the SDK: calling off rejects this promise, and the rejection is of no further interest.
      result: () =>
        new Promise((_resolve, reject) => {
          setImmediate(() => setImmediate(() => reject(new Error('called off'))));
        }),
      query: async () => ({ ...noProgress, parked: 1, waitsFor: causes }),
    } as unknown as WindowHandle;
    expect(await followWindow(handle, () => undefined)).toEqual({
      ok: false,
      parked: true,
      ...cause,
      causes,
    });
    expect(calledOff).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe('starting a window', () => {
  it('takes the id from tenant and dates, joins a run under way, and labels it', async () => {
    const started: unknown[][] = [];
    const client = {
      workflow: { start: async (...args: unknown[]) => void started.push(args) },
    } as unknown as Parameters<typeof startWindow>[0];
    const input = { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-02T02:00:00+02:00' };
    await startWindow(client, input, parseSyncWindowInput(input));
    expect(started).toMatchObject([
      [
        'syncWindow',
        {
          taskQueue: 'cxone-sync',
          workflowId: 'sync-window:acme:2026-11-01T00:00:00Z/2026-11-02T00:00:00Z',
          workflowIdConflictPolicy: 'USE_EXISTING',
          args: [input],
          staticSummary: 'contacts 2026-11-01T00:00:00Z – 2026-11-02T00:00:00Z (acme)',
        },
      ],
    ]);
  });
});
