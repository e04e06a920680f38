import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { Progress } from '../../workflows/window/window-state';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { sideBySide } from '../command/side-by-side';

export interface ParkedFilter {
  /** Runs that wait for this error, be it the only cause or one of several. */
  readonly errorType?: string;
  readonly tenant?: string;
}

export interface FoundParked {
  readonly ids: readonly string[];
  /** Runs that wait for something else first, and did not answer what else they wait for. */
  readonly unanswered: readonly string[];
}

/** For all queries together: runs answer at once while a worker runs, and never without one. In ms. */
const queryTimeoutMs = 15_000;
const askedAtOnce = 8;

/**
 * The parked runs. They label themselves with one error, the first; a window may wait for several
 * (workflows/parking.ts), which it is asked for where its label is another.
 */
export async function findParked(client: Client, only: ParkedFilter): Promise<FoundParked> {
  const conditions = [`CxoneStatus = 'AwaitingOperator'`, `ExecutionStatus = 'Running'`];
  if (only.tenant !== undefined) conditions.push(`CxoneTenant = '${plain(only.tenant)}'`);
  const runs: WorkflowExecutionInfo[] = [];
  for await (const run of client.workflow.list({ query: conditions.join(' and ') })) runs.push(run);
  const { errorType } = only;
  if (errorType === undefined) return { ids: runs.map(({ workflowId }) => workflowId), unanswered: [] };

  const deadline = Date.now() + queryTimeoutMs;
  const matches = await sideBySide(runs, askedAtOnce, async (run) => {
    const labelled = run.typedSearchAttributes.get(keys.errorType) === errorType;
    // Runs of other types park for one step at a time.
    const asked = !labelled && run.type === 'syncWindow';
    return asked ? waitsFor(client, run.workflowId, errorType, deadline) : labelled;
  });
  const those = (verdict: boolean | null) =>
    runs.flatMap(({ workflowId }, index) => (matches[index] === verdict ? [workflowId] : []));
  return { ids: those(true), unanswered: those(null) };
}

/** Null when it does not answer in time. */
async function waitsFor(client: Client, id: string, code: string, deadline: number): Promise<boolean | null> {
  if (Date.now() >= deadline) return null;
  try {
    const progress = await client.withDeadline(deadline, () =>
      client.workflow.getHandle(id).query<Progress>('progress'),
    );
    return progress.waitsFor.some((cause) => cause.code === code);
  } catch {
    // Whatever the reason, the caller reports the run as unanswered.
    return null;
  }
}

/** Ids and codes of ours have no quotes; whatever else was typed cannot match anyway. */
function plain(text: string): string {
  return text.replace(/[^\w:./=,;-]/g, '');
}
