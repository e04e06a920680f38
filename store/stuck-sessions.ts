import type { Pool } from 'pg';
import { run } from './transaction';

/** A session that was ended: its process id in PostgreSQL, and for how long nothing had come from its client, in seconds. */
export interface StuckSession {
  readonly pid: number;
  readonly seconds: number;
}

// Ours by role, database and program. A COPY whose client is frozen, or cut off where a proxy answers for it, holds its
// locks for ever: no time-out of PostgreSQL ends a session that waits in the middle of a message (ProcessClientReadInterrupt
// in tcop/postgres.c heeds nothing but being terminated). What is loaded is in memory before COPY begins, so a living
// client is never waited for that long.
// Found first and ended then: in one condition PostgreSQL may ask for the end before it asks whose session it is.
const endSql = `
  with stuck as materialized (
    select pid, extract(epoch from clock_timestamp() - state_change)::float8 as seconds
    from pg_stat_activity
    where usename = current_user and datname = current_database() and pid <> pg_backend_pid()
      and application_name = $1 and xact_start is not null and wait_event_type = 'Client'
      and state_change < clock_timestamp() - $2 * interval '1 second'
  )
  select pid, seconds from stuck where pg_terminate_backend(pid)`;

/** Ends sessions of this program that hold a transaction while nothing comes from their client. */
export interface StuckSessions {
  /** @param afterSeconds how long nothing has come */
  end(afterSeconds: number): Promise<readonly StuckSession[]>;
}

/** @param applicationName how all workers name their connections */
export function createStuckSessions(pool: Pool, applicationName: string): StuckSessions {
  return { end: (afterSeconds) => run<StuckSession>(pool, endSql, [applicationName, afterSeconds]) };
}
