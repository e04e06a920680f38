import type { PoolClient } from 'pg';
import type { Row } from './batch';
import { createBulkUpsert } from './bulk-upsert';
import type { Unstorable, UpsertCounts } from './bulk-upsert';
import type { BulkTable } from './columns';

/** What became of rows; those that PostgreSQL itself would not take are the caller's to keep. */
export interface Written extends UpsertCounts {
  readonly unstorable: readonly Unstorable[];
}

/** Stores rows of one kind inside the caller's transaction, wherever they come from. */
export interface BatchWriter {
  /** The staging table, which holds the rows for the rest of the transaction. */
  readonly staging: string;
  /** To be called on the connection before the transaction begins. */
  readonly prepare: (client: PoolClient) => Promise<void>;
  /** With `ifNewer`, rows that come late: a stored row gives way only to a newer stamp, not to an equal one or none. */
  write(
    client: PoolClient,
    tenant: string,
    rows: readonly Row[],
    options?: { readonly ifNewer?: boolean },
  ): Promise<Written>;
}

/** Why a row that was readable is rejected after all. */
export function unstorableReason({ sqlState }: Unstorable): string {
  return `PostgreSQL cannot hold it (SQLSTATE ${sqlState})`;
}

function refuseUnknownFields(rows: readonly Row[], { name, columns }: BulkTable): void {
  const known = new Set(columns.map(({ field }) => field));
  const unknown = Object.keys(rows[0]?.values ?? {}).find((field) => !known.has(field));
  // Dropping it silently would lose data. Readers give every row the same fields, so the first row is enough.
  if (unknown !== undefined) throw new TypeError(`cxone.${name} has no column for field ${unknown}`);
}

/** The writer of a table: newest wins, as described at `createBulkUpsert`. */
export function createBatchWriter(table: BulkTable): BatchWriter {
  const bulk = createBulkUpsert(table);
  const { name, key, stamp } = table;
  const deleteStale = `
    delete from ${bulk.staging} s using cxone.${name} present
    where present.tenant = $1 and present.${key} = s.${key}
      and coalesce(s.${stamp}, '-infinity') <= coalesce(present.${stamp}, '-infinity')`;
  return {
    staging: bulk.staging,
    prepare: bulk.prepare,
    async write(client, tenant, rows, { ifNewer = false } = {}) {
      refuseUnknownFields(rows, table);
      const unstorable = await bulk.stage(client, rows);
      if (ifNewer) await client.query(deleteStale, [tenant]);
      return { ...(await bulk.upsert(client, tenant)), unstorable };
    },
  };
}
