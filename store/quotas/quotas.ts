import type { Pool } from 'pg';
import { type Counter, createCounters } from './counters';
import { createDatabaseClock } from './database-clock';
import { allowance, type Grid, gridOf, isOpen, type QuotaSize, slotAt, slotOfPlace } from './grid';
import { countUse, familiesIn, type QuotaUse } from './quota-use';
import { paceAt, backoffMs } from './backoff';

/** Whose quota: a tenant's for one part of the API, and how large it is where that is known. */
export interface QuotaName {
  readonly tenant: string;
  readonly family: string;
  readonly size: QuotaSize | undefined;
}

/** Whether a request may be sent now; if not, after how many ms to ask again: each caller gets another time. */
export type Admission =
  { readonly admitted: true } | { readonly admitted: false; readonly retryAfterMs: number };

/** Quotas by API family, of those that are known. */
export type QuotaSizes = Readonly<Record<string, QuotaSize | undefined>>;

/** The quotas of all tenants, shared by all processes; all methods throw `StoreError`. */
export interface Quotas {
  /**
   * Asks for one request, without waiting. What is refused as `backfill` leaves the windows to come to work that is
   * not: that is expected back when it was asked to come, and its places are kept.
   */
  admit(name: QuotaName, backfill: boolean): Promise<Admission>;
  /** The server refused a request: halves the pace, and lets nothing go until `retryAfterMs` have passed. */
  refused(name: QuotaName, retryAfterMs: number | undefined): Promise<void>;
  /** What has been used of the tenant's quotas: those of `sizes` and those that are slowed. */
  list(tenant: string, sizes: QuotaSizes): Promise<readonly QuotaUse[]>;
  /** The same for many tenants at once. */
  listAmong(
    tenants: readonly { readonly tenant: string; readonly limits: QuotaSizes }[],
  ): Promise<ReadonlyMap<string, readonly QuotaUse[]>>;
}

/** Where no number is published, a refusal makes one: this pace, halved, from which it finds its way back up. */
const unpublished: QuotaSize = { requests: 480, perSeconds: 60 };
/** The longest wait that is given out: the requests ahead in the queue may have gone by then. */
const longestWaitMs = 10 * 60_000;
/** A server that asks for a longer pause than this is asked again after this time anyway. */
const longestBlockMs = 60 * 60_000;

/** The keys of a family in the table. */
function keysOf({ tenant, family, size }: QuotaName) {
  const base = `${tenant}:${family}`;
  const grid = size === undefined ? 'none' : `${size.requests}/${size.perSeconds}`;
  return {
    /** Ends when the full pace is reached again; counts refusals. */
    slow: `${base}:slow`,
    /** Ends when the server may be asked again. */
    blocked: `${base}:blocked`,
    /** There while the pace was lowered so recently that a further refusal means the same. */
    lowered: `${base}:lowered`,
    sent: (window: number) => `${base}:sent:${grid}:${window}`,
    /** Live work that was given a place in a window and has not come yet. */
    expected: (window: number) => `${base}:expected:${grid}:${window}`,
    waiting: (window: number, backfill: boolean) =>
      `${base}:${backfill ? 'backfill' : 'live'}:${grid}:${window}`,
  };
}

