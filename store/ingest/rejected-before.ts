import type { PoolClient } from 'pg';
import type { RecordKind } from './batch';

/** A rejected record on its way into its table. */
interface Keyed {
  readonly raw: string;
  readonly bytes: Buffer | null;
  /** The key it is kept under: the SHA-256 of what came. */
  readonly hash: string;
  /** The key under which a release before 0.2 kept it; null where that is the same, or not known. */
  readonly formerHash: string | null;
}

// What a row holds by now, as a key: the former one until the record is read again.
const heldSql = `
  select content_hash as hash, encode(sha256(coalesce(raw_bytes, convert_to(raw, 'UTF8'))), 'hex') as content
  from cxone.rejected_record
  where tenant = $1 and kind = $2 and content_hash = any ($3)`;

const asItCameSql = `
  update cxone.rejected_record set raw = $4, raw_bytes = $5
  where tenant = $1 and kind = $2 and content_hash = $3`;

/**
 * Releases before 0.2 kept a rejected record as they had parsed it, under the hash of that text. Such a record goes on
 * under its former key, since landed pages name it, and from its next reading on its row holds it as it came. Of two
 * records that share the same former text only one keeps that key.
 *
 * @returns the records, in their order, each with the key to keep it under
 */
export async function underFormerKeys<T extends Keyed>(
  client: PoolClient,
  tenant: string,
  kind: RecordKind,
  records: readonly T[],
): Promise<readonly T[]> {
  const formerHashes = records.flatMap(({ formerHash }) => formerHash ?? []);
  if (formerHashes.length === 0) return records;
  type Held = { readonly hash: string; readonly content: string };
  const { rows } = await client.query<Held>(heldSql, [tenant, kind, formerHashes]);
  const held = new Map(rows.map(({ hash, content }) => [hash, content]));
  const keyed: T[] = [];
  for (const record of records) {
    const { formerHash, hash, raw, bytes } = record;
    const content = formerHash === null ? undefined : held.get(formerHash);
    if (formerHash === null || (content !== formerHash && content !== hash)) {
      keyed.push(record);
      continue;
    }
    if (content === formerHash) await client.query(asItCameSql, [tenant, kind, formerHash, raw, bytes]);
    held.set(formerHash, hash);
    keyed.push({ ...record, hash: formerHash });
  }
  return keyed;
}
