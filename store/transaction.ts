import type { Pool, PoolClient } from 'pg';
import { safely } from './errors';

/**
 * Runs `work` in one transaction and commits it; on any error nothing remains. `prepare` runs before on the same
 * connection, outside the transaction. A connection that cannot even roll back is thrown away, not pooled.
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
      await client.query('rollback').catch(() => (broken = true));
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(broken);
    }
  });
}

/** One statement outside a transaction; answers its rows. */
export async function run<R extends object>(
  pool: Pool,
  sql: string,
  values: readonly unknown[],
): Promise<R[]> {
  return safely(async () => (await pool.query<R>(sql, [...values])).rows);
}
