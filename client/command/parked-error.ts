import { terminalText } from '../../config';
import { CommandError, exitStatus } from './exit-status';
import type { Output } from './output';
import type { ParkedEnd } from './watch-run';

/** A run that is left parked goes on waiting; what for is said, and how to let it go on. */
export function parkedError(end: ParkedEnd, run: object, workflowId: string, output: Output): CommandError {
  output.document({ ...run, status: 'parked', code: end.code, message: end.message, parked: end.causes });
  const causes = end.causes.map(({ code, message, remedy }) =>
    terminalText([`${code}: ${message}`, ...(remedy && !message.includes(remedy) ? [remedy] : [])].join(' ')),
  );
  const message = [
    'The run is parked: it waits for you.',
    ...causes,
    `Then: npx cxone-sync resume ${workflowId}`,
  ];
  return new CommandError(exitStatus.incomplete, message.join('\n'), end.code, true);
}
