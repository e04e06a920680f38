import type { Pool, PoolClient } from 'pg';
import type { Drift, RecordKind, Row } from '../ingest/batch';
import { type BulkUpsert, createBulkUpsert, unstorableReason } from '../ingest/bulk-upsert';
import { noteDrift } from '../ingest/schema-drift';
import { recordTables } from './record-tables';
import type { RecordingOptions } from './expected-recordings';
import { storableText } from '../ingest/sanitise';
import { inTransaction, run } from '../postgres/transaction';

/** A rejected record without what it says: `reason` and `field` name fields, never values. */
export interface RejectedSummary {
  readonly tenant: string;
  readonly kind: RecordKind;
  /** SHA-256 of the record as it was kept, lower-case hex. */
  readonly hash: string;
  readonly reason: string;
  readonly field: string | null;
  readonly seen: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
}

/** With the record itself, as JSON text: personal data. */
export interface RejectedRecord extends RejectedSummary {
  readonly raw: string;
}

/** A record as it was kept: `bytes` only where it is no UTF-8, and `raw` does not say all of it. */
export interface KeptRecord {
  readonly hash: string;
  readonly raw: string;
  readonly bytes?: Buffer | null;
}

/** Absent members mean "any"; `reason` is any part of one, in any case. */
export interface RejectedFilter {
  readonly tenant?: string | undefined;
  readonly kind?: RecordKind | undefined;
  readonly reason?: string | undefined;
}

/** Records of one tenant and kind; `hash` is how a content hash begins. */
export interface RejectedSelection {
  readonly tenant: string;
  readonly kind: RecordKind;
  readonly hash?: string | undefined;
}

interface Readable {
  readonly hash: string;
  readonly ok: true;
  readonly row: Row;
  readonly drift: readonly Drift[];
}

/** A rejected record that was read again: a row by now, or still none, and why. */
export type Reread =
  | Readable
  | {
      readonly hash: string;
      readonly ok: false;
      readonly reason: string;
      readonly field?: string | undefined;
    };

export interface ReplayOutcome {
  /** Records that have left `rejected_record`. */
  readonly replayed: number;
  /** Of their rows; the rest were in the table already, as they are or newer. */
  readonly inserted: number;
  readonly updated: number;
  /** Records that stay, with the reason of today. */
  readonly stayed: number;
}

/** Records that could not be stored when they came. */
export interface RejectedTable {
  /** Those last seen first, at most `limit`, and how many there are in all. */
  list(
    filter: RejectedFilter,
    limit: number,
  ): Promise<{ readonly total: number; readonly records: readonly RejectedSummary[] }>;
  /** Records of a tenant whose hash begins so, of whatever kind; at most three, for one is looked for. */
  find(tenant: string, hash: string): Promise<readonly RejectedRecord[]>;
  /** The next records after a hash in the order of hashes, together not much larger than 16 MB. */
  read(selection: RejectedSelection, after: string | null): Promise<readonly KeptRecord[]>;
  /**
   * In one transaction: stores what can be stored by now and takes it out of `rejected_record`; notes today's reason on
   * the others. A stored row gives way to a newer stamp only: between equals it may be the one that was read later. With `recordings`, also notes which recordings are to be
   * fetched.
   */
  replay(
    tenant: string,
    kind: RecordKind,
    reread: readonly Reread[],
    options: RecordingOptions,
  ): Promise<ReplayOutcome>;
}

const summary = `tenant, kind, content_hash as hash, reason, field, seen, first_seen as "firstSeen",
         last_seen as "lastSeen"`;

const matching = `($1::text is null or tenant = $1) and ($2::text is null or kind = $2)
    and ($3::text is null or position(lower($3) in lower(reason)) > 0)`;

// Raw records differ in size by six orders of magnitude: a batch is bounded by both number and size.
const readSql = `
  select hash, raw, bytes
  from (
    select hash, raw, bytes, sum(octet_length(raw)) over (order by hash) - octet_length(raw) as before
    from (
      select content_hash as hash, raw, raw_bytes as bytes from cxone.rejected_record
      where tenant = $1 and kind = $2 and ($3::text is null or starts_with(content_hash, $3))
        and ($4::text is null or content_hash > $4)
      order by content_hash
      limit 1000) as next) as sized
  where before < 16000000
  order by hash`;

const stayingSql = `
  update cxone.rejected_record r set reason = new.reason, field = new.field
  from unnest($3::text[], $4::text[], $5::text[]) as new (hash, reason, field)
  where r.tenant = $1 and r.kind = $2 and r.content_hash = new.hash
    and (r.reason, r.field) is distinct from (new.reason, new.field)`;

