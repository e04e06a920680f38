import type { Pool, PoolClient } from 'pg';
import { run } from '../postgres/transaction';
import { withinSql } from './window-filter';

/** How far a stream of changes (`contacts`, `agents`) of a tenant has been stored, by CXone's clock. */
export interface Watermarks {
  get(tenant: string, stream: string): Promise<Date | null>;
  /** Moves the mark forward; an earlier value changes nothing. */
  advance(tenant: string, stream: string, value: Date): Promise<void>;
  /** Sets the mark where there is none yet; answers the mark. */
  begin(tenant: string, stream: string, value: Date): Promise<Date>;
  /**
   * Moves the mark to the end that a window by update had in truth, which reaches back to it, while the attempt holds its
   * window; says whether it moved. A mark before the window's start stays: the time between is not read yet; so does
   * one whose filter lets through more than the window's, as a worker with an older tenants file may have read that.
   */
  moveOver(stream: string, windowId: string, attempt: number): Promise<boolean>;
}

const advanceSql = `
  insert into cxone.watermark as present (tenant, stream, value) values ($1, $2, $3)
  on conflict (tenant, stream) do update set value = excluded.value, updated_at = now()
  where excluded.value > present.value`;

const beginSql = `
  with begun as (
    insert into cxone.watermark (tenant, stream, value) values ($1, $2, $3)
    on conflict (tenant, stream) do nothing returning value)
  select value from begun union all select value from cxone.watermark where tenant = $1 and stream = $2`;

const moveOverSql = `
  update cxone.watermark m set value = coalesce(w.read_to, w.window_end), updated_at = now()
  from cxone.sync_window w
  where w.window_id = $2 and w.attempt = $3 and w.status = 'running' and w.read_by = 'update'
    and m.tenant = w.tenant and m.stream = $1
    and m.value >= w.window_start and m.value < coalesce(w.read_to, w.window_end)
    and (m.skill_ids is null or (${withinSql('m', 'w')}))
  returning 1`;

/** Moves a mark inside the caller's transaction, so that it never runs ahead of the rows (docs/architecture.md, invariant 3). */
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
    async begin(tenant, stream, value) {
      const [mark] = await run<{ value: Date }>(pool, beginSql, [tenant, stream, value]);
      return mark?.value ?? value;
    },
    async moveOver(stream, windowId, attempt) {
      return (await run(pool, moveOverSql, [stream, windowId, attempt])).length > 0;
    },
  };
}
