import type { Pool, PoolClient } from 'pg';
import { safely, sqlStateOf, StoreError, toStoreError } from './errors';
import { patience } from './pool';

/**
 * Runs `work` in one transaction and commits it; on any error nothing remains. `prepare` runs before on the same
 * connection, outside the transaction. A connection that cannot even roll back is thrown away, not pooled, and so is one
 * over which nothing came in time: a rollback would wait behind the statement that hangs.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  prepare?: (client: PoolClient) => Promise<void>,
): Promise<T> {
  return safely(async () => {
    const client = await pool.connect();
    // A connection that dies between two statements says so by an event, which unheard would end the process.
    const ignore = () => {};
    client.on('error', ignore);
    let broken = false;
    try {
      await prepare?.(client);
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      broken = isSilent(error);
      const rollback = { text: 'rollback', query_timeout: patience.connecting };
      if (!broken) await client.query(rollback).catch(() => (broken = true));
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(broken);
    }
  });
}

/** Neither PostgreSQL's words nor ours: what node-postgres says of a connection, or the socket. */
function isSilent(error: unknown): boolean {
  if (error instanceof StoreError || sqlStateOf(error) !== undefined) return false;
  return toStoreError(error) !== error;
}

/** One statement outside a transaction; answers its rows. */
export async function run<R extends object>(
  pool: Pool,
  sql: string,
  values: readonly unknown[],
): Promise<R[]> {
  return safely(async () => (await pool.query<R>(sql, [...values])).rows);
}
