import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Row } from './batch';
import type { BulkTable } from './columns';
import { encodeRows } from './copy-text';
import { sqlStateOf } from '../postgres/errors';

/** A row that PostgreSQL itself would not take (out of a type's range, nested too deep), with its SQLSTATE. */
export interface Unstorable {
  readonly row: Row;
  readonly sqlState: string;
}

interface UpsertCounts {
  readonly inserted: number;
  readonly updated: number;
}

/** Stores rows of one kind inside the caller's transaction, wherever they come from. */
export interface BulkUpsert {
  /** The staging table of the connection, which holds the rows for the rest of the transaction. */
  readonly staging: string;
  /** Makes the staging table of a connection, once; to be called outside a transaction, which might take it back. */
  readonly prepare: (client: PoolClient) => Promise<void>;
  /**
   * Answers what became of the rows; those that PostgreSQL does not take are the caller's to keep. With `ifNewer`, rows
   * come late: a stored row gives way only to a newer stamp, not to an equal one or none.
   */
  write(
    client: PoolClient,
    tenant: string,
    rows: readonly Row[],
    options?: { readonly ifNewer?: boolean },
  ): Promise<UpsertCounts & { readonly unstorable: readonly Unstorable[] }>;
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

// Data exception, not-null violation, program limit exceeded: the fault of one row, not of the statement.
const rowErrorStates = /^(22|23|54)/;

/** Bytes sent before others have a turn. */
const bytesPerTurn = 128 * 1024;

/** Sends parts one by one, with turns for others in between: they may be those of a page of many megabytes. */
async function copy(client: PoolClient, sql: string, parts: Iterable<Buffer>): Promise<void> {
  const stream = client.query(copyFrom(sql));
  // After the server's error the stream stumbles once more over its missing connection; only the first counts.
  const done = once(stream, 'finish');
  done.catch(() => {});
  stream.on('error', () => {});
  let written = 0;
  try {
    for (const part of parts) {
      if (stream.errored !== null) break;
      written += part.length;
      if (!stream.write(part)) await Promise.race([once(stream, 'drain'), done]);
      if (written < bytesPerTurn) continue;
      written = 0;
      await setImmediate();
    }
    stream.end();
  } catch (error) {
    // What the server said is on its way, and counts for more.
    await done;
    throw error;
  }
  await done;
}

// Some field names are reserved words, such as system_user since PostgreSQL 16.
const quote = (name: string) => `"${name}"`;

function upsertSql({ name, columns, key, stamp, circumstances = [] }: BulkTable, staging: string): string {
  const data = [...columns.map((column) => quote(column.name)), 'extra', 'sanitised'];
  const changing = data.filter((column) => column !== quote(key));
  const contents = changing.filter((column) => !circumstances.map(quote).includes(column));
  const list = (columnNames: readonly string[], prefix = '') =>
    columnNames.map((column) => prefix + column).join(', ');
  const [theirs, ours] = [`excluded.${stamp}`, `present.${stamp}`];
  const isNewer = `coalesce(${theirs}, '-infinity') > coalesce(${ours}, '-infinity')`;
  const isSame = `${theirs} is not distinct from ${ours}`;
  const differs = `(present.absent_since is not null
                 or (${list(contents, 'present.')}) is distinct from (${list(contents, 'excluded.')}))`;
  const wins = circumstances.includes(stamp)
    ? `(${isNewer} or ${isSame}) and ${differs}`
    : `${isNewer}
         or ${isSame}
            and ${differs}`;
  // DISTINCT ON: ON CONFLICT may not meet one key twice. ORDER BY key: concurrent pages lock rows in one order, so
  // they wait for each other instead of deadlocking. Among equals the row that came last wins (ctid grows as we copy).
  return `
    with upserted as (
      insert into cxone.${name} as present (tenant, ${list(data)})
      select distinct on (${key}) $1, ${list(data)}
      from ${staging}
      order by ${key}, ${stamp} desc nulls last, ctid desc
      on conflict (tenant, ${key}) do update
      set ${changing.map((column) => `${column} = excluded.${column}`).join(', ')}, synced_at = now(), absent_since = null
      where ${wins}
      returning xmax = 0 as inserted
    )
    select count(*) filter (where inserted)::int as inserted, count(*) filter (where not inserted)::int as updated
    from upserted`;
}

/**
 * COPY into a temporary table and one upsert from there: 38–54 k contacts/s on two cores, where multi-row VALUES make
 * 14 k. A row replaces the stored one when its stamp is newer, or equal with another content (not every
 * change moves the stamp), or equal when the stored one had been marked absent; else nothing is written.
 */
export function createBulkUpsert(table: BulkTable): BulkUpsert {
  const { name: tableName, key, stamp } = table;
  const staging = `pg_temp.staging_${tableName}`;
  const prepared = new WeakSet<PoolClient>();
  const definitions = table.columns.map(
    ({ name, type }) => `${quote(name)} ${type}${table.required.includes(name) ? ' not null' : ''}`,
  );
  // Several writers of one table may share the pool, and so a connection and its staging table.
  const create = `create temporary table if not exists staging_${tableName}
    (${definitions.join(', ')}, extra jsonb, sanitised text[]) on commit delete rows`;
  const names = table.columns.map(({ name }) => quote(name)).join(', ');
  const copySql = `copy ${staging} (${names}, extra, sanitised) from stdin`;
  const upsert = upsertSql(table, staging);
  const deleteStale = `
    delete from ${staging} s using cxone.${tableName} present
    where present.tenant = $1 and present.${key} = s.${key}
      and coalesce(s.${stamp}, '-infinity') <= coalesce(present.${stamp}, '-infinity')`;

  /** Copies rows into the staging table; answers those that PostgreSQL does not take. */
  async function stage(client: PoolClient, rows: readonly Row[]): Promise<readonly Unstorable[]> {
    if (rows.length === 0) return [];
    await client.query('savepoint staging');
    try {
      await copy(client, copySql, encodeRows(rows, table.columns));
      await client.query('release savepoint staging');
      return [];
    } catch (error) {
      const sqlState = sqlStateOf(error);
      if (sqlState === undefined || !rowErrorStates.test(sqlState)) throw error;
      await client.query('rollback to savepoint staging; release savepoint staging');
      const [row] = rows;
      if (rows.length === 1 && row !== undefined) return [{ row, sqlState }];
      // COPY takes all or nothing, so halve until only bad rows are left.
      const middle = rows.length >> 1;
      return [...(await stage(client, rows.slice(0, middle))), ...(await stage(client, rows.slice(middle)))];
    }
  }

  return {
    staging,
    async prepare(client) {
      if (prepared.has(client)) return;
      await client.query(create);
      prepared.add(client);
    },
    async write(client, tenant, rows, { ifNewer = false } = {}) {
      refuseUnknownFields(rows, table);
      const unstorable = await stage(client, rows);
      if (ifNewer) await client.query(deleteStale, [tenant]);
      const [counts] = (await client.query<UpsertCounts>(upsert, [tenant])).rows;
      return { inserted: 0, updated: 0, ...counts, unstorable };
    },
  };
}
