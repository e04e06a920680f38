import type { Pool } from 'pg';
import type { Dataset } from '../ingest/batch';
import { unlikely } from './recording-choice';
import { run } from '../postgres/transaction';

/** Windows of the ledger by state; a parked one is running, and counted as parked only. */
export interface WindowStates {
  readonly complete: number;
  readonly running: number;
  readonly parked: number;
  readonly failed: number;
  /** Closed with gaps that an operator accepted. */
  readonly incomplete: number;
}

/** Recordings by status: a file each, or a call while no file of it is known. */
export interface RecordingStates {
  readonly pending: number;
  /** Calls that probably have nothing, to be asked about once when quota is left; not among `pending`. */
  readonly unlikely: number;
  readonly stored: number;
  readonly absent: number;
  readonly failed: number;
}

/** A window by its dates and by the run that holds, or last held it. */
interface WindowRun {
  readonly tenant: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly from: Date;
  readonly to: Date;
}

/** A window whose run waits for a person. */
export interface ParkedWindow extends WindowRun {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly since: Date;
}

/** A window that ended without all it should hold. */
export interface FailedAttempt extends WindowRun {
  readonly status: 'failed' | 'incomplete';
  readonly code: string | null;
  readonly at: Date;
}

/** How the days of a dataset stand. */
export interface ExtractionState {
  readonly tenant: string;
  readonly dataset: Dataset;
  /** The latest day that is loaded whole, `YYYY-MM-DD`; null while there is none. */
  readonly lastComplete: string | null;
  readonly complete: number;
  readonly running: number;
  readonly failed: number;
  /** Given up by a person. */
  readonly incomplete: number;
  /** The day whose reading failed, or was given up, last. */
  readonly failure: { readonly day: string; readonly code: string | null; readonly at: Date } | null;
}

/** How far the changes of a tenant have been stored. */
export interface Lag {
  /** By CXone's clock. */
  readonly watermark: Date;
  /** From the watermark to the database's clock, in seconds; less than 0 where the watermark is ahead of it. */
  readonly seconds: number;
}

export type Overview = ReturnType<typeof createOverview>;

const windowsSql = `
  select tenant, count(*) filter (where status = 'complete')::int as complete,
         count(*) filter (where status = 'running' and parked_at is null)::int as running,
         count(*) filter (where status = 'running' and parked_at is not null)::int as parked,
         count(*) filter (where status = 'failed')::int as failed,
         count(*) filter (where status = 'incomplete')::int as incomplete
  from cxone.sync_window where tenant = any ($1) group by tenant`;

const statusSql = `case when status = 'pending' and priority = ${unlikely} then 'unlikely' else status end as status`;

// Grouped by both columns, not filtered by status: PostgreSQL compares each row once.
const recordingsSql = `
  select tenant, ${statusSql}, count(*)::int as recordings
  from cxone.recording where tenant = any ($1) group by 1, 2`;

// With the condition of the index recording_open, which holds only what is still to be had.
const openRecordingsSql = `
  select tenant, ${statusSql}, count(*)::int as recordings
  from cxone.recording where tenant = any ($1) and status in ('pending', 'failed') group by 1, 2`;

const lagsSql = `
  select tenant, value as watermark, extract(epoch from now() - value)::float8 as seconds
  from cxone.watermark where tenant = any ($1) and stream = 'contacts'`;

const parkedCodesSql = `
  select tenant, coalesce(parked_code, 'Unexpected') as code, count(*)::int as windows
  from cxone.sync_window
  where tenant = any ($1) and status = 'running' and parked_at is not null group by 1, 2 order by 1, 2`;

const windowRun = `
  one.tenant, one.workflow_id as "workflowId", one.run_id as "runId", one.window_start as "from",
  one.window_end as "to"`;

const parkedSql = `
  select ${windowRun}, coalesce(one.parked_code, 'Unexpected') as code, coalesce(one.parked_message, '') as message,
         coalesce(one.parked_remedy, '') as remedy, one.parked_at as since
  from (
    select *, row_number() over (partition by tenant order by parked_at, window_id) as place
    from cxone.sync_window
    where tenant = any ($1) and status = 'running' and parked_at is not null) as one
  where one.place <= $2
  order by one.tenant, one.parked_at, one.window_id`;

