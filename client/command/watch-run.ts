import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { apart, type Cause, type ReadCode, readCode } from '../../errors';

/** How a run ended. `code` and `message` are the cause of a failure, safe to show. */
export type RunEnd<Report> =
  | { readonly ok: true; readonly report: Report }
  | { readonly ok: false; readonly code: ReadCode; readonly message: string };

/** A run that is parked: it waits for an operator. `code`, `message` and `remedy` are those of its first cause. */
export interface ParkedEnd extends Cause {
  readonly ok: false;
  readonly parked: true;
  readonly causes: readonly Cause[];
}

/** Between two polls of a run, in ms. */
const pollEveryMs = 1_000;

/** Waits until a run ends or parks, and reports its progress every second. */
export async function untilEndOrParked<Report, How extends { readonly waitsFor: readonly Cause[] }>(
  client: Pick<Client, 'withAbortSignal'>,
  handle: { readonly result: () => Promise<Report> },
  ask: () => Promise<How>,
  onProgress: (progress: How) => void,
): Promise<RunEnd<Report> | ParkedEnd> {
  let causes: readonly Cause[] = [];
  // A run that is left must not be waited for any more: the wait would outlive the connection.
  const leave = new AbortController();
  // The wait asks again every minute or so and leaves a listener each time, which Node.js takes for a leak after ten.
  setMaxListeners(0, leave.signal);
  const end = await watch(
    client.withAbortSignal(leave.signal, () => handle.result()),
    ask,
    (progress) => {
      onProgress(progress);
      // A worker of an earlier release answers with the remedy in the message, too.
      causes = progress.waitsFor.map(apart);
      return causes.length > 0;
    },
  );
  if (end) return end;
  leave.abort();
  const [cause] = causes;
  if (!cause) throw new TypeError('a run that was left has a cause');
  return { ok: false, parked: true, ...cause, causes };
}

/** Waits for `result`, and reports the run's progress every second. */
export async function untilEnd<Report, How>(
  result: Promise<Report>,
  ask: () => Promise<How>,
  onProgress: (progress: How) => void,
): Promise<RunEnd<Report>> {
  const end = await watch(result, ask, (progress) => {
    onProgress(progress);
    return false;
  });
  return end as RunEnd<Report>;
}

/**
 * The same for callers that may stop following the run.
 *
 * @param onProgress answers true to leave it.
 * @returns how the run ended, or null when it was left.
 */
async function watch<Report, How>(
  result: Promise<Report>,
  ask: () => Promise<How>,
  onProgress: (progress: How) => boolean,
): Promise<RunEnd<Report> | null> {
  const ended = new AbortController();
  const end = describeEnd(result).finally(() => ended.abort());
  end.catch(() => undefined);
  const poll = async (): Promise<null> => {
    while (!ended.signal.aborted) {
      // A run whose worker is away cannot answer just now; its result still comes.
      const progress = await ask().catch(() => undefined);
      if (progress && !ended.signal.aborted && onProgress(progress)) return null;
      await Promise.race([end, delay(pollEveryMs, undefined, { ref: false })]);
    }
    return end as never;
  };
  return Promise.race([end, poll()]);
}

async function describeEnd<Report>(result: Promise<Report>): Promise<RunEnd<Report>> {
  try {
    return { ok: true, report: await result };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof ApplicationFailure) {
      return { ok: false, code: readCode(cause.type), message: cause.message };
    }
    if (cause instanceof CancelledFailure)
      return { ok: false, code: 'Cancelled', message: 'The run was cancelled.' };
    if (cause instanceof TerminatedFailure) {
      return { ok: false, code: 'Terminated', message: 'The run was terminated.' };
    }
    return { ok: false, code: 'Unexpected', message: 'The run failed; see it in Web UI.' };
  }
}
