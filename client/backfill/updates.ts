import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Command } from 'commander';
import { loadSettings } from '../../config';
import type { BackfillProgress } from '../../workflows/backfill/backfill-progress';
import { backfillLine } from './report';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags, wholeNumber } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { createOutput, type Output } from '../command/output';
import { connectTemporal, requireWorkers } from '../command/temporal';

/** An update that a run takes, and its sub-command. */
interface Update {
  readonly command: string;
  readonly update: string;
  readonly description: string;
}

const updates: readonly Update[] = [
  { command: 'pause', update: 'pause', description: 'Begin no new window; those under way go on' },
  { command: 'resume', update: 'resume', description: 'Go on after a pause' },
  { command: 'retry-failed', update: 'retryFailed', description: 'Run the failed windows once more' },
  { command: 'cancel', update: 'cancel', description: 'Stop the windows under way and end the backfill' },
];

/** `cxone-sync backfill pause|resume|retry-failed|cancel|concurrency <id>`: controls a running backfill. */
export function addBackfillUpdates(backfill: Command): void {
  const id = 'id of the run, as `backfill` prints it: backfill:<tenant>:<from>/<to>';
  for (const { command, update, description } of updates) {
    addCommonFlags(backfill.command(command).description(description).argument('<id>', id)).action(
      async (workflowId: string, _flags: CommonFlags, self: Command) => {
        const output = createOutput(self.optsWithGlobals<CommonFlags>());
        await mapErrors(() => send(workflowId, update, [], output));
      },
    );
  }
  addCommonFlags(
    backfill
      .command('concurrency')
      .description('Change how many windows run at a time')
      .argument('<id>', id)
      .argument('<n>', 'windows at a time, 1 to 32', wholeNumber(1, 32)),
  ).action(async (workflowId: string, concurrency: number, _flags: CommonFlags, self: Command) => {
    const output = createOutput(self.optsWithGlobals<CommonFlags>());
    await mapErrors(() => send(workflowId, 'setConcurrency', [{ concurrency }], output));
  });
}

async function send(
  workflowId: string,
  update: string,
  args: readonly object[],
  output: Output,
): Promise<void> {
  const settings = await mapErrors(() => loadSettings(process.env, ['temporal']));
  const temporal = await connectTemporal(settings.temporal.env);
  try {
    // Without a worker the update gets no answer, and the command would hang.
    await requireWorkers(temporal);
    const handle = temporal.client.workflow.getHandle(workflowId);
    const progress = await handle
      .executeUpdate<BackfillProgress, [object]>(update, { args: args as [object] })
      .catch((error: unknown) => {
        throw updateError(error, workflowId);
      });
    output.document({ workflowId, ...progress });
    output.result(backfillLine(progress));
  } finally {
    await temporal.close();
  }
}

function updateError(error: unknown, workflowId: string): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    const message = error.cause?.message ?? 'The run refused.';
    return new CommandError(exitStatus.badInput, message, 'UpdateRefused');
  }
  if (error instanceof WorkflowNotFoundError) {
    const message =
      `No backfill "${workflowId}" is running. One that has ended is started again by the same backfill command: ` +
      'windows that are complete are skipped.';
    return new CommandError(exitStatus.badInput, message, 'NotRunning');
  }
  return error;
}