/** The quotas behind `pool`. `now` is epoch ms; the database's clock if not given. */
export function createQuotas(pool: Pool, now = createDatabaseClock(pool)): Quotas {
  const counters = createCounters(pool);

  /** Sends a caller to the window of its place in the queue, somewhere into the first half of its opening. */
  async function waitFor(
    name: QuotaName,
    { grid, window, after, share, at }: Moment,
    backfill: boolean,
  ): Promise<Admission> {
    const keys = keysOf(name);
    const place = await counters.add(keys.waiting(window, backfill), keepMs(grid));
    const turn = slotOfPlace(grid, after, place, share);
    const wait = turn * grid.widthMs + grid.openMs * (0.1 + 0.4 * Math.random()) - at;
    // Those at the far end are spread as well, and ask again when the end is nearer.
    if (wait > longestWaitMs) {
      return { admitted: false, retryAfterMs: Math.round(longestWaitMs * (0.5 + Math.random() / 2)) };
    }
    if (!backfill) await counters.add(keys.expected(turn), wait + keepMs(grid));
    return { admitted: false, retryAfterMs: Math.ceil(wait) };
  }

  return {
    async admit(name, backfill) {
      const keys = keysOf(name);
      const grid = gridOf(name.size ?? unpublished);
      const at = await now();
      const window = slotAt(grid, at);
      const [sentKey, expectedKey] = [keys.sent(window), keys.expected(window)];
      const found = await counters.read([keys.slow, keys.blocked, sentKey, expectedKey], at);
      const fullAt = endOf(found.get(keys.slow));
      const blockedUntil = endOf(found.get(keys.blocked)) ?? 0;
      const freely = name.size === undefined && fullAt === null;
      if (freely && blockedUntil <= at) return { admitted: true };

      // As it was when the window began: within a window the share does not change.
      const share = paceAt(fullAt, window * grid.widthMs);
      const after = Math.max(window, slotAt(grid, blockedUntil));
      const moment = { grid, window, after, share, at };
      if (blockedUntil > at || !isOpen(grid, window, at)) return waitFor(name, moment, backfill);

      const allowed = allowance(grid, window, share);
      const expected = Math.max(0, found.get(expectedKey)?.points ?? 0);
      const room = backfill ? allowed - expected : allowed;
      const sent = found.get(sentKey)?.points ?? 0;
      if (sent >= room) return waitFor(name, moment, backfill);
      if ((await counters.add(sentKey, keepMs(grid))) > room) {
        // Others were quicker. What is taken back was never sent, so no extra request gets through in its place.
        await counters.takeBack(sentKey, keepMs(grid));
        return waitFor(name, moment, backfill);
      }
      if (!backfill && expected > 0) await counters.takeBack(expectedKey, keepMs(grid));
      return { admitted: true };
    },

    async refused(name, retryAfterMs) {
      const keys = keysOf(name);
      const at = await now();
      const found = await counters.read([keys.slow, keys.blocked], at);
      if (retryAfterMs !== undefined && retryAfterMs > 0) {
        const forMs = Math.min(retryAfterMs, longestBlockMs);
        const until = endOf(found.get(keys.blocked)) ?? 0;
        if (at + forMs > until) await counters.set(keys.blocked, 1, forMs);
      }
      // Requests that were on their way together are refused together, which is one piece of news.
      if ((await counters.add(keys.lowered, sameNewsMs(name.size))) > 1) return;
      const slow = found.get(keys.slow);
      await counters.set(keys.slow, (slow?.points ?? 0) + 1, backoffMs(endOf(slow), at));
    },

    listAmong,
    list: async (tenant, limits) => (await listAmong([{ tenant, limits }])).get(tenant) ?? [],
  };

  async function listAmong(tenants: readonly { readonly tenant: string; readonly limits: QuotaSizes }[]) {
    const at = await now();
    const names = tenants.map(({ tenant }) => tenant);
    const found = await counters.ofTenants(names, at);
    return new Map(
      tenants.map(({ tenant, limits }) => [
        tenant,
        usesOf(tenant, limits, found.get(tenant) ?? new Map(), at),
      ]),
    );
  }
}

function usesOf(
  tenant: string,
  sizes: QuotaSizes,
  found: ReadonlyMap<string, Counter>,
  at: number,
): readonly QuotaUse[] {
  const families = new Set([...Object.keys(sizes), ...familiesIn(found)]);
  return [...families].sort().map((family) => {
    const keys = keysOf({ tenant, family, size: sizes[family] });
    const fullAt = endOf(found.get(keys.slow));
    const blockedUntil = endOf(found.get(keys.blocked));
    return {
      family,
      size: sizes[family],
      used: countUse(found, sizes[family], keys.sent, at),
      share: paceAt(fullAt, at),
      fullPaceAt: fullAt === null ? null : new Date(fullAt),
      blockedUntil: blockedUntil === null ? null : new Date(blockedUntil),
    };
  });
}

/** What an answer to a request goes by. */
interface Moment {
  readonly grid: Grid;
  readonly window: number;
  /** The window after which the queue begins: the present one, or that in which a block ends. */
  readonly after: number;
  readonly share: number;
  readonly at: number;
}

const endOf = (counter: Counter | undefined): number | null => counter?.expire ?? null;

/** How long counts of a window are kept: as long as they count, and longer for machines whose clocks differ. */
const keepMs = (grid: Grid): number => grid.spanMs + 2 * grid.widthMs + 10 * 60_000;

/** A tenth of the span, at least 5 s and at most 30 s. */
const sameNewsMs = (size: QuotaSize | undefined): number =>
  Math.min(30_000, Math.max(5_000, (size?.perSeconds ?? 0) * 100));
