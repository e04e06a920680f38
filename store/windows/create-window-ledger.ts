import type { Pool, PoolClient } from 'pg';
import { completeAmong } from './complete-windows';
import { StoreError } from '../postgres/errors';
import { inTransaction, run } from '../postgres/transaction';
import { listsOf } from '../tables/window-filter';
import type {
  Claim,
  Claimant,
  ClosingStatus,
  LedgerRow,
  RecordingCounts,
  Tally,
  WindowKey,
  WindowLedger,
} from './window-ledger';
import { closeFromHalves } from './close-split-window';
import { closeQuiet } from './quiet-window';
import {
  closeSql,
  endEarlierSql,
  ledgerSql,
  markAbsentSql,
  noteParkSql,
  othersParkedSql,
  tallySql,
} from './window-sql';

interface WindowState {
  readonly window_id: string;
  readonly status: 'running' | ClosingStatus;
  readonly attempt: number;
  readonly workflow_id: string;
  readonly run_id: string;
  readonly closed_at: Date | null;
  readonly previous_status: ClosingStatus | null;
  readonly previous_closed_at: Date | null;
}

type LedgerRecord = Omit<LedgerRow, 'filter'> & LedgerRow['filter'];

function toLedgerRow({ skillIds, campaignIds, mediaTypeIds, ...row }: LedgerRecord): LedgerRow {
  return { ...row, filter: { skillIds, campaignIds, mediaTypeIds } };
}

async function lockWindow(client: PoolClient, key: WindowKey): Promise<WindowState> {
  const values = [key.tenant, key.from, key.to, key.by, ...listsOf(key.filter)];
  // Two statements instead of one clever one: the insert makes sure there is a row, the lock decides who is first.
  await client.query(
    `insert into cxone.sync_window
       (tenant, window_start, window_end, read_by, skill_ids, campaign_ids, media_type_ids, status, attempt)
     values ($1, $2, $3, $4, $5, $6, $7, 'failed', 0)
     on conflict (tenant, window_start, window_end, read_by, skill_ids, campaign_ids, media_type_ids) do nothing`,
    values,
  );
  const { rows } = await client.query<WindowState>(
    `select window_id, status, attempt, workflow_id, run_id, closed_at, previous_status, previous_closed_at
     from cxone.sync_window
     where tenant = $1 and window_start = $2 and window_end = $3 and read_by = $4
       and skill_ids = $5 and campaign_ids = $6 and media_type_ids = $7
     for update`,
    values,
  );
  return rows[0] as WindowState;
}

async function beginAttempt(
  client: PoolClient,
  { window_id }: WindowState,
  claimant: Claimant,
): Promise<WindowState> {
  const { rows } = await client.query<WindowState>(
    `update cxone.sync_window
     set status = 'running', attempt = attempt + 1, workflow_id = $2, run_id = $3, started_at = now(),
         previous_status = case when closed_at is not null then status end, previous_closed_at = closed_at,
         closed_at = null, expected = null, fetched = null, inserted = null, updated = null, unchanged = null,
         rejected = null, absent = null, pages = null, bytes = null, rounds = null, recordings_pending = null,
         recordings_stored = null, recordings_absent = null, recordings_failed = null, recording_bytes = null,
         error_code = null, last_poll_time = null, read_to = null, parked_at = null, parked_code = null, parked_message = null,
         parked_remedy = null
     where window_id = $1
     returning window_id, status, attempt, workflow_id, run_id, closed_at, previous_status, previous_closed_at`,
    [window_id, claimant.workflowId, claimant.runId],
  );
  return rows[0] as WindowState;
}

function toClaim(window: WindowState): Claim {
  const { window_id: windowId, attempt, previous_status: status, previous_closed_at: closedAt } = window;
  const previous = status !== null && closedAt !== null ? { previous: { status, closedAt } } : {};
  return { status: 'claimed', windowId, attempt, ...previous };
}

/** Counts the recordings of a window, by the id of its line. */
interface CountsRecordings {
  counts(windowId: string): Promise<RecordingCounts>;
}

/** The ledger behind `pool`; `recordings` counts a window's recordings when it is closed. */
export function createWindowLedger(pool: Pool, recordings: CountsRecordings): WindowLedger {
  async function tally(windowId: string, attempt: number, round: number, readTo?: Date): Promise<Tally> {
    const values = [windowId, attempt, round, readTo ?? null];
    const [counted] = await run<Omit<Tally, 'unchanged'>>(pool, tallySql, values);
    const { fetched, inserted, updated, rejected, pages, bytes } = counted as Tally;
    const unchanged = Math.max(0, fetched - rejected - inserted - updated);
    return { fetched, inserted, updated, unchanged, rejected, pages, bytes };
  }

  async function ledger(windowId: string): Promise<LedgerRow | null> {
    const [row] = await run<LedgerRecord>(pool, `${ledgerSql} where window_id = $1`, [windowId]);
    return row === undefined ? null : toLedgerRow(row);
  }

  return {
    tally,
    ledger,
    claim: (key, claimant, replacing) =>
      inTransaction(pool, async (client) => {
        const window = await lockWindow(client, key);
        if (window.status !== 'running') return toClaim(await beginAttempt(client, window, claimant));
        const isHolder = (one?: Claimant) =>
          one?.workflowId === window.workflow_id && one.runId === window.run_id;
        if (isHolder(claimant)) return toClaim(window);
        if (isHolder(replacing)) return toClaim(await beginAttempt(client, window, claimant));
        return { status: 'busy', by: { workflowId: window.workflow_id, runId: window.run_id } };
      }),

    async markAbsent(windowId, attempt, round) {
      const values = [windowId, attempt, round];
      const [marked] = await run<{ absent: number }>(pool, markAbsentSql, values);
      return marked?.absent ?? 0;
    },

    async close(windowId, attempt, closing) {
      const counted = await tally(windowId, attempt, closing.round, closing.readTo);
      const files = await recordings.counts(windowId);
      const figures = JSON.stringify({ ...closing, ...counted, files });
      const rows = await run(pool, closeSql, [windowId, attempt, figures]);
      const closed = rows.length === 0 ? null : await ledger(windowId);
      if (closed !== null) return closed;
      throw new StoreError('WindowNotHeld', `Attempt ${attempt} is not the window's latest`);
    },

    completeAmong: (windows) => completeAmong(pool, windows),

    async closeFromHalves(windowId, attempt, middle) {
      await closeFromHalves(pool, windowId, attempt, middle);
      return (await ledger(windowId)) as LedgerRow;
    },

    closeQuiet: (window, claimant) => closeQuiet(pool, window, claimant),

    async notePark(windowId, attempt, cause) {
      const values = [windowId, attempt, cause?.code, cause?.message, cause?.remedy];
      await run(pool, noteParkSql, values);
    },

    async endEarlier(windowId, attempt, readTo) {
      await run(pool, endEarlierSql, [windowId, attempt, readTo]);
    },

    async othersParked(tenant, windowId, code) {
      return (await run(pool, othersParkedSql, [tenant, windowId, code ?? null])).length > 0;
    },

    async list(tenant, from, to) {
      const sql = `${ledgerSql} where tenant = $1 and window_start < $3 and window_end > $2
        order by window_start, window_end, window_id`;
      return (await run<LedgerRecord>(pool, sql, [tenant, from, to])).map(toLedgerRow);
    },
  };
}
