import { exitStatus } from './exit-status';
import type { Output } from './output';

const runGoesOn = 'Interrupted: the run goes on. The same command joins it again.';

/**
 * Follows a run as long as the person who does so wants: Ctrl-C leaves it running, and ends the command.
 *
 * @param farewell what a person who leaves is told
 */
export async function interruptible<T>(
  output: Output,
  follow: () => Promise<T>,
  farewell = runGoesOn,
): Promise<T> {
  const interrupt = (): never => {
    output.endProgress();
    process.stderr.write(`${farewell}\n`);
    process.exit(exitStatus.interrupted);
  };
  process.once('SIGINT', interrupt);
  try {
    return await follow();
  } finally {
    process.off('SIGINT', interrupt);
    output.endProgress();
  }
}
