import { terminalText } from '../../config';
import { sentencesOf } from '../../errors';
import { CommandError, exitStatus } from './exit-status';
import type { Output } from './output';
import type { ParkedEnd } from './watch-run';

/** The error for a run that is left parked: what it waits for, and how to resume it. */
export function parkedError(end: ParkedEnd, run: object, workflowId: string, output: Output): CommandError {
  output.document({
    ...run,
    status: 'parked',
    code: end.code,
    message: sentencesOf(end),
    parked: end.causes,
  });
  const causes = end.causes.map((cause) => terminalText(`${cause.code}: ${sentencesOf(cause)}`));
  const message = [
    'The run is parked and needs an operator.',
    ...causes,
    `Then: npx cxone-sync resume ${workflowId}`,
  ];
  return new CommandError(exitStatus.incomplete, message.join('\n'), end.code, true);
}
