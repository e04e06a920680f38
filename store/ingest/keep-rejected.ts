import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { RecordKind, Rejected } from './batch';
import { underFormerKeys } from './rejected-before';
import { replayableJson, storableText } from './sanitise';

interface StoredRejected {
  readonly reason: string;
  readonly field: string | null;
  readonly raw: string;
  readonly bytes: Buffer | null;
  readonly hash: string;
  readonly formerHash: string | null;
}

/** Records larger than this are sent one by one, and as bytes, which are not escaped on their way. */
const largeRaw = 64 * 1024;
/** Of records sent at once: some milliseconds' work. */
const [recordsAtOnce, charactersAtOnce] = [1_000, 512 * 1024];
/** Hashing this many bytes takes half a millisecond. */
const hashedAtOnce = 1024 * 1024;

const insertSql = (values: string): string => `
  insert into cxone.rejected_record as present (tenant, kind, content_hash, reason, field, raw, raw_bytes, page_id)
  select $1, $2, hash, reason, field, raw, bytes, $3
  from ${values} as new (hash, reason, field, raw, bytes)
  on conflict (tenant, kind, content_hash) do update
  set seen = present.seen + 1, last_seen = now(), reason = excluded.reason, field = excluded.field,
      page_id = excluded.page_id`;
const insertManySql = insertSql('unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[])');
const insertOneSql = insertSql('(values ($4::text, $5::text, $6::text, $7::text, $8::bytea))');

/** The hash is that of the bytes where there are any, else of the text. */
async function toStored({ reason, field, raw, bytes: given, former }: Rejected): Promise<StoredRejected> {
  const bytes = given ?? null;
  const text = bytes === null ? replayableJson(raw) : storableText(raw);
  return {
    reason: storableText(reason),
    field: field === undefined ? null : storableText(field),
    raw: text,
    bytes,
    hash: await hashOf(bytes ?? Buffer.from(text)),
    formerHash: former === undefined ? null : await hashOf(Buffer.from(replayableJson(former))),
  };
}

async function hashOf(content: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < content.length; at += hashedAtOnce) {
    if (at > 0) await setImmediate();
    hash.update(content.subarray(at, at + hashedAtOnce));
  }
  return hash.digest('hex');
}

/** Where rejected records come from; null: from no landed page. */
interface Origin {
  readonly tenant: string;
  readonly kind: RecordKind;
  readonly pageId: string | null;
}

/**
 * Keeps records that could not be stored, one row per distinct record however often it is read; seeing one again only
 * counts. `raw` is JSON text that parses to what came. Answers the content hash of each (SHA-256, lower-case hex), equal
 * ones as often as they came.
 */
export async function keepRejected(
  client: PoolClient,
  { tenant, kind, pageId }: Origin,
  rejected: readonly Rejected[],
): Promise<readonly string[]> {
  if (rejected.length === 0) return [];
  const read: StoredRejected[] = [];
  let sinceTurn = 0;
  for (const record of rejected) {
    read.push(await toStored(record));
    sinceTurn += record.raw.length;
    if (sinceTurn < charactersAtOnce) continue;
    sinceTurn = 0;
    await setImmediate();
  }
  const stored = await underFormerKeys(client, tenant, kind, read);
  const distinct = [...new Map(stored.map((record) => [record.hash, record])).values()];
  // Sorted, so that concurrent pages with the same records lock them in the same order.
  distinct.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  for (const part of parts(distinct)) {
    const [only] = part;
    if (part.length === 1 && only !== undefined) {
      const { hash, reason, field, raw, bytes } = only;
      const text = raw.length > largeRaw ? Buffer.from(raw) : raw;
      await client.query(insertOneSql, [tenant, kind, pageId, hash, reason, field, text, bytes]);
      continue;
    }
    await client.query(insertManySql, [
      tenant,
      kind,
      pageId,
      ...(['hash', 'reason', 'field', 'raw', 'bytes'] as const).map((name) =>
        part.map((record) => record[name]),
      ),
    ]);
  }
  return stored.map(({ hash }) => hash);
}

/** Records that go in one statement, in their order. */
function* parts(records: readonly StoredRejected[]): Generator<readonly StoredRejected[], void, void> {
  let part: StoredRejected[] = [];
  let size = 0;
  for (const record of records) {
    const own = record.raw.length + (record.bytes?.length ?? 0);
    if (
      part.length > 0 &&
      (part.length === recordsAtOnce || size + own > charactersAtOnce || own > largeRaw)
    ) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(record);
    // A large one goes alone.
    size += own > largeRaw ? charactersAtOnce : own;
  }
  if (part.length > 0) yield part;
}
