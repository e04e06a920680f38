import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { BackfillProgress } from '../../workflows/backfill/backfill-progress';
import { stamp } from '../../workflows/ids';
import { textOfMarkdown } from '../../workflows/markdown';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { type HeldSchedule, heldSchedules } from '../schedule/held-schedules';
import { describe, scheduleIds, type ScheduleLine } from '../schedule/schedules';
import { allEnded, sideBySide } from '../command/side-by-side';
import { byTenant } from './by-tenant';
import { type LinkOf, parkedShown } from './read-database';
import { remedyOf } from '../command/remedies';
import type { BackfillStatus, ParkedRun } from './status-report';

/** A parked run as Temporal knows it. */
export interface SeenParked extends ParkedRun {
  readonly type: string;
}

/** What Temporal knows of a tenant. */
export interface RunningStatus {
  readonly parked: readonly SeenParked[];
  readonly schedules: readonly ScheduleLine[];
  readonly backfills: readonly BackfillStatus[];
}

/** What Temporal knows of the tenants that were asked about, and what else it holds. */
export interface SeenRuns {
  readonly tenants: ReadonlyMap<string, RunningStatus>;
  /** Schedules of other tenants; none where only one was asked about. */
  readonly others: readonly HeldSchedule[];
}

/** The runs and schedules that a report needs, as Temporal lists them. */
export interface TemporalLists {
  readonly waiting: readonly WorkflowExecutionInfo[];
  readonly filling: readonly WorkflowExecutionInfo[];
  readonly held: readonly HeldSchedule[];
}

/** What else is asked of Temporal. */
export interface RunQuestion {
  /** By tenant, the ids of parked runs that the ledger knows: these are not asked again. */
  readonly known: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether workers poll: without them no run answers. */
  readonly workers: boolean;
  readonly linkOf: LinkOf;
}

/** For each list that is asked of the server, in ms. */
const listTimeoutMs = 10_000;
/** Runs answer at once when a worker runs; in ms, for all of them together. */
const queryTimeoutMs = 3_000;
const backfillsShown = 20;
/** Runs of a list, of all tenants. */
const listedAtMost = 5_000;
/** An answer keeps a worker busy for a moment. */
const askedAtOnce = 16;

/**
 * Lists parked runs, backfills under way and schedules: three lists, however many tenants there are.
 *
 * @param only one tenant that was asked about by name: its schedules are described one by one, which is up to date.
 * @throws the client's errors when the server goes away.
 */
export async function listTemporal(client: Client, only: string | undefined): Promise<TemporalLists> {
  const running = `ExecutionStatus = 'Running'${only === undefined ? '' : ` and CxoneTenant = '${only}'`}`;
  const [waiting, filling, held] = await allEnded([
    listed(client, `CxoneStatus = 'AwaitingOperator' and ${running}`),
    listed(client, `WorkflowType = 'backfill' and ${running}`),
    only === undefined ? heldSchedules(client) : schedulesOf(client, only),
  ]);
  return { waiting, filling, held };
}

/**
 * What the lists show of each tenant, with details from the runs themselves. Needs no worker: without one, what only
 * runs can answer is left out.
 */
export async function readTemporal(
  client: Client,
  { waiting, filling, held }: TemporalLists,
  { known, linkOf, workers }: RunQuestion,
): Promise<SeenRuns> {
  const deadline = Date.now() + queryTimeoutMs;
  const ask: Ask = async (id, query) => (workers ? askRun(client, id, query, deadline) : null);
  const parked = await sideBySide(
    runsOf(waiting, known, parkedShown).filter(({ tenant, run }) => !known.get(tenant)?.has(run.workflowId)),
    askedAtOnce,
    async ({ tenant, run }) => ({ tenant, line: await parkedRun(ask, run, linkOf) }),
  );
  const backfills = await sideBySide(
    runsOf(filling, known, backfillsShown),
    askedAtOnce,
    async ({ tenant, run: { workflowId, runId } }) => ({
      tenant,
      line: {
        id: workflowId,
        url: linkOf(workflowId, runId),
        progress: (await ask(workflowId, 'progress')) as BackfillProgress | null,
      },
    }),
  );
  const [parkedOf, backfillsOf, schedulesBy] = [byTenant(parked), byTenant(backfills), byTenant(held)];
  const seen = [...known.keys()].map((tenant): [string, RunningStatus] => [
    tenant,
    {
      parked: (parkedOf.get(tenant) ?? []).map(({ line }) => line),
      backfills: (backfillsOf.get(tenant) ?? []).map(({ line }) => line),
      schedules: (schedulesBy.get(tenant) ?? []).map(({ tenant: _tenant, ...line }) => line),
    },
  ]);
  return { tenants: new Map(seen), others: held.filter(({ tenant }) => !known.has(tenant)) };
}

