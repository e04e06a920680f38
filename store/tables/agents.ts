import type { Pool } from 'pg';
import { agentTable } from './agent-columns';
import type { Batch, PageOutcome } from '../ingest/batch';
import { createPagePersister } from '../ingest/page-persister';
import { run } from '../postgres/transaction';
import { advanceWatermark } from './watermarks';

export type AgentTable = ReturnType<typeof createAgentTable>;

// The fetch time is kept beside the agent, not in it: an agent that did not change is not rewritten (docs/architecture.md, invariant 2).
const lookSql = (source: string) => `
  insert into cxone.agent_look as present (tenant, agent_id)
  select distinct $1, agent_id from ${source} order by agent_id
  on conflict (tenant, agent_id) do update set looked_at = greatest(present.looked_at, excluded.looked_at)`;

const wantedSql = `
  select distinct landed.agent_id
  from cxone.landing_page p
  cross join lateral unnest(p.agent_ids) as landed (agent_id)
  where p.window_id = $1 and p.attempt = $2 and p.round = $3 and p.kind = 'contacts'
    and not exists (
      select from cxone.agent_look l
      where l.tenant = p.tenant and l.agent_id = landed.agent_id and l.looked_at >= $4)
  order by landed.agent_id
  limit $5`;

/** The agents behind `pool`; all methods throw `StoreError`. */
export function createAgentTable(pool: Pool) {
  const pages = createPagePersister(pool, agentTable, 'agents');
  return {
    /** Stores the agents of a landed page and, in the same transaction, moves the watermark `agents`. */
    persistPage: (
      pageId: string,
      tenant: string,
      batch: Batch,
      { watermark }: { readonly watermark?: Date | undefined },
    ): Promise<PageOutcome> =>
      pages.persist(pageId, tenant, batch, async (client, staging) => {
        await client.query(lookSql(staging), [tenant]);
        if (watermark !== undefined) await advanceWatermark(client, tenant, 'agents', watermark);
      }),
    /**
     * Agents behind the contacts landed in a round that were not fetched since `staleBefore`, in ascending order.
     * Unknown agents are among them until `recordMisses` says that CXone does not know them either.
     */
    async wanted(
      {
        windowId,
        attempt,
        round,
      }: { readonly windowId: string; readonly attempt: number; readonly round: number },
      staleBefore: Date,
      limit: number,
    ): Promise<string[]> {
      const values = [windowId, attempt, round, staleBefore, limit];
      const rows = await run<{ agent_id: string }>(pool, wantedSql, values);
      return rows.map((row) => row.agent_id);
    },
    /** Notes that CXone has just answered that it knows none of these agents. */
    async recordMisses(tenant: string, agentIds: readonly string[]): Promise<void> {
      await run(pool, lookSql('unnest($2::bigint[]) as missed (agent_id)'), [tenant, agentIds]);
    },
  };
}
