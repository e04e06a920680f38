import { exitStatus } from './exit-status';
import type { Output } from './output';

/** Follows a run as long as the person who does so wants: Ctrl-C leaves it running, and ends the command. */
export async function interruptible<T>(output: Output, follow: () => Promise<T>): Promise<T> {
  const interrupt = (): never => {
    output.endProgress();
    process.stderr.write('Interrupted: the run goes on. The same command joins it again.\n');
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
