import type { PoolClient } from 'pg';
import type { Drift, RecordKind } from './batch';
import { storableText } from './sanitise';

/**
 * Notes fields that are new or changed their type, once each. Nothing is updated when one is seen again: a counter
 * here would be a single row that every page of every window has to lock.
 */
export async function noteDrift(
  client: PoolClient,
  tenant: string,
  kind: RecordKind | 'interactions',
  drift: readonly Drift[],
): Promise<void> {
  if (drift.length === 0) return;
  const distinct = new Map(
    drift.map(({ field, observedType }) => [
      `${field}\t${observedType}`,
      [storableText(field), observedType] as const,
    ]),
  );
  await client.query(
    `insert into cxone.schema_drift (tenant, kind, field, observed_type)
     select distinct $1, $2, field, observed_type
     from unnest($3::text[], $4::text[]) as new (field, observed_type)
     order by field, observed_type
     on conflict do nothing`,
    [
      tenant,
      kind,
      [...distinct.values()].map(([field]) => field),
      [...distinct.values()].map(([, type]) => type),
    ],
  );
}
