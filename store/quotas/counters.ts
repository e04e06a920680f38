import type { Pool } from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { safely } from '../postgres/errors';
import { run } from '../postgres/transaction';

/** What a key counts, and until when (epoch ms, by the clock of the machine that wrote it first). */
export interface Counter {
  readonly points: number;
  readonly expire: number;
}

type Row = { readonly key: string } & Counter;

/** Whole seconds, rounded up: the library's unit, and its column takes whole milliseconds only. */
const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));

/**
 * Named counters that all processes share and that are forgotten after a while; all methods throw `StoreError`. Kept by
 * rate-limiter-flexible: one statement adds, reads and expires, so that no two processes get the same number. Every
 * five minutes it removes what expired an hour ago.
 */
export function createCounters(pool: Pool) {
  let made: RateLimiterPostgres | null = null;
  // Made when first needed: from then on it clears up by a timer, which a command that only looks does not need.
  const limiter = (): RateLimiterPostgres =>
    (made ??= new RateLimiterPostgres({
      storeClient: pool,
      storeType: 'pool',
      schemaName: 'cxone',
      tableName: 'quota',
      tableCreated: true,
      keyPrefix: '',
      // How many are allowed is for the caller to say: it changes with the window.
      points: Number.MAX_SAFE_INTEGER,
      duration: 1,
    }));
  return {
    /** Adds one and returns the sum; a key that is new or has expired starts at one and lives for `forMs`. */
    add: (key: string, forMs: number): Promise<number> =>
      safely(async () => {
        const { consumedPoints } = await limiter().consume(key, 1, { customDuration: seconds(forMs) });
        return consumedPoints;
      }),
    /** Takes one back. */
    takeBack: (key: string, forMs: number): Promise<void> =>
      safely(async () => void (await limiter().reward(key, 1, { customDuration: seconds(forMs) }))),
    /** Overwrites a counter and its end. */
    set: (key: string, points: number, forMs: number): Promise<void> =>
      safely(async () => void (await limiter().set(key, points, seconds(forMs)))),
    remove: (key: string): Promise<void> => safely(async () => void (await limiter().delete(key))),
    /** Those of the keys that have not expired by `now`. */
    async read(keys: readonly string[], now: number): Promise<ReadonlyMap<string, Counter>> {
      const sql = `select key, points, expire::float8 as expire from cxone.quota where key = any($1) and expire > $2`;
      const rows = await run<Row>(pool, sql, [keys, Math.floor(now)]);
      return new Map(rows.map(({ key, ...counter }) => [key, counter]));
    },
    /** All counters whose key begins with one of the tenants and a colon, by tenant. */
    async ofTenants(
      tenants: readonly string[],
      now: number,
    ): Promise<ReadonlyMap<string, ReadonlyMap<string, Counter>>> {
      const sql = `select split_part(key, ':', 1) as tenant, key, points, expire::float8 as expire from cxone.quota
                   where split_part(key, ':', 1) = any($1) and expire > $2 order by key`;
      type OfTenant = Row & { readonly tenant: string };
      const found = new Map<string, Map<string, Counter>>();
      for (const { tenant, key, ...counter } of await run<OfTenant>(pool, sql, [tenants, Math.floor(now)]))
        found.set(tenant, (found.get(tenant) ?? new Map<string, Counter>()).set(key, counter));
      return found;
    },
  };
}
