import type { Pool } from 'pg';
import { run } from './transaction';

/** A session that was ended: its process id in PostgreSQL, and for how long nothing had come from its client, in seconds. */
export interface StuckSession {
  readonly pid: number;
  readonly seconds: number;
}

// Ours by role, database and program. A COPY whose client is frozen, or cut off where a proxy answers for it, holds its
// locks for ever: no time-out of PostgreSQL ends a session that waits in the middle of a message (ProcessClientReadInterrupt
// in tcop/postgres.c reacts to nothing but being terminated). A slow client sends something between checks.
// Found first and ended then: in one condition PostgreSQL may ask for the end before it asks whose session it is.
const endSql = `
  with stuck as materialized (
    select a.pid, extract(epoch from clock_timestamp() - a.state_change)::float8 as seconds,
           concat_ws(' ', a.pid, a.state_change, p.bytes_processed) as state
    from pg_stat_activity a left join pg_stat_progress_copy p on p.pid = a.pid
    where a.usename = current_user and a.datname = current_database() and a.pid <> pg_backend_pid()
      and a.application_name = $1 and a.xact_start is not null and a.wait_event_type = 'Client'
      and a.state_change < clock_timestamp() - $2 * interval '1 second'
  )
  select pid, seconds, state, case when state = any ($3) then pg_terminate_backend(pid) else false end as ended
  from stuck`;

interface Found extends StuckSession {
  readonly state: string;
  readonly ended: boolean;
}

export type StuckSessions = ReturnType<typeof createStuckSessions>;

/**
 * Ends sessions of this program that hold a transaction while nothing comes from their client.
 * @param applicationName how all workers name their connections
 */
export function createStuckSessions(pool: Pool, applicationName: string) {
  let before: readonly string[] = [];
  return {
    /**
     * Ends those that stand where they stood when this was called last.
     * @param afterSeconds how long the statement has been going on at least
     */
    async end(afterSeconds: number): Promise<readonly StuckSession[]> {
      const found = await run<Found>(pool, endSql, [applicationName, afterSeconds, before]);
      before = found.filter(({ ended }) => !ended).map(({ state }) => state);
      return found.filter(({ ended }) => ended).map(({ pid, seconds }) => ({ pid, seconds }));
    },
  };
}
