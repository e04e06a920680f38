import type { Pool, PoolClient } from 'pg';
import type { Dataset, PageOutcome } from '../ingest/batch';
import { type BulkUpsert, createBulkUpsert } from '../ingest/bulk-upsert';
import { noteDrift } from '../ingest/schema-drift';
import { StoreError } from '../postgres/errors';
import { extractionTables } from '../tables/extraction-columns';
import type { ExtractionJob, ExtractionKey, ExtractionRow, Extractions } from './types';
import { prolongSql, releaseSql } from './job-slots';
import { toRejected } from '../ingest/page-persister';
import { keepRejected } from '../ingest/keep-rejected';
import { inTransaction, run } from '../postgres/transaction';

const columns = `tenant, dataset, day::text, status, attempt, job_id as "jobId", records, inserted, updated, unchanged,
  rejected, absent, error_code as "errorCode", started_at as "startedAt", closed_at as "closedAt",
  complete_at as "completeAt"`;

const beginSql = `
  insert into cxone.extraction as present
    (tenant, dataset, day, status, attempt, workflow_id, run_id, job_id, extracted_at, started_at, inserted, updated)
  values ($1, $2, $3, 'running', 1, $4, $5, $6, $7, now(), 0, 0)
  on conflict (tenant, dataset, day) do update
  set status = 'running', attempt = present.attempt + 1, workflow_id = excluded.workflow_id,
      run_id = excluded.run_id, job_id = excluded.job_id, extracted_at = excluded.extracted_at, started_at = now(),
      closed_at = null, records = null, inserted = 0, updated = 0, unchanged = null, rejected = null, absent = null,
      error_code = null`;

const holdSql = `
  select extracted_at as "extractedAt" from cxone.extraction
  where tenant = $1 and dataset = $2 and day = $3 and job_id = $4 and workflow_id = $5 and run_id = $6
    and status = 'running'
  for update`;

// Inserted and updated are added up, batch by batch: an attempt that begins again finds what the one before stored.
const addSql = `
  update cxone.extraction set inserted = inserted + $4, updated = updated + $5
  where tenant = $1 and dataset = $2 and day = $3`;

const finishSql = `
  update cxone.extraction
  set status = case when whole.whole then 'complete' else 'unfinished' end,
      complete_at = case when whole.whole then now() else complete_at end,
      records = $4, rejected = $5, absent = $6, closed_at = now(), error_code = null,
      unchanged = greatest(0, read.keys - inserted - updated)
  from (
    select count(*)::int as keys from cxone.extraction_key where tenant = $1 and dataset = $2 and day = $3
  ) as read, (
    select extracted_at >= (day + 1)::timestamp at time zone 'UTC' + $7 * interval '1 minute' as whole
    from cxone.extraction where tenant = $1 and dataset = $2 and day = $3
  ) as whole
  where tenant = $1 and dataset = $2 and day = $3
  returning ${columns}`;

const closeSql = `
  insert into cxone.extraction as present
    (tenant, dataset, day, status, attempt, workflow_id, run_id, error_code, started_at, closed_at)
  values ($1, $2, $3, $4, 1, $5, $6, $7, now(), now())
  on conflict (tenant, dataset, day) do update
  set status = excluded.status, error_code = excluded.error_code, closed_at = now(),
      workflow_id = excluded.workflow_id, run_id = excluded.run_id
  -- What is loaded is loaded, by whichever run, though this one failed or was cancelled then; and another run may have
  -- begun the day in the meantime.
  where present.status not in ('complete', 'unfinished')
    and (present.status <> 'running' or (present.workflow_id = $5 and present.run_id = $6))`;

const clearKeysSql = 'delete from cxone.extraction_key where tenant = $1 and dataset = $2 and day = $3';

const keyOf = ({ tenant, dataset, day }: ExtractionKey) => [tenant, dataset, day] as const;

/** Tables whose rows come from files, by what they need. */
interface Loader {
  readonly writer: BulkUpsert;
  readonly keepKeysSql: string;
  readonly markAbsentSql: string;
}

function loaderOf(dataset: Dataset): Loader {
  const { name, key } = extractionTables[dataset];
  const writer = createBulkUpsert(extractionTables[dataset]);
  return {
    writer,
    keepKeysSql: `
      insert into cxone.extraction_key (tenant, dataset, day, record_key)
      select distinct $1, $2, $3::date, ${key} from ${writer.staging} order by ${key}
      on conflict do nothing`,
    // In key order, as everywhere. Only what this very day's file once brought: a row that came with another day's is
    // that one's to miss.
    markAbsentSql: `
      with missing as (
        select t.${key} from cxone.${name} t
        where t.tenant = $1 and t.extract_day = $3::date and t.absent_since is null
          and not exists (
            select from cxone.extraction_key k
            where k.tenant = $1 and k.dataset = $2 and k.day = $3::date and k.record_key = t.${key})
        order by t.${key}
        for update of t
      ), marked as (
        update cxone.${name} t set absent_since = now()
        from missing where t.tenant = $1 and t.${key} = missing.${key}
        returning 1
      )
      select count(*)::int as absent from marked`,
  };
}