async function schedulesOf(client: Client, tenant: string): Promise<readonly HeldSchedule[]> {
  return client.withDeadline(Date.now() + listTimeoutMs, async () => {
    const lines = await sideBySide(scheduleIds(tenant), askedAtOnce, (id) => describe(client, id));
    return lines.filter((line) => line !== null).map((line) => ({ ...line, tenant }));
  });
}

interface TenantRun {
  readonly tenant: string;
  readonly run: WorkflowExecutionInfo;
}

/** Of the runs those of the tenants, at most `most` of each. */
function runsOf(
  runs: readonly WorkflowExecutionInfo[],
  tenants: { has(tenant: string): boolean },
  most: number,
): readonly TenantRun[] {
  const counts = new Map<string, number>();
  return runs.flatMap((run) => {
    const tenant = run.typedSearchAttributes.get(keys.tenant);
    if (tenant === undefined || !tenants.has(tenant)) return [];
    const count = (counts.get(tenant) ?? 0) + 1;
    counts.set(tenant, count);
    return count > most ? [] : [{ tenant, run }];
  });
}

async function listed(client: Client, query: string): Promise<WorkflowExecutionInfo[]> {
  return client.withDeadline(Date.now() + listTimeoutMs, async () => {
    const runs: WorkflowExecutionInfo[] = [];
    for await (const run of client.workflow.list({ query, pageSize: 1_000 })) {
      runs.push(run);
      if (runs.length >= listedAtMost) break;
    }
    return runs;
  });
}

/** Asks a run; null when it does not answer. */
type Ask = (workflowId: string, query: string) => Promise<unknown>;

async function parkedRun(ask: Ask, run: WorkflowExecutionInfo, linkOf: LinkOf): Promise<SeenParked> {
  const { workflowId, runId, type, typedSearchAttributes: labels } = run;
  const code = labels.get(keys.errorType) ?? 'Unexpected';
  const metadata = (await ask(workflowId, '__temporal_workflow_metadata')) as {
    readonly currentDetails?: string;
  } | null;
  const cause = causeIn(metadata?.currentDetails ?? '');
  const [from, to] = [labels.get(keys.windowStart), labels.get(keys.windowEnd)];
  return {
    id: workflowId,
    type,
    code,
    message: cause.message || 'The run waits for an operator; its page in Web UI says more.',
    remedy: cause.remedy || remedyOf(code),
    since: null,
    from: from ? stamp(from) : null,
    to: to ? stamp(to) : null,
    url: linkOf(workflowId, runId),
  };
}

const remedyLine = /^[-\s]*(?:\*\*)?What to do(?:\*\*)?:(?:\*\*)?\s*(.+)$/;

/**
 * Finds cause and remedy in a run's current details (workflows/run-details.ts): the line _What to do_ and the line above, both
 * empty when there is no such line.
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

async function askRun(client: Client, workflowId: string, query: string, deadline: number): Promise<unknown> {
  // All that is asked shares one deadline: a thousand runs that do not answer take no longer than one.
  if (Date.now() >= deadline) return null;
  try {
    return await client.withDeadline(deadline, () => client.workflow.getHandle(workflowId).query(query));
  } catch {
    // Whatever the reason, a run that does not answer is shown without it; a failing server fails the lists above.
    return null;
  }
}
