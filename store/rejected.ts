import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { RecordKind, Rejected } from './batch';
import { replayableJson, storableText } from './sanitise';

interface StoredRejected {
  readonly reason: string;
  readonly field: string | null;
  readonly raw: string;
  readonly hash: string;
}

function toStored({ reason, field, raw }: Rejected): StoredRejected {
  const replayable = replayableJson(raw);
  return {
    reason: storableText(reason),
    field: field === undefined ? null : storableText(field),
    raw: replayable,
    hash: createHash('sha256').update(replayable).digest('hex'),
  };
}

/**
 * Keeps records that could not be stored, one row per distinct record however often it is read; seeing one again only
 * counts. `raw` is JSON text that parses to what came. Answers the content hash of each (SHA-256, lower-case hex), equal
 * ones as often as they came.
 */
export async function keepRejected(
  client: PoolClient,
  tenant: string,
  kind: RecordKind,
  pageId: string | null,
  rejected: readonly Rejected[],
): Promise<readonly string[]> {
  if (rejected.length === 0) return [];
  const stored = rejected.map(toStored);
  const distinct = [...new Map(stored.map((record) => [record.hash, record])).values()];
  // Sorted, so that concurrent pages with the same records lock them in the same order.
  distinct.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  await client.query(
    `insert into cxone.rejected_record as present (tenant, kind, content_hash, reason, field, raw, page_id)
     select $1, $2, hash, reason, field, raw, $3
     from unnest($4::text[], $5::text[], $6::text[], $7::text[]) as new (hash, reason, field, raw)
     on conflict (tenant, kind, content_hash) do update
     set seen = present.seen + 1, last_seen = now(), reason = excluded.reason, field = excluded.field,
         page_id = excluded.page_id`,
    [
      tenant,
      kind,
      pageId,
      distinct.map(({ hash }) => hash),
      distinct.map(({ reason }) => reason),
      distinct.map(({ field }) => field),
      distinct.map(({ raw }) => raw),
    ],
  );
  return stored.map(({ hash }) => hash);
}