/** The rejected records behind `pool`; all methods throw `StoreError`. */
export function createRejectedTable(pool: Pool): RejectedTable {
  const writers = new Map<RecordKind, BulkUpsert>();
  const writerOf = (kind: RecordKind): BulkUpsert => {
    const writer = writers.get(kind) ?? createBulkUpsert(recordTables[kind].table);
    writers.set(kind, writer);
    return writer;
  };

  return {
    async list({ tenant = null, kind = null, reason = null }, limit) {
      const values = [tenant, kind, reason];
      const [all] = await run<{ total: number }>(
        pool,
        `select count(*)::int as total from cxone.rejected_record where ${matching}`,
        values,
      );
      const records = await run<RejectedSummary>(
        pool,
        `select ${summary} from cxone.rejected_record where ${matching}
         order by last_seen desc, tenant, kind, content_hash limit $4`,
        [...values, limit],
      );
      return { total: all?.total ?? 0, records };
    },
    find: (tenant, hash) =>
      run<RejectedRecord>(
        pool,
        `select ${summary}, raw from cxone.rejected_record
         where tenant = $1 and starts_with(content_hash, $2) order by content_hash limit 3`,
        [tenant, hash],
      ),
    read: ({ tenant, kind, hash = null }, after) => run(pool, readSql, [tenant, kind, hash, after]),
    replay(tenant, kind, reread, options) {
      const writer = writerOf(kind);
      return inTransaction(
        pool,
        async (client) => {
          const readable = await stamped(
            client,
            { tenant, kind },
            reread.filter((one) => one.ok),
          );
          const { unstorable, inserted, updated } = await writer.write(
            client,
            tenant,
            readable.map(({ row }) => row),
            { ifNewer: true },
          );
          const refused = new Map(unstorable.map((one) => [one.row, unstorableReason(one)]));
          const done = readable.filter(({ row }) => !refused.has(row)).map(({ hash }) => hash);
          const staying = reread.flatMap((one) => {
            if (!one.ok) return [{ hash: one.hash, reason: one.reason, field: one.field ?? null }];
            const reason = refused.get(one.row);
            return reason === undefined ? [] : [{ hash: one.hash, reason, field: null }];
          });
          await lock(client, tenant, kind, [...done, ...staying.map(({ hash }) => hash)]);
          const { rowCount } = await client.query(
            'delete from cxone.rejected_record where tenant = $1 and kind = $2 and content_hash = any ($3)',
            [tenant, kind, done],
          );
          await client.query(stayingSql, [
            tenant,
            kind,
            staying.map(({ hash }) => hash),
            staying.map(({ reason }) => storableText(reason)),
            staying.map(({ field }) => (field === null ? null : storableText(field))),
          ]);
          await noteDrift(
            client,
            tenant,
            kind,
            readable.flatMap(({ drift }) => drift),
          );
          await recordTables[kind].after?.(client, tenant, writer.staging, options);
          return { replayed: rowCount ?? 0, inserted, updated, stayed: staying.length };
        },
        writer.prepare,
      );
    },
  };
}

/** In the order in which pages lock them, so that a replay beside a sync waits instead of deadlocking. */
async function lock(
  client: PoolClient,
  tenant: string,
  kind: RecordKind,
  hashes: readonly string[],
): Promise<void> {
  await client.query(
    `select from cxone.rejected_record where tenant = $1 and kind = $2 and content_hash = any ($3)
     order by content_hash for update`,
    [tenant, kind, hashes],
  );
}

/**
 * Where the time of reading is a row's stamp, that of a rejected record is when it was last seen: later than what older
 * files brought, earlier than what newer ones do.
 */
async function stamped(
  client: PoolClient,
  { tenant, kind }: RejectedSelection,
  readable: readonly Readable[],
): Promise<readonly Readable[]> {
  const { columns, stamp, circumstances = [] } = recordTables[kind].table;
  const field = columns.find(({ name }) => name === stamp)?.field;
  if (field === undefined || !circumstances.includes(stamp)) return readable;
  const { rows } = await client.query<{ hash: string; seen: Date }>(
    `select content_hash as hash, last_seen as seen from cxone.rejected_record
     where tenant = $1 and kind = $2 and content_hash = any ($3)`,
    [tenant, kind, readable.map(({ hash }) => hash)],
  );
  const seen = new Map(rows.map((row) => [row.hash, row.seen.toISOString()]));
  return readable.map((one) => ({
    ...one,
    row: { ...one.row, values: { ...one.row.values, [field]: seen.get(one.hash) ?? null } },
  }));
}
