import { ApplicationFailureCategory, ApplicationFailure } from '@temporalio/common';
import { cancellationDetails, cancelled } from '@temporalio/activity';
import { causeOfRaised, toFailure } from '../../errors';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';

/** How long a step that cannot be aborted, a transaction, may go on once the grace time is over. */
const shutdownGraceMs = 3_000;

/** True once the worker stops and its grace time is over; false when the run itself was cancelled. */
export function isShuttingDown(): boolean {
  const details = cancellationDetails();
  return details?.workerShutdown === true && !details.cancelRequested;
}

/**
 * The failure of a step that a stopping worker gives back: Temporal hands it to the next worker at once. The
 * failure the SDK makes of a mere cancellation would wait as long as the attempts so far say, up to a minute.
 */
export function workerShutdownFailure(): ApplicationFailure {
  return ApplicationFailure.create({
    ...toFailure(causeOfRaised({ code: 'WorkerStopping' })),
    nextRetryDelay: 1,
    // A deploy is no error: neither logs nor metrics count it as one.
    category: ApplicationFailureCategory.BENIGN,
  });
}

/**
 * Gives a step back when the grace time is over, also one that ignores the shutdown: else the worker would wait for it,
 * and when the process is killed at last Temporal would only notice at the heartbeat time-out. What still runs does no
 * harm: it is what a worker that is only thought dead does, and every step may be done twice (docs/architecture.md).
 */
export const handBackInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) {
    const work = next(input);
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      cancelled().catch(() => {
        if (isShuttingDown()) timer = setTimeout(() => reject(workerShutdownFailure()), shutdownGraceMs);
      });
    });
    // Whichever loses the race must not end the process.
    tooLate.catch(() => undefined);
    work.catch(() => undefined);
    return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
  },
};
