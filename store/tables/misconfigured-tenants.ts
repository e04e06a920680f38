import type { Pool } from 'pg';
import { storableText } from '../ingest/sanitise';
import { inTransaction, run } from '../postgres/transaction';

/** What is wrong with a tenant's entry in the workers' tenants file. */
export interface MisconfiguredTenant {
  readonly tenant: string;
  /** One line each. */
  readonly problems: readonly string[];
  readonly notedAt: Date;
}

export type MisconfiguredTenants = ReturnType<typeof createMisconfiguredTenants>;

const noteSql = `
  insert into cxone.misconfigured_tenant as present (tenant, problems) values ($1, $2)
  on conflict (tenant) do update set problems = excluded.problems, noted_at = now()`;

/** Publishes to all processes what a worker has found in its tenants file. All methods throw `StoreError`. */
export function createMisconfiguredTenants(pool: Pool) {
  return {
    /**
     * Notes what is wrong, by tenant, in place of what was noted of these and of all tenants in order; of tenants that this
     * worker's file does not have nothing is known.
     */
    async note(found: ReadonlyMap<string, readonly string[]>, inOrder: readonly string[]): Promise<void> {
      await inTransaction(pool, async (client) => {
        // One worker at a time: two with different files would wait for each other's rows.
        await client.query('lock table cxone.misconfigured_tenant in share row exclusive mode');
        await client.query('delete from cxone.misconfigured_tenant where tenant = any($1)', [inOrder]);
        for (const [tenant, problems] of found)
          await client.query(noteSql, [storableText(tenant), problems.map(storableText)]);
      });
    },
    async list(): Promise<readonly MisconfiguredTenant[]> {
      return run<MisconfiguredTenant>(
        pool,
        'select tenant, problems, noted_at as "notedAt" from cxone.misconfigured_tenant order by tenant',
        [],
      );
    },
  };
}
