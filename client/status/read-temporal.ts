import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { BackfillProgress } from '../../workflows/backfill-progress';
import { stamp } from '../../workflows/ids';
import { textOfMarkdown } from '../../workflows/markdown';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { describe, scheduleIds, type ScheduleLine } from '../schedule/schedules';
import { type LinkOf, parkedShown } from './read-database';
import { remedyOf } from './remedies';
import type { BackfillStatus, ParkedRun } from './status-report';

/** A parked run as Temporal knows it. */
export interface SeenParked extends ParkedRun {
  readonly type: string;
}

/** What Temporal tells of a tenant. */
export interface RunningStatus {
  readonly parked: readonly SeenParked[];
  readonly schedules: readonly ScheduleLine[];
  readonly backfills: readonly BackfillStatus[];
}

/** For everything that is asked of the server, in ms. */
const patienceMs = 10_000;
/** A run answers at once when a worker runs; without one nobody will. In ms. */
const queryPatienceMs = 3_000;
const backfillsShown = 20;

/**
 * Asks Temporal about a tenant's runs and schedules. Needs no worker: what only a worker can tell is left out then.
 *
 * @param known ids of parked runs that the ledger tells of: these are not asked again.
 * @throws the client's errors when the server goes away.
 */
export async function readTemporal(
  client: Client,
  tenant: string,
  known: ReadonlySet<string>,
  linkOf: LinkOf,
): Promise<RunningStatus> {
  return client.withDeadline(Date.now() + patienceMs, async () => {
    const mine = `CxoneTenant = '${tenant}' and ExecutionStatus = 'Running'`;
    const [waiting, running, schedules] = await Promise.all([
      listed(client, `CxoneStatus = 'AwaitingOperator' and ${mine}`, parkedShown),
      listed(client, `WorkflowType = 'backfill' and ${mine}`, backfillsShown),
      Promise.all(scheduleIds(tenant).map((id) => describe(client, id))),
    ]);
    const unknown = waiting.filter(({ workflowId }) => !known.has(workflowId));
    const [parked, backfills] = await Promise.all([
      Promise.all(unknown.map((run) => parkedRun(client, run, linkOf))),
      Promise.all(
        running.map(async ({ workflowId, runId }) => ({
          id: workflowId,
          url: linkOf(workflowId, runId),
          progress: await ask<BackfillProgress>(client, workflowId, 'progress'),
        })),
      ),
    ]);
    return { parked, backfills, schedules: schedules.filter((schedule) => schedule !== null) };
  });
}

async function listed(client: Client, query: string, most: number): Promise<WorkflowExecutionInfo[]> {
  const runs: WorkflowExecutionInfo[] = [];
  for await (const run of client.workflow.list({ query })) {
    runs.push(run);
    if (runs.length >= most) break;
  }
  return runs;
}

async function parkedRun(client: Client, run: WorkflowExecutionInfo, linkOf: LinkOf): Promise<SeenParked> {
  const { workflowId, runId, type, typedSearchAttributes: labels } = run;
  const code = labels.get(keys.errorType) ?? 'Unexpected';
  const metadata = await ask<{ readonly currentDetails?: string }>(
    client,
    workflowId,
    '__temporal_workflow_metadata',
  );
  const said = causeIn(metadata?.currentDetails ?? '');
  const [from, to] = [labels.get(keys.windowStart), labels.get(keys.windowEnd)];
  return {
    id: workflowId,
    type,
    code,
    message: said.message || 'The run waits for an operator; its page in Web UI says more.',
    remedy: said.remedy || remedyOf(code),
    since: null,
    from: from ? stamp(from) : null,
    to: to ? stamp(to) : null,
    url: linkOf(workflowId, runId),
  };
}

const remedyLine = /^[-\s]*(?:\*\*)?What to do(?:\*\*)?:(?:\*\*)?\s*(.+)$/;

/**
 * Finds cause and remedy in a run's current details (workflows/progress.ts): the line _What to do_ and the line above,
 * both empty when there is no such line.
 */
export function causeIn(details: string): { readonly message: string; readonly remedy: string } {
  const lines = details.split('\n').filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => remedyLine.test(line));
  const remedy = remedyLine.exec(lines[at] ?? '')?.[1] ?? '';
  const above = at > 0 ? (lines[at - 1] ?? '') : '';
  return {
    message: textOfMarkdown(above.replace(/^[-\s]*(?:\*\*\w+\*\*:?\s*)?/, '')),
    remedy: textOfMarkdown(remedy),
  };
}

async function ask<Answer>(client: Client, workflowId: string, query: string): Promise<Answer | null> {
  try {
    return await client.withDeadline(Date.now() + queryPatienceMs, () =>
      client.workflow.getHandle(workflowId).query<Answer>(query),
    );
  } catch {
    // Whatever the reason, a run that does not answer now is shown without it; the lists above tell of a server in trouble.
    return null;
  }
}
