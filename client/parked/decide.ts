import {
  type Client,
  isGrpcServiceError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { readCode } from '../../errors';
import { grpcReason } from '../command/temporal';
import type { Outcome } from './outcome';
import { resetToFailure } from './reset-run';

export type Decision = 'resume' | 'skip' | 'abort';

/** A live worker answers an update at once; without one there is no answer. In ms. */
const updateTimeoutMs = 15_000;

/** Sends an operator's decision to a run. A run that has failed can only be resumed, from the point of its failure. */
export async function decide(
  client: Client,
  namespace: string,
  decision: Decision,
  id: string,
): Promise<Outcome> {
  const description = await describe(client, id);
  if (description === null) {
    return { id, ok: false, code: 'NoSuchRun', message: 'Temporal knows no run of this id. Check the id.' };
  }
  const { status, runId } = description;
  if (status.name === 'RUNNING') return update(client, decision, id, runId);
  if (decision !== 'resume') {
    return { id, runId, ok: false, code: 'NotRunning', message: `The run has ended (${status.name}).` };
  }
  if (status.name !== 'FAILED') {
    const message = `The run has ended (${status.name}); only a failed one can go on. Start its window again.`;
    return { id, runId, ok: false, code: 'NotRunning', message };
  }
  return resetToFailure(client, namespace, id, runId);
}

async function describe(client: Client, id: string): Promise<WorkflowExecutionDescription | null> {
  try {
    return await client.workflow.getHandle(id).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

async function update(client: Client, decision: Decision, id: string, runId: string): Promise<Outcome> {
  try {
    const message = await client.withDeadline(Date.now() + updateTimeoutMs, () =>
      client.workflow.getHandle(id, runId).executeUpdate<unknown, []>(decision),
    );
    // A backfill answers with its progress.
    return {
      id,
      runId,
      ok: true,
      code: 'Done',
      message: typeof message === 'string' ? message : `${decision}d`,
    };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const { cause } = error;
      const known = cause instanceof ApplicationFailure;
      return {
        id,
        runId,
        ok: false,
        code: known && cause.type ? readCode(cause.type) : 'Refused',
        message: cause?.message ?? error.message,
      };
    }
    if (!(isGrpcServiceError(error) || error instanceof Error)) throw error;
    const reason = isGrpcServiceError(error) ? grpcReason(error) : error.message;
    const message = `No worker answers (${reason}): start one, the run waits as before.`;
    return { id, runId, ok: false, code: 'NoAnswer', message };
  }
}
