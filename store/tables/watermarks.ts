import type { Pool, PoolClient } from 'pg';
import { run } from '../postgres/transaction';
import { withinSql } from './window-filter';

export type Watermarks = ReturnType<typeof createWatermarks>;

const advanceSql = `
  insert into cxone.watermark as present (tenant, stream, value) values ($1, $2, $3)
  on conflict (tenant, stream) do update set value = excluded.value, updated_at = now()
  where excluded.value > present.value`;

const beginSql = `
  with begun as (
    insert into cxone.watermark (tenant, stream, value) values ($1, $2, $3)
    on conflict (tenant, stream) do nothing returning value)
  select value from begun union all select value from cxone.watermark where tenant = $1 and stream = $2`;

/**
 * SQL for whether the mark `m` may move over the window `w` to `end`: the window reaches back to the mark, and lets
 * through all that the mark's filter does, as a worker with an older tenants file may have read it.
 */
export function mayMoveSql(end: string): string {
  return `m.value >= w.window_start and m.value < ${end} and (m.skill_ids is null or (${withinSql('m', 'w')}))`;
}

const moveOverSql = `
  update cxone.watermark m set value = coalesce(w.read_to, w.window_end), updated_at = now()
  from cxone.sync_window w
  where w.window_id = $2 and w.attempt = $3 and w.status = 'running' and w.read_by = 'update'
    and m.tenant = w.tenant and m.stream = $1
    and ${mayMoveSql('coalesce(w.read_to, w.window_end)')}
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

/**
 * How far a stream of changes (`contacts`, `agents`) of a tenant has been stored, by CXone's clock. All methods throw
 * `StoreError`.
 */
export function createWatermarks(pool: Pool) {
  return {
    async get(tenant: string, stream: string): Promise<Date | null> {
      const rows = await run<{ value: Date }>(
        pool,
        'select value from cxone.watermark where tenant = $1 and stream = $2',
        [tenant, stream],
      );
      return rows[0]?.value ?? null;
    },
    /** Moves the mark forward; an earlier value changes nothing. */
    async advance(tenant: string, stream: string, value: Date): Promise<void> {
      await run(pool, advanceSql, [tenant, stream, value]);
    },
    /** Sets the mark where there is none yet; answers the mark. */
    async begin(tenant: string, stream: string, value: Date): Promise<Date> {
      const [mark] = await run<{ value: Date }>(pool, beginSql, [tenant, stream, value]);
      return mark?.value ?? value;
    },
    /**
     * Moves the mark to the end that a window by update had in truth, which reaches back to it, while the attempt holds its
     * window; says whether it moved. A mark before the window's start stays: the time between is not read yet; so does
     * one whose filter lets through more than the window's, as a worker with an older tenants file may have read that.
     */
    async moveOver(stream: string, windowId: string, attempt: number): Promise<boolean> {
      return (await run(pool, moveOverSql, [stream, windowId, attempt])).length > 0;
    },
  };
}
