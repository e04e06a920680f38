import { exitStatus } from './exit-status';
import type { Output } from './output';

const runGoesOn = 'Interrupted: the run goes on. The same command joins it again.';

/**
 * Follows a run; Ctrl-C ends the command and leaves the run going.
 *
 * @param message printed on Ctrl-C
 */
export async function interruptible<T>(
  output: Output,
  follow: () => Promise<T>,
  message = runGoesOn,
): Promise<T> {
  const interrupt = (): never => {
    output.endProgress();
    process.stderr.write(`${message}\n`);
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
