import { type Client, type ClientBase, Pool, type PoolClient } from 'pg';
import { secureConnection } from './tls';

export interface PoolOptions {
  /** `DATABASE_URL`; see `secureConnection` for what it says about TLS. */
  readonly url: string;
  readonly maxConnections: number;
  readonly applicationName: string;
  /** How long the answer to a statement is waited for; `patience.query` if not given. */
  readonly silentAfterMs?: number | undefined;
}

/**
 * How long things may take, in ms, each shorter than the next: what PostgreSQL ends by itself says why, what we end
 * ourselves only says that nothing came. With bytes that are swallowed on the way nothing ever comes, and TCP alone
 * would need a quarter of an hour to find out: `query` bounds that, below the minute in which a run has to go on.
 */
export const patience = {
  lock: 30_000,
  statement: 45_000,
  query: 50_000,
  connecting: 10_000,
  /** A transaction whose process stopped between two statements, frozen or cut off, holds its locks for so long. */
  idleInTransaction: 20_000,
  keepAliveDelay: 30_000,
} as const;

/**
 * What sessions of ours go by, whatever server, role and database set: how values look as text and are read back (dates,
 * floats), what is waited for, and how transactions see each other. Those the server does not know are left out.
 */
const session: Readonly<Record<string, string>> = {
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  statement_timeout: String(patience.statement),
  lock_timeout: String(patience.lock),
  idle_in_transaction_session_timeout: String(patience.idleInTransaction),
  // PostgreSQL 17 and later; a role may have one that is shorter than loading takes.
  transaction_timeout: '0',
  // A server that lost us finds out, too, and lets go of our locks; it says 0 at a Unix socket.
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '30000',
  // Compiling the wide upsert would take longer than running it on one page; a page of 10,000 is sorted in memory.
  jit: 'off',
  work_mem: '32MB',
};

/** One statement for all, without parameters, so that it is one message and one answer. */
function settleSql(settings: Readonly<Record<string, string>>): string {
  const rows = Object.entries(settings).map(([name, value]) => `('${name}', '${value}')`);
  return `select set_config(name, value, false) from (values ${rows.join(', ')}) as wanted (name, value)
    where current_setting(name, true) is not null`;
}

/**
 * Sets a new connection up. By a statement, not by start-up parameters: PgBouncer, at its defaults, refuses a connection
 * that names any but a few (https://www.pgbouncer.org/config.html#ignore_startup_parameters).
 *
 * @param more settings that take the place of ours, or come on top.
 */
export async function settle(client: ClientBase, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const statement = { text: settleSql({ ...session, ...more }), query_timeout: patience.connecting };
  await client.query(statement);
}

/** What every connection of ours is made with. */
export function connectionConfig(url: string, applicationName: string) {
  return {
    ...secureConnection(url),
    application_name: applicationName,
    connectionTimeoutMillis: patience.connecting,
    keepAlive: true,
    keepAliveInitialDelayMillis: patience.keepAliveDelay,
  };
}

/** A pool, and how it is closed. */
export interface OpenPool {
  readonly pool: Pool;
  /**
   * Waits for what is under way, and after 5 seconds ends it: a statement that is not answered must not hold up a process
   * that was asked to stop.
   */
  readonly close: () => Promise<void>;
}

const closingMs = 5_000;

/** A pool of connections that are made when first needed and thrown away once nothing came over them in time. */
export function openPool({ url, maxConnections, applicationName, silentAfterMs }: PoolOptions): OpenPool {
  const pool = new Pool({
    ...connectionConfig(url, applicationName),
    max: maxConnections,
    query_timeout: silentAfterMs ?? patience.query,
    // Waited for before the connection is handed out, whatever the types say.
    onConnect: (client) => settle(client) as unknown as void,
  });
  // An idle connection that the server ends is replaced at the next use; unheard, its error would end the process.
  pool.on('error', () => {});
  const inUse = new Set<PoolClient>();
  pool.on('acquire', (client) => inUse.add(client));
  pool.on('release', (_error, client) => inUse.delete(client));
  return {
    pool,
    async close() {
      const timer = setTimeout(() => {
        // To end a connection whose statement is under way is to cut it off.
        for (const client of inUse) void (client as unknown as Client).end().catch(() => undefined);
      }, closingMs);
      await pool.end().finally(() => clearTimeout(timer));
    },
  };
}
