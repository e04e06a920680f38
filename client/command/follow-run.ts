import { CommandError, exitStatus } from './exit-status';
import { interruptible } from './interruptible';
import type { Output } from './output';
import { grpcReason } from './temporal';

/** A run as a command reports it. `url` is its place in Web UI. */
export interface StartedRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly url: string;
}

interface StartedHandle {
  describe(): Promise<{ readonly startTime: Date }>;
}

/** The handle of a run that is being started. @throws CommandError TemporalUnavailable when Temporal does not start it */
export async function startedRun<Handle>(start: Promise<Handle>): Promise<Handle> {
  try {
    return await start;
  } catch (error) {
    const message = `Temporal did not start the run: ${grpcReason(error)}`;
    throw new CommandError(exitStatus.unavailable, message, 'TemporalUnavailable');
  }
}

/** A run that started longer than this before the command (by another machine's clock) was joined. In ms. */
const clockDifferenceMs = 5_000;

/**
 * Announces a run that was started, or joined, and where to see it. With `detach` that is all, and the command's result;
 * otherwise the run is followed until it ends or Ctrl-C.
 *
 * @param title what the run is, after `run `
 * @param began when the command wanted to start it, epoch ms
 */
export async function announceRun(
  output: Output,
  {
    handle,
    run,
    title,
    began,
    detach,
  }: {
    readonly handle: StartedHandle;
    readonly run: StartedRun;
    readonly title: string;
    readonly began: number;
    readonly detach: boolean;
  },
  follow: () => Promise<void>,
): Promise<void> {
  await interruptible(output, async () => {
    output.note(`run ${title}`);
    const { startTime } = await handle.describe();
    if (startTime.getTime() < began - clockDifferenceMs)
      output.note('It was under way already, with the input it was started with; this command joins it.');
    output.note(`see ${run.url}`);
    if (!detach) return follow();
    output.document(run);
    output.result(run.workflowId);
    output.result(run.url);
  });
}
