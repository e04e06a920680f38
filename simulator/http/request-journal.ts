import type { Exchange, Family } from './exchange';

/** One request as it was seen and answered. Holds no secret: no header, no body, no signature. */
export interface JournalEntry {
  /** The server's clock, epoch ms. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly family: Family;
  /** Name of the tenant it was for; absent when it named none of ours. */
  readonly tenant?: string;
  /** Decoded query parameters under the caller's spelling, signatures left out. */
  readonly query: Readonly<Record<string, string>>;
  /** The status sent; 0 when the connection was dropped before one could be. */
  readonly status: number;
}

/** Which entries are meant; absent members match everything. `path` is part of a path, in any case. */
export interface JournalFilter {
  readonly family?: Family;
  readonly path?: string;
  readonly status?: number;
  readonly tenant?: string;
}

const entriesKept = 200_000;

/** The requests since the start or since `clear`, in the order they came in; the latest 200,000. */
export type Journal = ReturnType<typeof createJournal>;

export function createJournal() {
  let kept: JournalEntry[] = [];
  const entries = (filter: JournalFilter = {}): JournalEntry[] => {
    const path = filter.path?.toLowerCase();
    return kept.filter(
      (entry) =>
        (filter.family === undefined || entry.family === filter.family) &&
        (filter.tenant === undefined || entry.tenant === filter.tenant) &&
        (filter.status === undefined || entry.status === filter.status) &&
        (path === undefined || entry.path.toLowerCase().includes(path)),
    );
  };
  return {
    /** Notes a request and the status it got. */
    record(exchange: Exchange, status: number): void {
      const { now, method, path, family, tenant, parameters } = exchange;
      const isSecret = (name: string): boolean => /^x-amz-(signature|security-token)$/i.test(name);
      const query = Object.fromEntries(
        Object.entries(parameters.toObject()).filter(([name]) => !isSecret(name)),
      );
      const whose = tenant === undefined ? {} : { tenant };
      kept.push({ at: now, method, path, family, ...whose, query, status });
      if (kept.length > entriesKept) kept = kept.slice(entriesKept / 10);
    },

    /** Entries that match. */
    entries,

    /** How many entries match. */
    count(filter: JournalFilter = {}): number {
      return entries(filter).length;
    },

    /** Forgets everything. */
    clear(): void {
      kept = [];
    },
  };
}