/** The ledger of extractions behind `pool`. */
export function createExtractions(pool: Pool): Extractions {
  const loaders: Readonly<Record<Dataset, Loader>> = {
    'interaction-metadata': loaderOf('interaction-metadata'),
    evaluations: loaderOf('evaluations'),
  };

  return {
    async begin(job, askedAt) {
      const { workflowId, runId } = job.claimant;
      await run(pool, beginSql, [...keyOf(job), workflowId, runId, job.jobId, askedAt]);
    },

    async find(key) {
      const where = 'tenant = $1 and dataset = $2 and day = $3';
      const sql = `select ${columns} from cxone.extraction where ${where}`;
      const [row] = await run<ExtractionRow>(pool, sql, keyOf(key));
      return row ?? null;
    },

    async startOver(job) {
      await run(pool, clearKeysSql, keyOf(job));
    },

    persist(job, batch, leaseSeconds) {
      const { writer, keepKeysSql } = loaders[job.dataset];
      return inTransaction<PageOutcome>(
        pool,
        async (client) => {
          const extractedAt = await hold(client, job, leaseSeconds);
          const rows = batch.rows.map((row) => ({
            ...row,
            values: { ...row.values, ...stampOf(job, extractedAt) },
          }));
          const { unstorable, inserted, updated } = await writer.write(client, job.tenant, rows);
          const { rowCount } = await client.query(keepKeysSql, [...keyOf(job)]);
          const table = extractionTables[job.dataset];
          const rejected = [...batch.rejected, ...unstorable.map((one) => toRejected(one, table))];
          await keepRejected(client, { tenant: job.tenant, kind: job.dataset, pageId: null }, rejected);
          await noteDrift(client, job.tenant, job.dataset, batch.drift);
          await client.query(addSql, [...keyOf(job), inserted, updated]);
          const unchanged = Math.max(0, (rowCount ?? 0) - inserted - updated);
          return { inserted, updated, unchanged, rejected: rejected.length };
        },
        writer.prepare,
      );
    },

    finish: (job, { records, rejected }, latenessMinutes) =>
      inTransaction(pool, async (client) => {
        await hold(client, job, 0);
        // A record that was rejected may be the one that seems to be missing.
        const absent = rejected > 0 ? 0 : await markAbsent(client, job);
        const values = [...keyOf(job), records, rejected, absent, latenessMinutes];
        const { rows } = await client.query<ExtractionRow>(finishSql, values);
        await client.query(clearKeysSql, [...keyOf(job)]);
        await client.query(releaseSql, [job.tenant, job.claimant.workflowId, job.claimant.runId]);
        return rows[0] as ExtractionRow;
      }),

    async close(key, { workflowId, runId }, status, errorCode) {
      await run(pool, closeSql, [...keyOf(key), status, workflowId, runId, errorCode]);
    },

    async completeDays(tenant, dataset, from, to) {
      const sql = `select day::text from cxone.extraction
        where tenant = $1 and dataset = $2 and day >= $3 and day < $4 and complete_at is not null order by day`;
      const rows = await run<{ day: string }>(pool, sql, [tenant, dataset, from, to]);
      return rows.map(({ day }) => day);
    },
  };

  async function markAbsent(client: PoolClient, job: ExtractionJob): Promise<number> {
    const { markAbsentSql } = loaders[job.dataset];
    const { rows } = await client.query<{ absent: number }>(markAbsentSql, [...keyOf(job)]);
    return rows[0]?.absent ?? 0;
  }
}

/**
 * Locks the slot and the day's line, prolonging the hold: a run that has lost either writes nothing any more, so that
 * the content of an older file is never stored after that of a newer one.
 */
async function hold(client: PoolClient, job: ExtractionJob, leaseSeconds: number): Promise<Date> {
  const { workflowId, runId } = job.claimant;
  const slot = await client.query(prolongSql, [job.tenant, workflowId, runId, leaseSeconds]);
  const { rows } = await client.query<{ extractedAt: Date }>(holdSql, [
    ...keyOf(job),
    job.jobId,
    workflowId,
    runId,
  ]);
  const [line] = rows;
  if (slot.rowCount === 1 && line !== undefined) return line.extractedAt;
  throw new StoreError('ExtractionNotHeld', `The job of ${job.day} is not this run's any more`);
}

function stampOf({ dataset, day }: ExtractionKey, extractedAt: Date) {
  return dataset === 'evaluations'
    ? { extractDay: day }
    : { extractDay: day, extractedAt: extractedAt.toISOString() };
}
