import type { Pool } from 'pg';
import { run } from '../postgres/transaction';

/** Notifies all workers that a tenant's access to CXone was fixed. A count, so that no two clocks are compared. */
export interface SignIns {
  /** How often an operator has signed in again; 0 for never. */
  count(tenant: string): Promise<number>;
  /** One time more. */
  note(tenant: string): Promise<void>;
}

const noteSql = `
  insert into cxone.sign_in as present (tenant, anew) values ($1, 1)
  on conflict (tenant) do update set anew = present.anew + 1, at = now()`;

/** The sign-ins behind `pool`; all methods throw `StoreError`. */
export function createSignIns(pool: Pool): SignIns {
  return {
    async count(tenant) {
      const sql = 'select anew::float8 as count from cxone.sign_in where tenant = $1';
      const [row] = await run<{ count: number }>(pool, sql, [tenant]);
      return row?.count ?? 0;
    },
    async note(tenant) {
      await run(pool, noteSql, [tenant]);
    },
  };
}