// A line that was made but never begun has no run and no time.
const failuresSql = `
  select ${windowRun}, one.status, one.error_code as code, one.closed_at as at
  from (
    select *, row_number() over (partition by tenant order by closed_at desc, window_id desc) as place
    from cxone.sync_window
    where tenant = any ($1) and status in ('failed', 'incomplete') and closed_at is not null) as one
  where one.place <= $2
  order by one.tenant, one.closed_at desc, one.window_id desc`;

// A day counts as complete also while it is read again, or when that failed: it was loaded whole once.
const extractionsSql = `
  select tenant, dataset, max(day) filter (where complete_at is not null)::text as "lastComplete",
         count(*) filter (where complete_at is not null)::int as complete,
         count(*) filter (where status = 'running')::int as running,
         count(*) filter (where status = 'failed')::int as failed,
         count(*) filter (where status = 'incomplete')::int as incomplete,
         (array_agg(day::text order by closed_at desc) filter (where status in ('failed', 'incomplete')))[1] as day,
         (array_agg(error_code order by closed_at desc) filter (where status in ('failed', 'incomplete')))[1] as code,
         max(closed_at) filter (where status in ('failed', 'incomplete')) as at
  from cxone.extraction where tenant = any ($1) group by tenant, dataset order by tenant, dataset desc`;

interface ExtractionCounts extends Omit<ExtractionState, 'failure'> {
  readonly day: string | null;
  readonly code: string | null;
  readonly at: Date | null;
}

type StatusCount = {
  readonly tenant: string;
  readonly status: keyof RecordingStates;
  readonly recordings: number;
};

/**
 * How the work stands, one statement for all tenants each; answers know only tenants that have something. Reads the
 * ledger and the recordings, changes nothing. All methods throw `StoreError`.
 */
export function createOverview(pool: Pool) {
  const byTenant = async <R extends { readonly tenant: string }>(sql: string, tenants: readonly string[]) =>
    new Map((await run<R>(pool, sql, [tenants])).map(({ tenant, ...rest }) => [tenant, rest]));

  async function countRecordings(sql: string, tenants: readonly string[]) {
    const counted = new Map<string, RecordingStates>();
    for (const { tenant, status, recordings } of await run<StatusCount>(pool, sql, [tenants])) {
      const before = counted.get(tenant) ?? { pending: 0, unlikely: 0, stored: 0, absent: 0, failed: 0 };
      counted.set(tenant, { ...before, [status]: recordings });
    }
    return counted;
  }

  return {
    windows: (tenants: readonly string[]): Promise<ReadonlyMap<string, WindowStates>> =>
      byTenant<WindowStates & { readonly tenant: string }>(windowsSql, tenants),
    recordings: (tenants: readonly string[]): Promise<ReadonlyMap<string, RecordingStates>> =>
      countRecordings(recordingsSql, tenants),
    /** Of those still to be had only, which is quick however many are stored. */
    openRecordings: (
      tenants: readonly string[],
    ): Promise<ReadonlyMap<string, Pick<RecordingStates, 'pending' | 'unlikely' | 'failed'>>> =>
      countRecordings(openRecordingsSql, tenants),
    /** Of the stream `contacts`. */
    lags: (tenants: readonly string[]): Promise<ReadonlyMap<string, Lag>> =>
      byTenant<Lag & { readonly tenant: string }>(lagsSql, tenants),
    /** Parked windows by tenant and code. */
    parkedCodes: (
      tenants: readonly string[],
    ): Promise<readonly { readonly tenant: string; readonly code: string; readonly windows: number }[]> =>
      run(pool, parkedCodesSql, [tenants]),
    /** At most `limit` a tenant, those that wait longest first. */
    parked: (tenants: readonly string[], limit: number): Promise<readonly ParkedWindow[]> =>
      run<ParkedWindow>(pool, parkedSql, [tenants, limit]),
    /** Datasets of which a day was ever extracted. */
    async extractions(tenants: readonly string[]): Promise<readonly ExtractionState[]> {
      const rows = await run<ExtractionCounts>(pool, extractionsSql, [tenants]);
      return rows.map(({ day, code, at, ...state }) => ({
        ...state,
        failure: day === null || at === null ? null : { day, code, at },
      }));
    },
    /** At most `limit` a tenant, the latest first. */
    failures: (tenants: readonly string[], limit: number): Promise<readonly FailedAttempt[]> =>
      run<FailedAttempt>(pool, failuresSql, [tenants, limit]),
  };
}
