import type { Pool } from 'pg';
import { run } from '../postgres/transaction';

export type SignIns = ReturnType<typeof createSignIns>;

const noteSql = `
  insert into cxone.sign_in as present (tenant, anew) values ($1, 1)
  on conflict (tenant) do update set anew = present.anew + 1, at = now()`;

/**
 * Notifies all workers that a tenant's access to CXone was fixed. A count, so that no two clocks are compared. The
 * sign-ins behind `pool`; all methods throw `StoreError`.
 */
export function createSignIns(pool: Pool) {
  return {
    /** How often an operator has signed in again; 0 for never. */
    async count(tenant: string): Promise<number> {
      const sql = 'select anew::float8 as count from cxone.sign_in where tenant = $1';
      const [row] = await run<{ count: number }>(pool, sql, [tenant]);
      return row?.count ?? 0;
    },
    /** One time more. */
    async note(tenant: string): Promise<void> {
      await run(pool, noteSql, [tenant]);
    },
  };
}
