import { type Client, isGrpcServiceError, type WorkflowExecutionStatusName } from '@temporalio/client';
import type { RunState } from '../activities';
import { type ReadCode, readCode } from '../errors';
import { searchAttributeKeys as keys } from '../workflows/search-attributes';

/**
 * Inspects runs: what Temporal says of the latest run of an id, with the counts it labelled itself with. A run that
 * was terminated or timed out reports nothing itself.
 */
export function runInspection(client: Client): (workflowId: string) => Promise<RunState> {
  return async (workflowId) => {
    try {
      const { status, typedSearchAttributes: labels } = await client.workflow
        .getHandle(workflowId)
        .describe();
      const code = codeOf(status.name, labels.get(keys.errorType));
      return {
        status: statusOf(status.name, labels.get(keys.status)),
        contacts: labels.get(keys.contacts) ?? 0,
        recordings: labels.get(keys.recordings) ?? 0,
        ...(code === undefined ? {} : { code }),
      };
    } catch (error) {
      const notFound = 5;
      const unknown =
        (error instanceof Error && error.name === 'WorkflowNotFoundError') ||
        (isGrpcServiceError(error) && error.code === notFound);
      if (unknown) return { status: 'gone', contacts: 0, recordings: 0 };
      throw error;
    }
  };
}

function statusOf(status: WorkflowExecutionStatusName, label: string | undefined): RunState['status'] {
  if (status === 'COMPLETED') return label === 'Incomplete' ? 'failed' : 'complete';
  if (status === 'RUNNING' || status === 'CONTINUED_AS_NEW' || status === 'PAUSED') {
    return label === 'AwaitingOperator' ? 'parked' : 'running';
  }
  return 'failed';
}

function codeOf(status: WorkflowExecutionStatusName, label: string | undefined): ReadCode | undefined {
  if (status === 'TERMINATED' || status === 'TIMED_OUT') return 'Terminated';
  if (status === 'CANCELLED') return 'Cancelled';
  return label === undefined ? undefined : readCode(label);
}
