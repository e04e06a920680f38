import { exitStatus } from './exit-status';
import type { Output } from './output';

/** What somebody is told who leaves a run that goes on. */
export const runGoesOn = 'Interrupted: the run goes on. The same command joins it again.';
/** What somebody is told whose run was there before. */
const joined = 'It was under way already, with the input it was started with; this command joins it.';

/** A run that started so long before this command, by another machine's clock, was not started by it. In ms. */
const clockDifferenceMs = 5_000;

/**
 * Says so when a run was under way before this command wanted to start it.
 *
 * @param began when the command wanted to, epoch ms
 */
export async function tellWhetherJoined(
  handle: { describe(): Promise<{ readonly startTime: Date }> },
  began: number,
  output: Output,
): Promise<void> {
  const { startTime } = await handle.describe();
  if (startTime.getTime() < began - clockDifferenceMs) output.note(joined);
}

/** Works until it is done or somebody interrupts: then `farewell` is said, and the process ends with 130 at once. */
export async function untilInterrupted<T>(
  output: Output,
  farewell: string,
  work: () => Promise<T>,
): Promise<T> {
  const interrupt = (): never => {
    output.endProgress();
    process.stderr.write(`${farewell}\n`);
    process.exit(exitStatus.interrupted);
  };
  process.once('SIGINT', interrupt);
  try {
    return await work();
  } finally {
    process.off('SIGINT', interrupt);
    output.endProgress();
  }
}
