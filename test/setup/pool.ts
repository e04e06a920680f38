import { Pool } from 'pg';

/**
 * A pool for a test's own statements. A connection may still be closing when its database is dropped and the server ends
 * it (SQLSTATE 57P01); without a listener that error would fail the test that happens to run.
 */
export function openTestPool(url: string, max: number): Pool {
  return new Pool({ connectionString: url, max }).on('error', () => undefined);
}
