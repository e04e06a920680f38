import { Context } from '@temporalio/activity';
import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../activities';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';

/** One way a run can go: what the activities answer, and what is done to it while it runs. */
export interface Scenario {
  readonly activities?: Partial<Activities>;
  readonly args?: readonly unknown[];
  /** The type of the workflow; `syncWindow` when absent. */
  readonly workflow?: string;
  /** Called before the run is started. */
  readonly before?: (client: Client) => Promise<unknown>;
  /** Called once the run has started. */
  readonly during?: (client: Client, workflowId: string) => Promise<unknown>;
  /** Child runs whose histories are kept as well: workflow id → name of the history. */
  readonly children?: Readonly<Record<string, string>>;
  /** The history is kept as it is after `during`, of a run that is still open. */
  readonly open?: true;
  /** On a server that asks for a continuation after 120 events. Later runs of the chain are kept as `…-2` and `…-3`. */
  readonly impatient?: true;
}

export const input = { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };

export const refuse = (type: string): never => {
  throw ApplicationFailure.create({
    type,
    message: `${type} in a test.`,
    nonRetryable: true,
    details: [{ remedy: '' }],
  });
};

/** An activity that takes as long as its run. */
export const endless = async (): Promise<never> => Context.current().cancelled;

/** Ids of recordings that are due, page by page. */
export const due = (total: number) => {
  const ids = Array.from({ length: total }, (_, n) => String(100_000 + n));
  return async ({ after, limit }: { readonly after: string | null; readonly limit: number }) =>
    ids.filter((id) => after === null || id > after).slice(0, limit);
};

/** An activity that is refused for as long as `refused.has(type)`. */
export function unless<Input, Result>(
  refused: ReadonlySet<string>,
  type: string,
  works: (given: Input) => Promise<Result>,
): (given: Input) => Promise<Result> {
  return async (given) => (refused.has(type) ? refuse(type) : works(given));
}

/** Waits until a run, which may still have to be started, is waiting for an operator. */
export function untilParked(client: Client, workflowId: string): Promise<void> {
  return until(
    client,
    workflowId,
    (run) => run.typedSearchAttributes.get(keys.status) === 'AwaitingOperator',
  );
}

/** Waits until an activity of a run, which may still have to be started, is under way. */
export function untilAsked(client: Client, workflowId: string, activity: string): Promise<void> {
  return until(
    client,
    workflowId,
    ({ raw }) => raw.pendingActivities?.some(({ activityType }) => activityType?.name === activity) === true,
  );
}

async function until(
  client: Client,
  workflowId: string,
  wanted: (run: WorkflowExecutionDescription) => boolean,
): Promise<void> {
  const deadline = Date.now() + 60_000;
  const handle = client.workflow.getHandle(workflowId);
  for (;;) {
    const run = await handle.describe().catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
    if (run && wanted(run)) return;
    if (Date.now() > deadline) throw new Error(`${workflowId} did not get there within a minute`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
