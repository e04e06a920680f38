import type { Pool } from 'pg';
import { run } from '../postgres/transaction';

/** How long a comparison with the database's clock is good for, in ms. */
const goodForMs = 60_000;

/**
 * The database's clock as this machine can estimate it, epoch ms: one clock for all workers. It is asked once a
 * minute; in between, this machine's own clock is corrected by the difference found.
 */
export function createDatabaseClock(pool: Pool): () => Promise<number> {
  let offset = 0;
  let comparedAt = -Infinity;
  let comparing: Promise<void> | null = null;

  const compare = async (): Promise<void> => {
    // The quickest of three answers has the most exact time.
    let quickest = Infinity;
    for (let turn = 0; turn < 3; turn += 1) {
      const asked = Date.now();
      const sql = 'select extract(epoch from clock_timestamp())::float8 * 1000 as now';
      const [answer] = await run<{ now: number }>(pool, sql, []);
      const took = Date.now() - asked;
      if (answer === undefined || took >= quickest) continue;
      quickest = took;
      offset = answer.now - (asked + took / 2);
    }
    comparedAt = performance.now();
  };

  return async () => {
    if (performance.now() - comparedAt > goodForMs) {
      comparing ??= compare().finally(() => (comparing = null));
      await comparing;
    }
    return Date.now() + offset;
  };
}
