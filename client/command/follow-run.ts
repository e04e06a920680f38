import {
  type Client,
  type Workflow,
  type WorkflowHandleWithFirstExecutionRunId,
  WorkflowIdConflictPolicy,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { type Priority, TypedSearchAttributes } from '@temporalio/common';
import type { ReadCode } from '../../errors';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { taskQueues } from '../../workflows/task-queues';
import { CommandError, exitStatus, type ExitStatus } from './exit-status';
import { interruptible } from './interruptible';
import type { Output } from './output';
import { parkedError } from './parked-error';
import type { Ready } from './preflight';
import { grpcReason, webUiLink } from './temporal';
import type { ParkedEnd, RunEnd } from './watch-run';

/** What a run is started with, and known by. */
export interface RunOptions {
  readonly workflowId: string;
  /** As typed. */
  readonly input: object;
  readonly priority: Priority;
  readonly staticSummary: string;
  readonly tenant: string;
  readonly from: Date;
  readonly to: Date;
  readonly backfillId?: string;
}

/** Starts a run, or joins the one under way: the same work has the same id. */
export async function startRun<T extends Workflow>(
  client: Client,
  type: string,
  { workflowId, input, priority, staticSummary, tenant, from, to, backfillId }: RunOptions,
): Promise<WorkflowHandleWithFirstExecutionRunId<T>> {
  return client.workflow.start<T>(type, {
    taskQueue: taskQueues.workflows,
    workflowId,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    args: [input],
    priority,
    staticSummary,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: keys.tenant, value: tenant },
      { key: keys.status, value: 'Running' },
      { key: keys.trigger, value: 'manual' },
      { key: keys.windowStart, value: from },
      { key: keys.windowEnd, value: to },
      ...(backfillId === undefined ? [] : [{ key: keys.backfillId, value: backfillId }]),
    ]),
  } as unknown as WorkflowStartOptions<T>);
}

interface StartedHandle {
  readonly workflowId: string;
  readonly firstExecutionRunId: string;
  describe(): Promise<{ readonly startTime: Date }>;
}

/** What is started and followed, and the words for it. */
export interface FollowedRun<Handle, Report> {
  readonly start: (client: Client) => Promise<Handle>;
  /** What the run is, in place of its id. */
  readonly title?: (workflowId: string) => string;
  /** Whether it continues as new: then Web UI is to show whichever execution is the latest. */
  readonly continues: boolean;
  /** Shows its progress and waits for its end. */
  readonly follow: (client: Client, handle: Handle) => Promise<RunEnd<Report> | ParkedEnd>;
  readonly lines: (report: Report) => readonly string[];
  readonly incomplete: (report: Report) => CommandError;
  /** The exit status for a failure with a code, where it is not 1. */
  readonly statusOf?: (code: ReadCode) => ExitStatus;
}

/** A run that started longer than this before the command (by another machine's clock) was joined. In ms. */
const clockDifferenceMs = 5_000;

/**
 * Starts a run, or joins it, and says where to see it. With `detach` that is all, and the command's result; otherwise the
 * run is followed until it ends, parks, or Ctrl-C, and its report is the result. Closes the client.
 *
 * @throws CommandError TemporalUnavailable when Temporal does not start it; and for every end but a complete one
 */
export async function runToEnd<Handle extends StartedHandle, Report extends { readonly status: string }>(
  { temporal, uiUrl }: Ready,
  { start, title, continues, follow, lines, incomplete, statusOf }: FollowedRun<Handle, Report>,
  { detach }: { readonly detach?: boolean },
  output: Output,
): Promise<void> {
  try {
    const began = Date.now();
    const handle = await start(temporal.client).catch((error: unknown) => {
      const message = `Temporal did not start the run: ${grpcReason(error)}`;
      throw new CommandError(exitStatus.unavailable, message, 'TemporalUnavailable');
    });
    const { workflowId, firstExecutionRunId: runId } = handle;
    const url = webUiLink(uiUrl, temporal.namespace, workflowId, continues ? undefined : runId);
    const run = { workflowId, runId, url };
    await interruptible(output, async () => {
      output.note(`run ${title?.(workflowId) ?? workflowId}`);
      const { startTime } = await handle.describe();
      if (startTime.getTime() < began - clockDifferenceMs)
        output.note('It was under way already, with the input it was started with; this command joins it.');
      output.note(`see ${url}`);
      if (detach) {
        output.document(run);
        output.result(workflowId);
        output.result(url);
        return;
      }
      const end = await follow(temporal.client, handle);
      if ('parked' in end) throw parkedError(end, run, workflowId, output);
      if (!end.ok) {
        const status = statusOf?.(end.code) ?? exitStatus.failed;
        throw new CommandError(status, `${end.code}: ${end.message}`, end.code);
      }
      const { report } = end;
      output.document({ ...run, ...report });
      output.result(`${report.status.padEnd(11)} ${workflowId}`);
      for (const line of lines(report)) output.result(line);
      if (report.status !== 'complete') throw incomplete(report);
    });
  } finally {
    await temporal.close();
  }
}
