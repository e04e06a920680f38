import type { Pool, PoolClient } from 'pg';
import { run } from './transaction';

/** How far a stream of changes (`contacts`, `agents`) of a tenant has been stored, by CXone's clock. */
export interface Watermarks {
  get(tenant: string, stream: string): Promise<Date | null>;
  /** Moves the mark forward; an earlier value changes nothing. */
  advance(tenant: string, stream: string, value: Date): Promise<void>;
}

const advanceSql = `
  insert into cxone.watermark as present (tenant, stream, value) values ($1, $2, $3)
  on conflict (tenant, stream) do update set value = excluded.value, updated_at = now()
  where excluded.value > present.value`;

/** Moves a mark inside the caller's transaction, so that it never runs ahead of the rows (design, invariant 3). */
export async function advanceWatermark(
  client: PoolClient,
  tenant: string,
  stream: string,
  value: Date,
): Promise<void> {
  await client.query(advanceSql, [tenant, stream, value]);
}

/** The watermarks behind `pool`; all methods throw `StoreError`. */
export function createWatermarks(pool: Pool): Watermarks {
  return {
    async get(tenant, stream) {
      const rows = await run<{ value: Date }>(
        pool,
        'select value from cxone.watermark where tenant = $1 and stream = $2',
        [tenant, stream],
      );
      return rows[0]?.value ?? null;
    },
    async advance(tenant, stream, value) {
      await run(pool, advanceSql, [tenant, stream, value]);
    },
  };
}
