import type { Pool } from 'pg';
import { inTransaction, run } from '../postgres/transaction';
import type { Claimant } from '../windows/window-ledger';

/** How a tenant's slot is shared. */
export interface SlotTerms {
  /** A holder that is not heard of for so long has lost it. */
  readonly leaseSeconds: number;
  /** Between two jobs that CXone is asked for. */
  readonly secondsApart: number;
}

/** Whether a job may be asked for now; instants by the database's clock. */
export type SlotClaim =
  | {
      readonly status: 'granted';
      /** Now: no later than the job will be made. */
      readonly askedAt: Date;
      /** When the job before was made or last heard of, whichever run's it is; null when there was none. */
      readonly lastJobAt: Date | null;
    }
  | { readonly status: 'held'; readonly by: Claimant }
  | { readonly status: 'queued' }
  | { readonly status: 'too soon'; readonly waitMs: number };

export type ExtractionSlots = ReturnType<typeof createExtractionSlots>;

interface Slot {
  readonly workflow_id: string | null;
  readonly run_id: string | null;
  readonly job_at: Date | null;
  readonly held: boolean;
  readonly wait_ms: number;
}

// Two statements instead of one clever one, as for windows: the insert makes sure there is a row, the lock decides who
// is first. The clock is read behind the lock: now() is when the transaction began to wait for it.
const lockSql = `
  select workflow_id, run_id, job_at, coalesce(held_until > clock.now, false) as held,
         greatest(0, extract(epoch from asked_at - clock.now) + $2::float8)::float8 * 1000 as wait_ms
  from (select * from cxone.extraction_slot where tenant = $1 for update) as slot,
       lateral (select clock_timestamp() as now where slot.tenant is not null) as clock`;

const grantSql = `
  update cxone.extraction_slot
  set workflow_id = $2, run_id = $3, held_until = clock_timestamp() + $4 * interval '1 second',
      asked_at = clock_timestamp()
  where tenant = $1
  returning asked_at`;

// Who has not asked for so long is not there any more, or has what it wanted.
const inLineSql = `
  with gone as (
    delete from cxone.extraction_wait where tenant = $1 and seen_at < clock_timestamp() - interval '2 minutes'
  )
  select 1 from cxone.extraction_wait other
  where other.tenant = $1 and other.workflow_id <> $2 and other.seen_at >= clock_timestamp() - interval '2 minutes'
    and other.since < coalesce(
      (select since from cxone.extraction_wait me where me.tenant = $1 and me.workflow_id = $2 and me.run_id = $3),
      'infinity')
  limit 1`;

const standInLineSql = `
  insert into cxone.extraction_wait as me (tenant, workflow_id, run_id, since, seen_at)
  values ($1, $2, $3, clock_timestamp(), clock_timestamp())
  on conflict (tenant, workflow_id) do update
  set run_id = excluded.run_id, seen_at = excluded.seen_at,
      since = case when me.run_id = excluded.run_id then me.since else excluded.since end`;

const leaveLineSql = 'delete from cxone.extraction_wait where tenant = $1 and workflow_id = $2';

const answeredSql = `
  update cxone.extraction_slot set asked_at = clock_timestamp(), job_at = case when $4 then clock_timestamp() else job_at end
  where tenant = $1 and workflow_id = $2 and run_id = $3`;

export const prolongSql = `
  update cxone.extraction_slot set held_until = clock_timestamp() + $4 * interval '1 second', job_at = clock_timestamp()
  where tenant = $1 and workflow_id = $2 and run_id = $3
  returning 1`;

export const releaseSql = `
  update cxone.extraction_slot set workflow_id = null, run_id = null, held_until = null
  where tenant = $1 and workflow_id = $2 and run_id = $3`;

/**
 * Whose turn it is to have an extraction job: one of a tenant at a time, by whichever worker, and a minimum time apart
 * (contract §10). All methods throw `StoreError`.
 */
export function createExtractionSlots(pool: Pool) {
  return {
    /**
     * Takes the slot and the right to ask for one job, which is used up by it. The holder may ask again; another gets
     * `held`, unless the lease has run out or `replacing` is the present holder (the caller asked Temporal: it is dead).
     * Who is refused stands in line, and is `queued` while others who came before are there: as long as they ask every
     * minute.
     */
    claim: (
      tenant: string,
      claimant: Claimant,
      { leaseSeconds, secondsApart }: SlotTerms,
      replacing?: Claimant,
    ): Promise<SlotClaim> =>
      inTransaction<SlotClaim>(pool, async (client) => {
        await client.query('insert into cxone.extraction_slot (tenant) values ($1) on conflict do nothing', [
          tenant,
        ]);
        const { rows } = await client.query<Slot>(lockSql, [tenant, secondsApart]);
        const slot = rows[0] as Slot;
        const holder = slot.held ? { workflowId: slot.workflow_id ?? '', runId: slot.run_id ?? '' } : null;
        const me = [tenant, claimant.workflowId, claimant.runId];
        const refused = async <Refusal>(refusal: Refusal): Promise<Refusal> => {
          await client.query(standInLineSql, me);
          return refusal;
        };
        const isHolder = holder !== null && isSame(holder, claimant);
        const isFree = holder === null || isHolder || isSame(holder, replacing);
        if (!isFree) return refused({ status: 'held', by: holder });
        const isQueued = !isHolder && ((await client.query(inLineSql, me)).rowCount ?? 0) > 0;
        if (isQueued) return refused({ status: 'queued' });
        if (slot.wait_ms > 0) return refused({ status: 'too soon', waitMs: Math.ceil(slot.wait_ms) });
        await client.query(leaveLineSql, me.slice(0, 2));
        const granted = await client.query<{ asked_at: Date }>(grantSql, [...me, leaseSeconds]);
        const { asked_at: askedAt } = granted.rows[0] as { asked_at: Date };
        return { status: 'granted', askedAt, lastJobAt: slot.job_at };
      }),
    /**
     * Says that CXone has answered: from here on the next job's time is counted, since only this caller
     * knows when CXone received the request. A job that was `made` counts from here on, too.
     */
    async answered(
      tenant: string,
      { workflowId, runId }: Claimant,
      answer: 'made' | 'refused',
    ): Promise<void> {
      await run(pool, answeredSql, [tenant, workflowId, runId, answer === 'made']);
    },
    /** Says that the holder, and with it its job, is alive; false when it is none any more. */
    async prolong(tenant: string, { workflowId, runId }: Claimant, leaseSeconds: number): Promise<boolean> {
      return (await run(pool, prolongSql, [tenant, workflowId, runId, leaseSeconds])).length > 0;
    },
    /** Releases the slot; nothing happens when another claimant has it. */
    async release(tenant: string, { workflowId, runId }: Claimant): Promise<void> {
      await run(pool, releaseSql, [tenant, workflowId, runId]);
      await run(pool, leaveLineSql, [tenant, workflowId]);
    },
  };
}

function isSame(holder: Claimant, other: Claimant | undefined): boolean {
  return other !== undefined && holder.workflowId === other.workflowId && holder.runId === other.runId;
}
